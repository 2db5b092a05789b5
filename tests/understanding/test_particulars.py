"""Everything that is no person: group, task, kind, day, number, addresses, free words."""

from __future__ import annotations

import pytest

from tests.builders import attached, written
from tests.understanding.conversation import fields, one

ASSEMBLY = "Der OV Kalk macht eine Mitgliederversammlung mit OpenSlides"
VIDEO = "Ich bräuchte einen Account für BigBlueButton"
PERSONAL = "Ich hätte gern eine persönliche Mailadresse"
SHARED = "Der OV Kalk hätte gern eine gemeinsame Mailadresse"


@pytest.mark.parametrize(
    "mail",
    [
        written("Wir vom OV Kalk möchten die Nextcloud nutzen."),
        written("Wir möchten die Nextcloud nutzen.\nName der Gruppe: OV Kalk"),
        written("Wir möchten die Nextcloud nutzen.", subject="Nextcloud für den OV Kalk"),
        written("Wir möchten die Nextcloud nutzen.\n\nViele Grüße\nAnna Schmidt\nSprecherin OV Kalk"),
        written("Unser Ortsverband möchte die Nextcloud nutzen.", subject="Nextcloud Kalk"),
        written("Wir möchten die Nextcloud nutzen.", attachments=(attached(name="Liste_OV_Kalk.xlsx"),)),
        written("Wir möchten die Nextcloud nutzen.", attachments=(attached(("Ortsverband Kalk", ""), ("Vorname", "Name")),)),
        written("Nicht der OV Porz, sondern der OV Kalk möchte die Nextcloud nutzen."),
        written("Wie die AG Frieden möchten auch wir vom OV Kalk die Nextcloud nutzen."),
    ],
    ids=[
        "text",
        "label",
        "subject",
        "signature",
        "subject, the kind in the text",
        "name of a file",
        "head of a sheet",
        "another is denied",
        "another is only compared",
    ],
)
def test_the_group_is_named_somewhere(mail: object):
    assert fields(mail)["group"] == "OV Kalk"  # type: ignore[arg-type]


def test_a_group_that_is_an_example_is_not_the_one_that_asks():
    assert fields("wie bei der ag frieden bitte nextcloud für uns, ov kalk")["group"] == "OV Kalk"


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("Ich bin Kassiererin im OV Kalk.", "Kassiererin"),
        ("Im OV Kalk bin ich als Sprecherin aktiv.", "Sprecherin"),
        ("Aufgabe: Koordination", "Koordination"),
        ("Meine Funktion im OV Kalk: stellvertretende Vorsitzende", "stellvertretende Vorsitzende"),
        ("I am the treasurer of OV Kalk.", "Treasurer"),
        ("Ich wurde als neue Revisorin gewählt.", "Revisorin"),  # a task that no rule knows
        ("Ich bin Beauftragte für Gleichstellung im OV Kalk.", "Beauftragte für Gleichstellung"),
        ("Ich habe das Amt des kommissarischen Kassierers inne.", "kommissarischer Kassierer"),
        ("Als Kreisvorsitzender leite ich die Treffen.", "Kreisvorsitzender"),
        ("Als eine der drei Moderatorinnen lade ich dazu ein.", "Moderatorin"),
        ("Seit Mai bin ich Mitglied des Vorstands.", "Mitglied des Vorstands"),
        ("Mit der Werbung bin ich seit Mai betraut.", "Werbung"),
        ("Mir obliegt im OV Kalk die Gästebetreuung.", "Gästebetreuung"),
        ("Im OV Kalk kümmere ich mich um die Neumitglieder.", "Neumitglieder"),
        ("Meine Rolle im OV Kalk: Neumitglieder", "Neumitglieder"),
    ],
)
def test_a_task_is_worded_by_the_mail(words: str, role: str):
    assert str(fields(f"{VIDEO}. {words}")["role"]).casefold() == role.casefold()


def test_a_task_may_stand_in_the_signature():
    assert fields(f"{VIDEO} für die AG Frieden.\n\nViele Grüße\nAnna Schmidt\nKassiererin")["role"] == "Kassiererin"


def test_the_task_of_somebody_else_is_not_the_senders():
    assert "role" not in fields(f"{VIDEO} für die AG Frieden. Unsere Kassiererin Dora Weber findet das auch gut.")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (", eine Weiterleitung reicht.", "forward"),
        (" als richtiges Postfach.", "mailbox"),
        (". Ich möchte auch selbst Mails verschicken.", "mailbox"),
        (". Was ist besser, Postfach oder Weiterleitung?", None),
    ],
)
def test_a_choice_is_made_or_left_open(words: str, kind: str | None):
    assert fields(PERSONAL + words).get("address_kind") == kind


