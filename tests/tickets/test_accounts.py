from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from mailbot.tickets.accounts import LONGEST, Account, accounts_of
from mailbot.understanding.request import Person
from tests.builders import ANNA, MEHMET, person


def logins(*persons: Person) -> list[str]:
    return [account.login for account in accounts_of(persons).values()]


@pytest.mark.parametrize(
    ("given_name", "surname", "login"),
    [
        ("Anna", "Schmidt", "anna.schmidt"),
        ("Jörg", "Müßig", "joerg.muessig"),
        ("Zoë-Émilie", "von der Größe", "zoe-emilie.von-der-groesse"),
        ("Mehmet", "Yılmaz", "mehmet.yilmaz"),
        ("Łukasz", "Żółć", "lukasz.zolc"),
        ("Иван", "Петров", "ivan.petrov"),
        ("Sinéad", "O’Connor", "sinead.oconnor"),
        ("Anna", None, "anna"),
        ("😀", "Schmidt", "schmidt"),
        ("'; rm -rf /", "$(id)", "rm-rf.id"),
        ("-rf", "--force", "rf.force"),
    ],
)
def test_a_login_name_is_readable_and_plain(given_name: str, surname: str | None, login: str):
    assert logins(person(given_name, surname)) == [login]


def test_without_a_name_it_is_made_of_the_address_and_else_of_a_word():
    assert logins(person(None, None, "Post.Amt@verein.example"), person("😀", "✊", None)) == ["post-amt", "konto"]


def test_namesakes_are_told_apart_and_who_is_named_twice_has_one_account():
    namesake = person(email="anna2@posteo.example")

    assert logins(ANNA, namesake, MEHMET, ANNA) == ["anna.schmidt", "anna.schmidt2", "mehmet.yilmaz"]


def test_an_account_is_the_person_and_the_login_name():
    anna = Account(
        given="Anna", surname="Schmidt", name="Anna Schmidt", email="anna.schmidt@posteo.example", login="anna.schmidt"
    )

    assert accounts_of((ANNA,)) == {ANNA: anna}


PERSONS = some.builds(Person, given=some.text(max_size=90), surname=some.text(max_size=90), email=some.none())


@settings(max_examples=30, deadline=None)
@given(some.lists(PERSONS, max_size=6))
def test_whatever_people_are_called_their_login_names_are_plain_and_never_collide(persons: list[Person]):
    found = logins(*persons)

    assert len(set(found)) == len(found) == len(set(persons))
    for login in found:
        assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", login)
        assert len(login) <= LONGEST + 1
