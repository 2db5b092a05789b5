"""The rules that hold for every service, each named after its sentence in the catalogue of what members can ask for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailbot.mail.message import Address
from mailbot.understanding.request import Person, RequestKind
from tests.builders import ANNA, attached, person, written
from tests.understanding.conversation import fields, one, understood

PAUL = person("Paul", "Krüger", "paul.krueger@posteo.example")
CEM = person("Cem", "Arslan", "cem.arslan@posteo.example")
DORA = person("Dora", "Weber", "dora.weber@posteo.example")
CLOUD = """\
Der OV Kalk möchte die Nextcloud nutzen. User:
Paul Krüger, paul.krueger@posteo.example
Cem Arslan, cem.arslan@posteo.example
"""
WEBSITE = "Der OV Kalk hätte gern eine Unterseite auf der Website."
VIDEO = "Ich bräuchte einen BBB-Account für die AG Frieden, ich bin dort Kassiererin."
ADDRESS = "Ich bin Kassiererin und hätte gern eine persönliche Mailadresse"


@pytest.mark.parametrize("mailbox", ["support@die-linke-koeln.de", "buero@die-linke-koeln.de"])
def test_a_request_sent_to_the_wrong_one_of_the_two_inboxes_is_handled_all_the_same(mailbox: str):
    request = one(written(WEBSITE, to=(Address(email=mailbox),)))

    assert (request.service, request.missing) == ("website", ("editors",))


@pytest.mark.parametrize(
    "words",
    [
        "Paul Krüger (paul.krueger@posteo.example) und ich.",
        "Zugang brauchen Paul Krüger, paul.krueger@posteo.example, und ich selbst.",
        "Paul Krüger, paul.krueger@posteo.example\nAnna Schmidt, anna.schmidt@posteo.example",
        "Anna Schmidt\nPaul Krüger, paul.krueger@posteo.example",
    ],
)
def test_the_sender_counts_as_a_person_of_the_request_if_the_mail_says_so(words: str):
    assert set(fields(f"Der OV Kalk möchte die Nextcloud nutzen. User:\n{words}")["users"]) == {ANNA, PAUL}


def test_whoever_says_that_he_or_she_is_admin_is_a_user_too():
    assert fields(f"{CLOUD}Admin bin ich.") == {
        "group": "OV Kalk",
        "users": (PAUL, CEM, ANNA),
        "admins": ("anna.schmidt@posteo.example",),
    }


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        ("Ich heiße Anna Schmidt. {}", "a.schmidt77 <anna.schmidt@posteo.example>"),
        ("{}\n\nViele Grüße\nAnna Schmidt", "a.schmidt77 <anna.schmidt@posteo.example>"),
        ("{}", "Anna Schmidt <anna.schmidt@posteo.example>"),
        ("{}", '"SCHMIDT, Anna" <anna.schmidt@posteo.example>'),
    ],
    ids=["from the text", "from the signature", "from the From header", "surname first"],
)
def test_given_name_and_surname_come_from_the_text_the_signature_or_the_from_header(text: str, sender: str):
    assert fields(text.format(VIDEO), sender=sender)["person"] == ANNA


@pytest.mark.parametrize(
    "words",
    [
        "User:\nAnna Schmidt, anna@verein.example",
        "Nutzerin bin ich: Anna Schmidt, anna@verein.example",
        "User: ich (anna@verein.example)",
        "User:\nich selbst, anna@verein.example",
    ],
)
def test_the_address_comes_from_from_unless_another_is_named(words: str):
    assert fields(f"Der OV Kalk möchte die Nextcloud nutzen. {words}")["users"] == (person(email="anna@verein.example"),)


def test_somebody_may_be_called_ben():
    text = "Der OV Kalk möchte die Nextcloud nutzen. User:\nBen Krüger, ben@posteo.example\nCem Arslan, cem.arslan@posteo.example"

    assert fields(text)["users"] == (person("Ben", "Krüger", "ben@posteo.example"), CEM)


def test_a_signature_alone_makes_nobody_a_user():
    assert fields(f"{CLOUD}\nViele Grüße\nAnna Schmidt\nSprecherin\nanna.schmidt@posteo.example")["users"] == (PAUL, CEM)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        (VIDEO, ANNA),
        ("Die AG Frieden möchte eine Signal-Gruppe.", ANNA),
        ("Der OV Kalk macht am 14.03.2026 eine Versammlung mit OpenSlides, etwa 40 Leute.", ANNA),
        (f"{ADDRESS} als Postfach.", Person(given="Anna", surname="Schmidt")),
    ],
    ids=["video", "signal", "openslides", "email_personal"],
)
def test_the_person_is_the_sender_where_no_other_person_is_named(text: str, person: Person):
    assert fields(text)["person"] == person


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Die AG Frieden möchte eine Signal-Gruppe. Kontakt ist Paul Krüger, paul.krueger@posteo.example.", PAUL),
        (
            "Bitte richtet ein Postfach für Paul Krüger ein, er ist Kassierer.",
            Person(given="Paul", surname="Krüger"),
        ),
    ],
)
def test_the_person_is_another_one_where_one_is_named(text: str, person: Person):
    assert fields(text)["person"] == person


def test_a_complete_person_named_as_admin_and_missing_from_the_users_is_also_a_user():
    assert fields(f"{CLOUD}Admin: Dora Weber (dora.weber@posteo.example)") == {
        "group": "OV Kalk",
        "users": (PAUL, CEM, DORA),
        "admins": ("dora.weber@posteo.example",),
    }


@pytest.mark.parametrize("words", ["Paul", "Paul Krüger", "paul.krueger@posteo.example"])
def test_an_admin_may_be_named_by_given_name_full_name_or_address_when_exactly_one_user_fits(words: str):
    assert fields(f"{CLOUD}Admin: {words}")["admins"] == ("paul.krueger@posteo.example",)


@pytest.mark.parametrize("word", ["Beide", "Alle", "Wir beide"])
def test_both_and_all_resolve_to_those_users(word: str):
    assert fields(CLOUD, f"{word} sollen Admin sein.")["admins"] == ("paul.krueger@posteo.example", "cem.arslan@posteo.example")


def test_all_means_up_to_three_users():
    four = f"{CLOUD}Dora Weber, dora.weber@posteo.example\nAnna Schmidt, anna.schmidt@posteo.example\n"

    assert one(four, "Admins sollen alle sein.").missing == ("admins",)


@pytest.mark.parametrize("address", ["cem.arslan@posteo", "cem.arslan.posteo.example", "cem.arslan@posteo,example"])
def test_an_address_that_cannot_be_an_address_counts_as_missing(address: str):
    request = one(
        f"Der OV Kalk möchte die Nextcloud. User:\nPaul Krüger, paul.krueger@posteo.example\nCem Arslan, {address}\nAdmin: Paul"
    )

    assert request.fields["users"] == (PAUL, person("Cem", "Arslan", None))
    assert request.missing == ("users.email",)


FOUR = """\
Der OV Kalk möchte die Nextcloud nutzen. User:
Paul Krüger, paul.krueger@posteo.example
Cem Arslan, cem.arslan@posteo.example
Dora Weber, dora.weber@posteo.example
Anna Schmidt, anna.schmidt@posteo.example
Admins: Paul, Cem, Dora und Anna
"""


def test_more_than_three_admins_are_no_value_until_at_most_three_are_named():
    request = one(FOUR)
    assert ("admins" in request.fields, request.missing) == (False, ("admins",))

    request = one(FOUR, "Dann nur Paul und Cem als Admins.")
    assert request.fields["admins"] == ("paul.krueger@posteo.example", "cem.arslan@posteo.example")
    assert request.missing == ()


def test_an_admin_who_fits_two_users_is_no_value():
    users = "Paul Krüger, paul.krueger@posteo.example\nPaul Vogt, paul.vogt@posteo.example"

    request = one(f"Der OV Kalk möchte die Nextcloud nutzen. User:\n{users}\nAdmin: Paul")

    assert ("admins" in request.fields, request.missing) == (False, ("admins",))


def test_two_requests_in_one_mail_are_two_tickets():
    both = understood(f"{WEBSITE}\n\nAußerdem bräuchten wir eine Signal-Gruppe.").requests

    assert [(each.service, each.fields["group"]) for each in both] == [("website", "OV Kalk"), ("signal", "OV Kalk")]


@pytest.mark.parametrize("words", ["einen Ortsverband", "unsere AG", "unsere Projektgruppe"])
def test_a_kind_without_its_name_is_no_group_name(words: str):
    assert "group" in one(f"Wir möchten eine Unterseite auf der Website für {words}.").missing


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ("den OV Ehrenfeld", "OV Ehrenfeld"),
        ("die AG Frieden", "AG Frieden"),
        ("die PG Mietenkampagne", "PG Mietenkampagne"),
        ("den Ortsverband Ehrenfeld", "OV Ehrenfeld"),
        ("die Arbeitsgemeinschaft Frieden", "AG Frieden"),
        ("die Projektgruppe Mietenkampagne", "PG Mietenkampagne"),
        ("den Kreisvorstand", "Kreisvorstand"),
    ],
)
def test_its_kind_belongs_to_its_name_in_short_form(words: str, group: str):
    assert fields(f"Wir möchten eine Unterseite auf der Website für {words}.")["group"] == group


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Bitte Paul Meier aus der Nextcloud-Gruppe des OV Kalk entfernen.", "nextcloud"),
        ("Bitte die Verantwortlichen auf der Website des OV Kalk ändern, Paul Meier macht es nicht mehr.", "website"),
    ],
)
def test_changes_of_something_that_exists_are_of_kind_change_and_hold_the_group_alone(text: str, service: str):
    request = one(text)

    assert (request.service, request.kind, request.fields, request.missing) == (
        service,
        RequestKind.CHANGE,
        {"group": "OV Kalk"},
        (),
    )


def test_a_change_is_asked_for_its_group_and_nothing_else():
    assert one("Bitte Paul Meier aus der Nextcloud-Gruppe entfernen.").missing == ("group",)


def test_a_change_of_a_personal_address_holds_the_person_alone():
    request = one("Bitte ändert die Weiterleitung meiner persönlichen Mailadresse, sie soll jetzt an neu@verein.example gehen.")

    assert (request.service, request.kind) == ("email_personal", RequestKind.CHANGE)
    assert (dict(request.fields), request.missing) == ({"person": Person(given="Anna", surname="Schmidt")}, ())


def test_a_correction_in_a_running_conversation_is_no_change():
    request = one(f"{CLOUD}Admin: Paul", "Korrektur: Admin ist doch Cem statt Paul.")

    assert request.kind is RequestKind.NEW
    assert request.fields["admins"] == ("cem.arslan@posteo.example",)


def test_a_mail_that_names_only_admins_has_not_named_the_users_yet():
    request = one("Der OV Kalk möchte die Nextcloud nutzen. Admins: Paul und Cem.")

    assert request.missing == ("admins", "users")


def test_a_forwarding_without_a_target_is_asked_for_its_target():
    request = one(f"{ADDRESS} als Weiterleitung.")

    assert request.missing == ("target",)
    assert "target" not in request.fields


def test_the_senders_address_is_the_target_only_if_the_mail_says_so():
    assert fields(f"{ADDRESS} als Weiterleitung an meine private Adresse.")["target"] == "anna.schmidt@posteo.example"


def test_of_several_addresses_the_good_ones_are_kept_and_the_field_is_missing_until_the_broken_one_is_corrected():
    targets = "paul@posteo.example und cem@posteo."
    text = f"Der OV Kalk hätte gern die gemeinsame Adresse ov-kalk@die-linke-koeln.de, weitergeleitet an {targets}"

    request = one(text)
    assert (request.fields["targets"], request.missing) == (("paul@posteo.example",), ("targets",))

    request = one(text, "Sorry, cem@posteo.example ist richtig.")
    assert (set(request.fields["targets"]), request.missing) == ({"paul@posteo.example", "cem@posteo.example"}, ())


@pytest.mark.parametrize("words", ["Kassiererin im OV Kalk", "die Kassiererin des OV Kalk", "Kassiererin"])
def test_a_role_is_the_task_without_the_group(words: str):
    assert fields(f"Ich bräuchte einen BBB-Account. Ich bin {words}.")["role"] == "Kassiererin"


def test_a_bare_name_completes_the_kind_that_was_said_before():
    assert one("Unsere AG möchte eine Unterseite auf der Website.", "Frieden").fields["group"] == "AG Frieden"


def test_names_are_written_with_capitals_as_names_are():
    text = (
        "Der OV Kalk möchte die Nextcloud. User:\nARSLAN, Emine, emine@posteo.example\npaul krüger, paul.krueger@posteo.example"
    )

    assert fields(text)["users"] == (person("Emine", "Arslan", "emine@posteo.example"), PAUL)


def test_i_in_a_forwarded_mail_is_its_author():
    forwarded = f"""\
