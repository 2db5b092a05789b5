"""Values that one line says anew."""

from __future__ import annotations

import pytest

from tests.understanding.conversation import fields

CLOUD = """\
Der OV Mülheim möchte die Nextcloud nutzen. User:
Bo Miller, bo@posteo.example
Anna Weiß, anna@posteo.example
Jo Lang, jo@posteo.example
Admin: Bo
"""
ASSEMBLY = "Der OV Kalk macht am 12.11.2025 eine Mitgliederversammlung mit OpenSlides, etwa 50 Leute."
VIDEO = "Ich bräuchte einen Account für BigBlueButton für den OV Kalk. Ich bin Sprecherin."
PERSONAL = "Ich hätte gern eine persönliche Mailadresse als Weiterleitung an anna@posteo.example. Ich bin Sprecherin."


@pytest.mark.parametrize(
    "text",
    [
        "wir sind OV Nippes, nicht Mülheim",
        "Nippes, nicht Mülheim",
        "nicht Mülheim, sondern Nippes",
        "Nippes statt Mülheim!",
        "OV Nippes statt OV Mülheim",
        "es ist der OV Nippes",
        "Gruppe: OV Nippes",
        "We are OV Nippes, not Mülheim",
    ],
)
def test_another_group(text: str):
    assert fields(CLOUD, text) == {**fields(CLOUD), "group": "OV Nippes"}


def of(group: str) -> str:
    return CLOUD.replace("OV Mülheim", group)


@pytest.mark.parametrize("known", ["AG Wohnen", "AG Wohnen und Miete"])
@pytest.mark.parametrize(
    "text",
    [
        "Wir heißen jetzt AG Mieten, nicht AG Wohnen.",
        "Wir heißen jetzt AG Mieten, nicht AG Wohnen und Miete.",
        "Wir heißen jetzt AG Mieten, nicht mehr AG Wohnen.",
        "Jetzt sind wir die AG Mieten, früher hießen wir AG Wohnen.",
        "Nicht AG Wohnen, sondern AG Mieten.",
        "Wir haben uns umbenannt: Aus der AG Wohnen ist die AG Mieten geworden.",
        "Die AG heißt jetzt Mieten. Alles andere bleibt.",
        "Da hatte ich mich vertan. Die Cloud ist für die AG Mieten.",
    ],
)
def test_the_group_that_is_denied_is_never_taken(known: str, text: str):
    assert fields(of(known), text)["group"] == "AG Mieten"


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("Admin ist Anna, nicht Bo. Und die Gruppe heißt AG Wohnen & Miete.", {"admins": ("anna@posteo.example",)}),
        ("Admin ist Anna.\nDer Name der Gruppe lautet AG Wohnen & Miete.", {"admins": ("anna@posteo.example",)}),
        ("Vielen Dank, dass ihr euch so schnell gemeldet habt. Wir nennen uns übrigens AG Wohnen & Miete.", {}),
    ],
)
def test_a_sentence_among_others_says_it_too(text: str, changed: dict[str, object]):
    first = of("AG Wohnen")

    assert fields(first, text) == {**fields(first), "group": "AG Wohnen & Miete"} | changed


@pytest.mark.parametrize(
    "text",
    ["Danke euch. Die Gruppe trifft sich mit der AG Mieten, ist das ein Problem?", "Die AG Mieten heißt uns willkommen."],
)
def test_another_group_that_is_only_spoken_of(text: str):
    assert fields(of("AG Wohnen"), text)["group"] == "AG Wohnen"


@pytest.mark.parametrize(
    "text",
    [
        "der Termin ist am 3.12.",
        "am 3.12., nicht am 12.11.",
        "nicht am 12. November, sondern am 3. Dezember",
        "Die Versammlung ist doch erst am 3.12., nicht am 12. Das hatte ich verwechselt.",
        "3.12.2025 statt 12.11.2025",
        "3.12.",
    ],
)
def test_another_day(text: str):
    assert fields(ASSEMBLY, text) == {**fields(ASSEMBLY), "date": "2025-12-03"}


@pytest.mark.parametrize(
    "text",
    ["es sind 60, nicht 50", "60 statt 50", "nicht 50, sondern 60", "wir werden 60 sein", "60 Leute", "mit 60 statt 50 Leuten"],
)
def test_another_number(text: str):
    assert fields(ASSEMBLY, text) == {**fields(ASSEMBLY), "participants": 60}


@pytest.mark.parametrize(
    "text",
    ["ich bin Kassiererin, nicht Sprecherin", "Kassiererin statt Sprecherin", "Aufgabe: Kassiererin", "Ich bin Kassiererin"],
)
def test_another_task(text: str):
    assert fields(VIDEO, text) == {**fields(VIDEO), "role": "Kassiererin"}


