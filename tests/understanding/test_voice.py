"""Who "ich" is: by introduction, by signature, by the From header."""

from __future__ import annotations

import pytest

from mailbot.mail.message import Address, Kind
from mailbot.understanding.passage import passages
from mailbot.understanding.request import Person
from mailbot.understanding.voice import voice_of
from tests.builders import body, person

EMAIL = "anna.schmidt@posteo.example"


def speaker(name: str, *lines: str, signature: tuple[str, ...] = (), email: str = EMAIL) -> Person:
    closing = body(*signature, kind=Kind.SIGNATURE).lines
    return voice_of(Address(name=name, email=email), passages(body(*lines).lines), closing).person


@pytest.mark.parametrize(
    ("header", "given", "surname"),
    [
        ("Anna Schmidt", "Anna", "Schmidt"),
        ("SCHMIDT, Anna", "Anna", "Schmidt"),
        ("Dr. Anna Schmidt", "Anna", "Schmidt"),
        ("Anna Schmidt (OV Kalk)", "Anna", "Schmidt"),
        ("anna schmidt", "Anna", "Schmidt"),
        ("Anna Schmidt via Verteiler", "Anna", "Schmidt"),
        ("Anna", "Anna", None),
        ("Familie Schmidt", None, None),  # nobody's given name
        ("annaschmidt77", None, None),  # an account
        ("Büro OV Kalk", None, None),
        (EMAIL, None, None),
        ("", None, None),
    ],
)
def test_the_from_header_names_the_author_where_it_holds_a_name(header: str, given: str | None, surname: str | None):
    assert speaker(header) == Person(given=given, surname=surname, email=EMAIL)


@pytest.mark.parametrize(
    "words",
    [
        "Ich heiße Anna Schmidt.",
        "ich heiß anna schmidt, hi",
        "Mein Name ist Anna Schmidt und ich bin neu.",
        "My name is Anna Schmidt.",
    ],
)
def test_an_introduction_counts_more_than_the_header(words: str):
    assert speaker("Annette Müller", words) == person()


def test_a_signature_counts_more_than_an_account_name():
    assert speaker("annaschmidt77", signature=("Anna Schmidt", "Sprecherin OV Kalk", "0221 123456")) == person()


@pytest.mark.parametrize("line", ["Sprecherin im OV Kalk", "Die Linke Köln", "anna.schmidt@posteo.example", "Tel. 0221 123456"])
def test_a_line_of_the_signature_that_is_no_name_names_nobody(line: str):
    assert speaker("", signature=(line,)) == Person(email=EMAIL)


def test_a_whole_name_in_the_signature_counts_more_than_half_a_name_in_the_header():
    assert speaker("Anna", signature=("Anna Schmidt",)) == person()


def test_a_line_of_names_that_has_nothing_to_do_with_the_author_needs_a_known_given_name():
    assert speaker("Anna", signature=("Rosige Aussichten",)) == person(surname=None)


def test_an_author_without_an_address_has_none():
    assert speaker("Anna Schmidt", email="") == person(email=None)


def test_the_lines_of_the_signature_are_kept():
    voice = voice_of(Address(name="Anna"), (), body("Anna Schmidt", "", "Kassiererin", kind=Kind.SIGNATURE).lines)

    assert voice.closing == ("Anna Schmidt", "Kassiererin")
