"""Persons mentioned in a text: names with the addresses that are theirs, and authors who say "ich"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.mention import mentions, merged
from mailbot.understanding.passage import passages
from mailbot.understanding.request import Person
from tests.builders import ANNA, MEHMET, body, person

OWN = frozenset({"support@die-linke-koeln.de"})
PAUL = person("Paul", "Krüger", "paul@posteo.example")


def mentioned(*lines: str) -> list[Person | str]:
    """The persons, and "me" for the author."""
    return ["me" if each.me else each.person for each in mentions(passages(body(*lines).lines), own=OWN)]


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


def test_mentions_of_the_same_person_are_one_completed_by_each_other():
    assert merged([person("Paul", None, None), MEHMET, PAUL]) == (PAUL, MEHMET)


def test_two_of_the_same_given_name_stay_two():
    other = person("Paul", "Vogt", "vogt@posteo.example")

    assert merged([PAUL, other, person("Paul", None, None)]) == (PAUL, other)


PEOPLE = st.builds(
    Person,
    given=st.sampled_from([None, "Paul", "Anna"]),
    surname=st.sampled_from([None, "Krüger", "Vogt"]),
    email=st.sampled_from([None, "a@x.example", "b@x.example"]),
)


@given(st.lists(PEOPLE, max_size=6))
def test_no_address_is_lost_by_merging(people: list[Person]):
    assert {each.email for each in merged(people)} - {None} <= {each.email for each in people}
    assert {each.email for each in people if not each.given and not each.surname and each.email} <= {
        each.email for each in merged(people)
    }


@given(st.lists(st.text(alphabet="Paul Krüger,@.xich\u00e9ß:;-()\t", max_size=60), max_size=5))
def test_mentions_are_in_the_order_of_the_text(texts: list[str]):
    found = mentions(passages(body(*texts).lines), own=OWN)

    assert [each.place for each in found] == sorted(each.place for each in found)