Hallo, das kam bei mir an, ich leite es weiter.

---------- Forwarded message ---------
Von: Paul Krüger <paul.krueger@posteo.example>
Datum: Mo., 9. Juni 2025
Betreff: BBB
An: Anna Schmidt <anna.schmidt@posteo.example>

{VIDEO.replace("Kassiererin", "Kassierer")}
"""

    request = one(forwarded, subject="Fwd: BBB")

    assert (request.service, request.fields["person"]) == ("video", PAUL)


LIST = (
    ("Vorname", "Nachname", "E-Mail"),
    ("Paul", "Krüger", "paul.krueger@posteo.example"),
    ("Cem", "Arslan", "cem.arslan@posteo.example"),
)


@pytest.mark.parametrize("name", ["liste.xlsx", "liste.ods", "liste.csv", "liste.docx", "kontakte.vcf"])
def test_attachments_that_hold_the_list_are_part_of_the_mail(name: str):
    mail = written(
        "Der OV Kalk möchte die Nextcloud nutzen, die Liste hängt an. Admin ist Cem.", attachments=(attached(*LIST, name=name),)
    )

    assert fields(mail) == {"group": "OV Kalk", "users": (PAUL, CEM), "admins": ("cem.arslan@posteo.example",)}


@pytest.mark.parametrize("tool", ["Aktivisti", "Zetkin"])
def test_trouble_with_the_tools_of_the_federal_party_is_referred_like_a_question_about_them(tool: str):
    trouble = one(f"{tool} stürzt bei mir immer ab, was kann ich tun?")

    assert (trouble.service, trouble.missing) == (tool.lower(), ())


def test_trouble_with_our_own_tools_is_help_and_the_tool_is_noted():
    request = one("Ich komme nicht mehr in die Nextcloud, das Passwort wird nicht angenommen.")

    assert (request.service, dict(request.fields)) == ("help", {"tool": "nextcloud"})


def test_a_day_without_a_year_is_the_next_one():
    mail = written(
        "Der OV Kalk macht am 14. März eine Versammlung mit OpenSlides, etwa 40 Leute.", date=datetime(2025, 9, 22, tzinfo=UTC)
    )

    assert fields(mail)["date"] == "2026-03-14"


def test_everything_else_written_by_a_person_is_read_by_a_person():
    assert one("Wann ist das Büro in den Ferien geöffnet?").service == "other"