@pytest.mark.parametrize(
    ("words", "day"),
    [
        (" am 14.03.2026.", "2026-03-14"),
        (" am 14. März 2026 um 18 Uhr.", "2026-03-14"),
        (".\nDatum der Versammlung: 14.03.2026", "2026-03-14"),
        (" im Frühjahr.", None),
    ],
)
def test_a_day_is_named_or_left_open(words: str, day: str | None):
    assert fields(ASSEMBLY + words).get("date") == day


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (", wir rechnen mit 40 Leuten.", 40),
        (" am 14.03.2026 um 18 Uhr mit etwa 120 Teilnehmenden.", 120),
        (".\nErwartete Teilnehmende: 35", 35),
        (". 2024 waren wir 55 Leute, jetzt werden es 80.", 80),
        (". Von unseren 200 Mitgliedern werden sich 45 beteiligen.", 45),
        (" am 14.03.2026.", None),
    ],
)
def test_a_number_is_named_or_left_open(words: str, number: int | None):
    assert fields(ASSEMBLY + words).get("participants") == number


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("an kim@verein.example", "kim@verein.example"),
        ("auf meine private Adresse kim@verein.example", "kim@verein.example"),
        ("an meine private Adresse", "anna.schmidt@posteo.example"),
        ("an die Adresse, von der ich gerade schreibe", "anna.schmidt@posteo.example"),
        ("hierher", "anna.schmidt@posteo.example"),
    ],
)
def test_a_target_is_an_address_or_the_senders_own_where_it_is_said(words: str, target: str):
    assert fields(f"{PERSONAL}, als Weiterleitung {words}.")["target"] == target


def test_the_wanted_address_is_one_of_ours_and_the_targets_are_not():
    found = fields(f"{SHARED}: ov-kalk@die-linke-koeln.de. Ziel sind kim@verein.example und paul@posteo.example.")

    assert found["address"] == "ov-kalk@die-linke-koeln.de"
    assert found["targets"] == ("kim@verein.example", "paul@posteo.example")


@pytest.mark.parametrize(
    "words",
    [
        "an kim@verein.example und an mich",
        "an mich und kim@verein.example",
        "an kim@verein.example und meine eigene, mit der ich hier schreibe",
        "ankommen soll die Post bei kim@verein.example und bei mir",
        "es möge alles Kim (kim@verein.example) sowie mir zugehen",
    ],
)
def test_the_sender_may_be_one_of_the_targets(words: str):
    assert set(fields(f"{SHARED}, weitergeleitet {words}.")["targets"]) == {"kim@verein.example", "anna.schmidt@posteo.example"}  # type: ignore[arg-type]


OTHERS = "Martin Schulz vom OV Deutz hat gesagt, das geht schnell. Der OV Nippes hat das ja auch schon."


@pytest.mark.parametrize(
    "words",
    [
        f"{OTHERS} {{}}",
        "{} " + OTHERS,
        "Von Leuten aus der AG Verkehr haben wir das gelernt. {}",
        "Beim OV Deutz gab es einen Vortrag darüber. {}",
        "Der Ordner des OV Nippes gefällt uns besser als Papier. {}",
    ],
)
def test_the_group_that_asks_is_none_that_is_merely_spoken_of(words: str):
    assert fields(words.format("Wir vom OV Kalk möchten die Nextcloud nutzen."))["group"] == "OV Kalk"


def test_the_day_and_the_number_are_those_of_the_assembly():
    told = "Beim letzten Mal waren wir 25 Leute. Am 1. Mai sehen wir uns bei der Demo."
    found = fields(f"{told} Die Mitgliederversammlung vom OV Kalk mit OpenSlides ist am 14.03.2026, wir rechnen mit 60 Leuten.")

    assert (found["date"], found["participants"]) == ("2026-03-14", 60)


def test_a_day_until_which_something_is_to_be_done_is_not_the_one_that_is_meant():
    until = "Anmeldeschluss ist der 28.02.2026, Anträge sind bis zum 1. März 2026 möglich, die Versammlung ist am 14.03.2026."

    assert fields(f"Der OV Kalk möchte bei der Mitgliederversammlung OpenSlides nutzen. {until}")["date"] == "2026-03-14"


def test_a_day_that_is_over_is_not_the_one_that_is_meant():
    told = "Bei der letzten Versammlung am 12. März 2020 haben wir mit Zetteln gewählt."
    found = fields(f"{told} Jetzt möchte der OV Kalk OpenSlides nutzen, am 14.03.2026, für 60 Leute.")

    assert found["date"] == "2026-03-14"


@pytest.mark.parametrize("words", ["an Cem Arslan (cem@posteo.example) und an Dora Weber", "an mich und an Dora Weber"])
def test_who_is_named_as_a_target_without_an_address_is_asked_for(words: str):
    assert one(f"{SHARED} ov-kalk@die-linke-koeln.de. Die Mails sollen {words} gehen.").missing == ("targets",)


def test_a_target_of_a_list_without_its_at_is_asked_for():
    request = one(f"{SHARED} ov-kalk@die-linke-koeln.de. Ziel-Adressen:\nkim@verein.example\npaul.weber.verein.example")

    assert (request.fields["targets"], request.missing) == (("kim@verein.example",), ("targets",))


def test_the_associations_own_inboxes_are_no_address_for_anybody():
    request = one(f"{SHARED}. Ich hatte schon an support@die-linke-koeln.de geschrieben.")

    assert request.missing == ("address", "targets")


def test_a_reason_quotes_the_words_and_their_line():
    assert 'group: "OV Kalk" in line 3' in one(written("Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.")).because


def test_this_address_is_the_authors_also_beside_the_one_that_is_wanted():
    said = fields(f"{PERSONAL}: anna.schmidt@die-linke-koeln.de, Weiterleitung an diese Adresse.")

    assert said["target"] == "anna.schmidt@posteo.example"