@pytest.mark.parametrize(
    "text",
    [
        "die Weiterleitung soll an anna@x.example gehen",
        "statt anna@posteo.example bitte anna@x.example",
        "Ziel-Adresse: anna@x.example",
    ],
)
def test_another_target(text: str):
    assert fields(PERSONAL, text) == {**fields(PERSONAL), "target": "anna@x.example"}


def test_another_kind():
    assert fields(PERSONAL, "Postfach, keine Weiterleitung")["address_kind"] == "mailbox"


@pytest.mark.parametrize(
    "text",
    [
        "die Adresse von Bo ist bo@x.example",
        "Bos Adresse ist bo@x.example",
        "Bo hat eine andere Adresse: bo@x.example",
        "Bo hat jetzt bo@x.example",
        "Bo: bo@x.example",
        "statt bo@posteo.example bitte bo@x.example",
        "bo@x.example statt bo@posteo.example",
    ],
)
def test_another_address_and_who_was_admin_stays_so(text: str):
    found = fields(CLOUD, text)

    assert [each.email for each in found["users"]] == ["bo@x.example", "anna@posteo.example", "jo@posteo.example"]  # type: ignore[union-attr]
    assert found["admins"] == ("bo@x.example",)


@pytest.mark.parametrize(
    ("text", "admins"),
    [
        ("Admin ist Anna, nicht Bo", ("anna@posteo.example",)),
        ("Nicht Bo, sondern Anna ist Admin", ("anna@posteo.example",)),
        ("Statt Bo soll Jo Admin sein", ("jo@posteo.example",)),
        ("Bo ist kein Admin, Anna schon", ("anna@posteo.example",)),
        ("Jo auch Admin", ("bo@posteo.example", "jo@posteo.example")),
        ("Anna und Jo sind auch Admins", ("bo@posteo.example", "anna@posteo.example", "jo@posteo.example")),
        ("Bo soll nicht Admin sein", None),
        ("Wer ist Admin?", ("bo@posteo.example",)),
    ],
)
def test_other_admins(text: str, admins: tuple[str, ...] | None):
    assert fields(CLOUD, text).get("admins") == admins


@pytest.mark.parametrize(
    "text",
    [
        "Admin ist Anna, nicht Bo.",
        "Ich muss mich korrigieren: Admin ist Anna, Bo nicht mehr. Die Liste bleibt sonst so.",
        "Kleine Korrektur: nicht Bo, sondern Anna ist Admin. Bo bleibt aber dabei.",
        "Anna ist Admin, Bo doch nicht",
        "Admin: Anna (nicht Bo)",
        "Bo nicht, Anna ist Admin",
    ],
)
def test_who_is_admin_no_more_stays_on_the_list(text: str):
    assert fields(CLOUD, text) == {**fields(CLOUD), "admins": ("anna@posteo.example",)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Anna hat inzwischen geheiratet und heißt jetzt Anna Groß. Ihre Adresse bleibt gleich.", "Anna Groß"),
        ("Anna heißt jetzt Groß.", "Anna Groß"),
        ("Im Namen war ein Dreher: Anna heißt Weiss ohne ß.", "Anna Weiss"),
        ("Annas Gruppe heißt jetzt Frieden.", "Anna Weiß"),
    ],
)
def test_another_surname(text: str, name: str):
    users = fields(CLOUD, text)["users"]

    assert [each.name for each in users] == ["Bo Miller", name, "Jo Lang"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("Jo kommt nicht dazu", ["Bo", "Anna"]),
        ("Jo bitte streichen", ["Bo", "Anna"]),
        ("statt Jo bitte Cem, cem@x.example", ["Bo", "Anna", "Cem"]),
        ("Jo kommt doch nicht mit, dafür Cem Arslan (cem@x.example)", ["Bo", "Anna", "Cem"]),
    ],
)
def test_others_take_part(text: str, given: list[str]):
    assert [each.given for each in fields(CLOUD, text)["users"]] == given  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("first", "text"),
    [
        (CLOUD, "Anna wohnt in Nippes."),
        (CLOUD, "Macht der OV Nippes auch mit?"),
        (ASSEMBLY, "Ist am 3.12. noch etwas frei?"),
        (ASSEMBLY, "Am 3.12. bin ich im Urlaub und melde mich danach wieder."),
        (ASSEMBLY, "Danke, meine Frau und ich haben 60 Flaschen Wasser bestellt."),
        (VIDEO, "Meine Vorgängerin war Kassiererin im Kreisverband."),
    ],
)
def test_what_is_merely_told_changes_nothing(first: str, text: str):
    assert fields(first, text) == fields(first)
