"""Persons mentioned in a text: names with the addresses that are theirs, and authors who say "ich"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.mention import mentions
from mailbot.understanding.passage import passages
from mailbot.understanding.request import Person
from tests.builders import ANNA, body, person

OWN = frozenset({"support@die-linke-koeln.de"})
PAUL = person("Paul", "Krüger", "paul@posteo.example")


def mentioned(*lines: str) -> list[Person | str]:
    """The persons, and "me" for the author."""
    return ["me" if each.me else each.person for each in mentions(passages(body(*lines).lines), own=OWN)]


def test_who_is_called_by_the_given_name_beside_an_address_has_the_name_told_before():
    assert mentioned("Das macht Paul Krüger.", "Paul: paul@posteo.example")[1:] == [PAUL]


def test_a_name_between_two_addresses_is_in_the_second():
    assert mentioned("Ich habe kim@web.example, Berivan hat berivan@web.example.")[1:] == [
        person("Berivan", None, "berivan@web.example")
    ]


def test_a_verb_is_no_surname():
    assert mentioned("und anna kriegt auch einen zugang") == [person("Anna", None, None)]


def test_a_usual_surname_may_stand_first():
    assert mentioned("- Krüger Paul - paul@posteo.example") == [PAUL]


def test_an_address_behind_the_author_is_the_authors():
    found = mentions(passages(body("Verantwortlich sind die Dora Weber und ich (kim@verein.example).").lines), own=OWN)

    assert [(each.me, each.person.email) for each in found] == [(False, None), (True, "kim@verein.example")]


@pytest.mark.parametrize(
    "lines",
    [
        ("Paul Krüger, paul@posteo.example",),
        ("Paul Krüger <paul@posteo.example>",),
        ("Krüger, Paul; paul@posteo.example",),
        ("paul@posteo.example (Paul Krüger)",),
        ("Paul Krüger (paul@posteo.example)",),
        ("Paul Krüger: paul@posteo.example",),
        ("- Paul Krüger", "paul@posteo.example"),
        ("Paul Krüger", "Mail: paul@posteo.example"),
    ],
)
def test_a_name_and_the_address_beside_it_are_one_person(lines: tuple[str, ...]):
    assert mentioned(*lines) == [PAUL]


def test_in_a_sentence_each_name_has_the_address_behind_it():
    assert mentioned("Es sind Paul Krüger (paul@posteo.example) und Anna Schmidt (anna.schmidt@posteo.example).") == [PAUL, ANNA]


def test_an_address_goes_to_the_name_that_stands_in_it():
    assert mentioned("Mehmet Yılmaz fragt für Paul Krüger, seine Adresse ist paul@posteo.example.")[-1] == PAUL


def test_somebody_may_have_no_address():
    assert mentioned("Die Ansprechperson ist Paul Krüger.") == [person("Paul", "Krüger", None)]


@pytest.mark.parametrize(
    "text",
    [
        "paul@posteo.example",
        "Und an die Adresse paul@posteo.example, bitte.",
        "Bitte auch paul@posteo.example aufnehmen.",
    ],
)
def test_somebody_may_be_known_by_address_alone(text: str):
    assert mentioned(text) == [person(None, None, "paul@posteo.example")]


def test_a_broken_address_is_noted_with_the_name():
    (mention,) = mentions(passages(body("Paul Krüger, paul@posteo").lines), own=OWN)

    assert (mention.person, mention.broken) == (person("Paul", "Krüger", None), "paul@posteo")


def test_the_associations_own_inboxes_are_nobody():
    assert mentioned("Ich habe an support@die-linke-koeln.de geschrieben.") == []


def test_the_author_is_mentioned_by_saying_so():
    assert mentioned("Admins sind Paul Krüger (paul@posteo.example) und ich.") == [PAUL, "me"]


def test_a_nickname_between_the_names_is_no_name():
    assert mentioned("Kontakt: Hans-Joachim „Hajo“ Krüger") == [person("Hans-Joachim", "Krüger", None)]


@given(st.lists(st.text(alphabet="Paul Krüger,@.xich\u00e9ß:;-()\t", max_size=60), max_size=5))
def test_mentions_are_in_the_order_of_the_text(texts: list[str]):
    found = mentions(passages(body(*texts).lines), own=OWN)

    assert [each.place for each in found] == sorted(each.place for each in found)


@pytest.mark.parametrize(
    "lines",
    [
        ("Nils Ost, Pia West", "n.ost@posteo.example", "pia@west.example"),  # below each other
        ("Nils Ost und Pia West", "pia@west.example, n.ost@posteo.example"),  # by the names in them
        ("Dabei sind Pia West und Nils Ost.", "Die Adressen: xy12@posteo.example, z77@west.example"),  # in the same order
    ],
)
def test_addresses_that_stand_apart_go_to_their_names(lines: tuple[str, ...]):
    found = mentions(passages(body(*lines).lines), own=frozenset())

    assert all(each.person.given and each.person.surname and each.person.email for each in found)
    assert len(found) == 2


def test_the_authors_address_goes_to_nobody_else():
    found = mentions(
        passages(body("Pia West macht mit.", "Kim", "kim@posteo.example").lines), own=frozenset(), author="kim@posteo.example"
    )

    assert [each.person.email for each in found if each.person.given == "Pia"] == [None]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("für Kwabena Asante", ("Kwabena", "Asante")),  # no list holds the name
        ("und Thamilini Sivakumar", ("Thamilini", "Sivakumar")),
        ("von Ayşe Nur Demirtaş", ("Ayşe Nur", "Demirtaş")),  # "nur" is a German word
        ("leute: can özdemir can.oezdemir@posteo.example", ("Can", "Özdemir")),  # by the address
    ],
)
def test_names_from_everywhere_are_found(text: str, name: tuple[str, str]):
    (found,) = mentions(passages(body(text).lines), own=frozenset())

    assert (found.person.given, found.person.surname) == name


def test_it_is_known_how_somebody_is_called():
    sister, friend = mentions(passages(body('meine Schwester Nino Weber und Süleyman "Sülo" Arı').lines), own=frozenset())

    assert sister.called == "Schwester"
    assert friend.alias == "Sülo"
