import pytest

from mailbot.mail.message import Address
from mailbot.tickets.greeting import bids_farewell, given_name, greets
from tests.builders import ANNA, MEHMET


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Anna Schmidt", "Anna"),
        ("Schmidt, Anna", "Anna"),
        ("Dr. Anna Schmidt", "Anna"),
        ("Schmidt, Dr. Anna", "Anna"),
        ('"Mehmet Yılmaz"', "Mehmet"),
        ("OV Ehrenfeld", ""),
        ("Die Linke Köln", ""),
        ("Anna", ""),  # could be anything; nobody is greeted wrongly
        ("", ""),
    ],
)
def test_people_are_greeted_by_their_given_name_where_it_is_known(name, greeted):
    assert given_name(Address(name=name, email="x@posteo.example")) == greeted


def test_a_name_in_the_request_is_better_than_the_display_name():
    assert given_name(Address(name="Büro", email=MEHMET.email or ""), (ANNA, MEHMET)) == "Mehmet"


@pytest.mark.parametrize(
    ("text", "greeting", "farewell"),
    [
        ("Hallo Anna,\nfertig\nLG Kim", True, True),
        ("Guten Morgen,\nfertig", True, False),
        ("Die Gruppe ist da.", False, False),
        ("Fertig.\n\nMit freundlichen Grüßen\n\nKim", False, True),
        ("Hallimasch ist ein Pilz.", False, False),
    ],
)
def test_greetings_and_farewells_are_recognised(text, greeting, farewell):
    assert (greets(text), bids_farewell(text)) == (greeting, farewell)
