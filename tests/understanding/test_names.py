"""Names of persons as people write them: given name first or last, small or large, with particles and titles."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.names import as_written, names_in, split_name
from mailbot.understanding.request import Person


def named(given: str | None = None, surname: str | None = None, email: str | None = None) -> Person:
    return Person(given=given, surname=surname, email=email)


def test_a_name_may_be_another_word_as_well():
    (name,) = names_in("Ansprechperson ist Can Özdemir")

    assert name.person == Person(given="Can", surname="Özdemir")
    assert [each.person.given for each in names_in("Can Anna join us?")] == ["Anna"]


def test_who_is_spoken_to_is_no_part_of_a_name():
    assert [each.person for each in names_in("Bitte nehmen Sie Kim Berg auf.")] == [named("Kim", "Berg")]


def test_names_stand_in_a_sentence():
    found = names_in("Anna Schmidt und Mehmet Yılmaz kommen, Paul auch.")

    assert [each.person for each in found] == [named("Anna", "Schmidt"), named("Mehmet", "Yılmaz"), named("Paul")]
    assert all(each.sure for each in found)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("Anna Maria von der Heide", named("Anna Maria", "von der Heide")),
        ("Dr. Emine Arslan", named("Emine", "Arslan")),
        ("Frau Drescher", named(surname="Drescher")),
        ("Drescher", named(surname="Drescher")),
        ("Sinéad O'Connor", named("Sinéad", "O'Connor")),
        ("José García López", named("José", "García López")),
        ("Paul Sommer", named("Paul", "Sommer")),  # a season, but behind a given name
        ("heinz krause", named("Heinz", "Krause")),
        ("Phạm Thị Lan", named("Thị Lan", "Phạm")),  # the surname first, as in Vietnam
        ("Lan Pham", named("Lan", "Pham")),
        ("Berivan", named("Berivan")),  # a given name that no list holds
    ],
)
def test_one_name_is_one_person(text: str, person: Person):
    assert [each.person for each in names_in(text, loose=True)] == [person]


@pytest.mark.parametrize(
    "text",
    [
        "Die AG Frieden trifft sich im Büro.",
        "Bitte legt einen Account an.",
        "Viele Grüße",
        "Die Kassiererin ist die Gruppenadmin.",
        "",
    ],
)
def test_nouns_are_no_names(text: str):
    assert names_in(text) == ()


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Krause, Wolfgang", [named("Wolfgang", "Krause")]),
        ("ARSLAN, Emine", [named("Emine", "Arslan")]),
        ("Anna, Wolfgang", [named("Anna"), named("Wolfgang")]),
    ],
)
def test_a_comma_joins_surname_and_given_name_only(text: str, people: list[Person]):
    assert [each.person for each in names_in(text, loose=True)] == people


@given(st.text(max_size=200), st.booleans(), st.booleans())
def test_names_lie_in_the_text_in_order_and_do_not_overlap(text: str, loose: bool, turned: bool):
    found = names_in(text, loose=loose, turned=turned)

    assert [each.start for each in found] == sorted(each.start for each in found)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("words", "person"),
    [
        ("Anna Schmidt", named("Anna", "Schmidt")),
        ("SCHMIDT Anna", named("Anna", "Schmidt")),  # capitals mark the surname
        ("Anna", named("Anna")),
        ("Schmidt", named(surname="Schmidt")),
        ("A. Schmidt", named(surname="Schmidt")),  # an initial is no name
        ("Anna S.", named("Anna")),
        ("Prof. Dr. Anna Schmidt", named("Anna", "Schmidt")),
        ("", named()),
    ],
)
def test_a_name_has_a_given_name_and_a_surname(words: str, person: Person):
    assert split_name(words.split()) == person


def test_the_address_tells_which_name_is_which():
    assert split_name(["Krüger", "Paula"], "paula.krueger@posteo.example") == named("Paula", "Krüger")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ARSLAN", "Arslan"),
        ("emine arslan", "Emine Arslan"),
        ("anna-lena", "Anna-Lena"),
        ("o'neill", "O'Neill"),
        ("ANNA VON DER HEIDE", "Anna von der Heide"),
        ("McDonald", "McDonald"),  # meant as it stands
        ("Arslan EMINE", "Arslan Emine"),
        ("IŞIK", "Işık"),  # Turkish: I is the capital of ı
        ("ŞAHİN", "Şahin"),
        ("çelik", "Çelik"),
    ],
)
def test_names_are_written_with_capitals_as_names_are(name: str, written: str):
    assert as_written(name) == written


@given(st.text(alphabet="abcçdeéfgğhiıjklmnñoöprsştuüvyzABCÇDEÉFGĞHIJKLMNÑOÖPRSŞTUÜVYZ -'"))
def test_what_is_written_as_names_are_stays_so(name: str):
    assert as_written(as_written(name)) == as_written(name)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüéñ -'", max_size=40))
def test_no_letter_of_a_name_is_lost(name: str):
    assert as_written(name).lower().split() == name.split()
