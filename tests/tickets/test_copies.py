"""Whom a mail names besides us."""

import pytest

from mailbot.mail.message import Address
from mailbot.tickets.copies import AT_MOST, named
from tests.builders import catalogue, mail

CATALOGUE = catalogue()
PAUL = Address(name="Paul Weber", email="paul@posteo.example")


def test_people_in_to_and_cc_count_once():
    asks = mail(to=(Address(email="support@die-linke-koeln.de"), PAUL), cc=(PAUL, Address(email="eva@posteo.example")))

    assert [each.email for each in named(asks, CATALOGUE)] == ["paul@posteo.example", "eva@posteo.example"]


@pytest.mark.parametrize(
    "email",
    [
        "anna.schmidt@posteo.example",  # the author
        "buero@die-linke-koeln.de",
        "kim.sommer@verein.example",  # staff
        "noreply@posteo.example",
        "mailer-daemon@posteo.example",
        "ov-kalk-owner@posteo.example",
        "liste@posteo.example",
        "ov-kalk-verteiler@posteo.example",
        "alle@posteo.example",
        "ov-kalk@lists.posteo.example",
        "kein wort@posteo.example",
        "päul@posteo.example",
        "",
    ],
)
def test_these_are_nobody_to_copy(email: str):
    assert named(mail(cc=(Address(email=email), PAUL)), CATALOGUE) == (PAUL,)


def test_people_whose_names_only_look_like_lists_are_people():
    people = tuple(Address(email=f"{name}@posteo.example") for name in ("allegra", "k.listner", "verteilerin", "l"))

    assert named(mail(cc=people), CATALOGUE) == people


def test_a_circular_brings_nobody_in():
    people = tuple(Address(email=f"mitglied{number}@posteo.example") for number in range(AT_MOST + 1))

    assert named(mail(cc=people[1:]), CATALOGUE) == people[1:]
    assert named(mail(cc=people), CATALOGUE) == ()
