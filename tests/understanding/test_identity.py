"""Who is the same person, and what mentions say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.identity import completed, merged, same_person
from mailbot.understanding.request import Person
from tests.builders import MEHMET, person

PAUL = person("Paul", "Krüger", "paul@posteo.example")


def named(given: str | None = None, surname: str | None = None, email: str | None = None) -> Person:
    return Person(given=given, surname=surname, email=email)


ANNA = named("Anna", "Schmidt", "anna@posteo.example")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (named("Anna"), True),
        (named(surname="Schmidt"), True),
        (named("anna", "SCHMIDT"), True),
        (named("Anna", "Schmidt", "anna@verein.example"), False),  # another address is another person until it is said
        (named("Paul", "Krüger", "anna@posteo.example"), True),  # one address is one person
        (named("Anna", "Krüger"), False),
        (named("Paul"), False),
        (named(), False),  # nothing speaks for it
    ],
)
def test_two_mentions_are_the_same_person_if_something_speaks_for_it_and_nothing_against(other: Person, same: bool):
    assert same_person(ANNA, other) is same
    assert same_person(other, ANNA) is same


def test_what_only_the_other_mention_says_is_added():
    assert completed(named("Anna"), named("Annegret", "Schmidt", "anna@posteo.example")) == ANNA


@given(
    st.builds(
        named, st.sampled_from([None, "Anna", "Paul"]), st.sampled_from([None, "Schmidt"]), st.sampled_from([None, "a@x.example"])
    )
)
def test_somebody_completed_by_himself_is_the_same(person: Person):
    assert completed(person, person) == person


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
