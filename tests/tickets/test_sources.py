"""Who said which value."""

from dataclasses import replace

from mailbot.mail.message import Address
from mailbot.tickets.sources import overruled, sources_after, told, who_said
from mailbot.tickets.ticket import Source
from tests.builders import ANNA, MEHMET, catalogue, person, request, ticket

CATALOGUE = catalogue()
REQUESTER = ticket().requester
PAUL, EVA = Address(name="Paul Weber", email="paul@posteo.example"), Address(email="eva@posteo.example")
NO_ADDRESS = replace(MEHMET, email=None)


def asked(**fields):
    return request(fields=fields)


def source(field: str, value: str, by: Address = PAUL) -> Source:
    return Source(field=field, value=value, by=by)


def test_what_the_requester_says_needs_no_source():
    before = ticket(asked(group="OV Kalk"))

    assert sources_after(before, asked(group="OV Kalk", users=(ANNA,)), REQUESTER) == ()


def test_what_somebody_else_says_is_theirs_piece_by_piece():
    before = ticket(asked(group="OV Kalk", users=(ANNA, NO_ADDRESS)))

    after = sources_after(before, asked(group="OV Kalk", users=(ANNA, MEHMET), admins=("anna.schmidt@posteo.example",)), PAUL)

    assert after == (source("users", "mehmet.yilmaz@posteo.example"), source("admins", "Anna Schmidt"))


def test_a_value_that_is_corrected_loses_its_source():
    before = ticket(asked(group="OV Kalk"), sources=(source("group", "OV Kalk"),))

    assert sources_after(before, asked(group="OV Nippes"), REQUESTER) == ()
    assert sources_after(before, asked(group="OV Nippes"), EVA) == (source("group", "OV Nippes", EVA),)


def test_who_is_chosen_stays_chosen_by_the_same_when_the_address_comes():
    before = ticket(asked(users=(ANNA, NO_ADDRESS), admins=("Mehmet Yılmaz",)))
    after = asked(users=(ANNA, MEHMET), admins=(MEHMET.email,))

    assert sources_after(before, after, PAUL) == (source("users", MEHMET.email),)
    assert told(before.request, after, CATALOGUE) == ("E-Mail von Mehmet Yılmaz",)
    assert overruled(before, after, PAUL, CATALOGUE) == ()


def test_labels_name_what_a_mail_told():
    before = asked(group="OV Kalk", users=(NO_ADDRESS,))

    assert told(before, before, CATALOGUE) == ()
    assert told(before, asked(group="OV Kalk", users=(MEHMET, ANNA)), CATALOGUE) == ("E-Mail von Mehmet Yılmaz", "Nutzer*innen")
    assert told(before, asked(group="OV Nippes", users=(NO_ADDRESS,)), CATALOGUE) == ("Name der Gruppe",)
    assert told(before, asked(group="OV Kalk"), CATALOGUE) == ("Nutzer*innen",)


def test_only_what_others_have_said_is_overruled():
    before = ticket(asked(group="OV Kalk", users=(ANNA, person("Bo", None, None))), sources=(source("users", "Bo"),))
    after = asked(group="OV Nippes", users=(ANNA,))

    assert overruled(before, after, PAUL, CATALOGUE) == ("Name der Gruppe: OV Kalk",)
    assert overruled(before, after, EVA, CATALOGUE) == ("Name der Gruppe: OV Kalk", "Nutzer*innen: Bo")
    assert overruled(before, after, REQUESTER, CATALOGUE) == ()


def test_a_name_that_is_completed_is_not_overruled():
    before = ticket(asked(users=(person("Bo", None, None),), admins=("Bo",)))

    assert overruled(before, asked(users=(person("Bo", "Brandt", None),), admins=("Bo Brandt",)), PAUL, CATALOGUE) == ()


def test_a_person_is_told_by_all_who_told_a_part_but_the_requester():
    sources = (source("users", "Yılmaz"), source("users", MEHMET.email, EVA), source("group", "Mehmet"))

    assert who_said(sources, request(), "users", MEHMET) == "Paul Weber, eva@posteo.example"
    assert who_said(sources, request(), "users", ANNA) == ""


def test_a_person_who_is_overruled_is_named_once():
    lea = person("Lea", "Brandt", "lea@posteo.example")
    before = ticket(asked(users=(lea,)))

    assert overruled(before, asked(users=(person("Eva", "Lang", "eva@posteo.example"),)), PAUL, CATALOGUE) == (
        "Nutzer*innen: Lea Brandt",
    )
