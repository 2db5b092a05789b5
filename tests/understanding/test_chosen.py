"""Those chosen among others: where a sentence speaks of them, and whom it means."""

from __future__ import annotations

import pytest

from mailbot.understanding.chosen import is_speaker, names_of, normal, of_value, referred, spans
from mailbot.understanding.request import Person
from tests.builders import ANNA, person

ADMIN = ("admins?",)
PAUL = person("Paul", "Krüger", "paul@posteo.example")
CEM = person("Cem", "Arslan", "cem@posteo.example")
DORA = person("Dora", "Weber", "dora@posteo.example")
PEOPLE = (ANNA, PAUL, CEM)


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("Admin: Paul", "Admin: Paul"),
        ("User: Anna, Paul. Admin: Paul und ich", "Admin: Paul und ich"),
        ("Anna, Paul und Cem machen den Admin", "Anna, Paul und Cem machen den Admin"),
        ("User sind Anna und Paul, Admin ist Cem", "Admin ist Cem"),
        ("Admin egal, macht Paul", "Admin egal, macht Paul"),
        ("User sind Anna a@x.example und Paul p@x.example Admin ist Cem", "Admin ist Cem"),
        ("Admin wird Paul, wir treffen uns dienstags", "Admin wird Paul"),
    ],
)
def test_a_sentence_speaks_of_them_in_one_stretch(text: str, stretch: str):
    assert [text[start:end] for start, end in spans(text, ADMIN)] == [stretch]


def test_a_sentence_without_the_word_does_not_speak_of_them():
    assert spans("User: Anna und Paul", ADMIN) == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Paul", (PAUL,)),
        ("Krüger", (PAUL,)),
        ("Paul Krüger", (PAUL,)),
        ("Krüger, Paul", (PAUL,)),
        ("PAUL@posteo.example", (PAUL,)),
        ("Paul und Cem", (PAUL, CEM)),
        ("Cem, Paul", (CEM, PAUL)),
        ("ich", (ANNA,)),
        ("Paul und ich", (PAUL, ANNA)),
        ("alle drei", PEOPLE),
        ("der Erste", (ANNA,)),
        ("die Letzte", (CEM,)),
        ("Paul, nicht Cem", (PAUL,)),
        ("Paul statt Cem", (PAUL,)),
        ("Dora", ()),  # is none of them
        ("beide", ()),  # of three
        ("", ()),
    ],
)
def test_they_are_meant_by_name_address_or_pronoun(text: str, meant: tuple[Person, ...]):
    assert referred(text, PEOPLE, ANNA) == (meant, ())


def test_of_two_both_are_both():
    assert referred("Wir beide", (ANNA, PAUL), ANNA) == ((ANNA, PAUL), ())


def test_all_of_more_than_three_are_none():
    assert referred("alle", (*PEOPLE, DORA), ANNA) == ((), ())


def test_a_name_that_fits_two_is_doubtful():
    other = person("Paul", "Vogt", "vogt@posteo.example")

    assert referred("Paul", (PAUL, other), ANNA) == ((), ("Paul",))
    assert referred("Paul Vogt", (PAUL, other), ANNA) == ((other,), ())


def test_she_is_the_one_who_was_spoken_of_last():
    assert referred("Sie macht es", PEOPLE, PAUL, ANNA) == ((ANNA,), ())
    assert referred("Sie macht es", PEOPLE, PAUL) == ((), ())


def test_the_one_named_last_may_be_called_die():
    assert referred("die macht dann auch admin", (ANNA, PAUL), ANNA, PAUL)[0] == (PAUL,)


@pytest.mark.parametrize(
    ("known", "same"),
    [
        (ANNA, True),
        (person(email=None), True),
        (person("Ännchen", "Schmidt"), True),  # the same address
        (person("Anna", None, None), True),  # as long as nobody else is called so
        (PAUL, False),
    ],
)
def test_the_speaker_is_known_by_address_or_whole_name(known: Person, same: bool):
    assert is_speaker(known, ANNA) is same


def test_they_stand_in_a_value_by_address_or_by_name_where_none_is_known():
    assert [normal(PAUL), normal(person("Paul", "Krüger", None))] == ["paul@posteo.example", "Paul Krüger"]
    assert of_value(["paul@posteo.example", "cem arslan", "Dora Weber"], PEOPLE) == (PAUL, CEM, person("Dora", "Weber", None))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("alle außer Cem", (ANNA, PAUL)),
        ("alle außer mir", (PAUL, CEM)),
        ("die beiden Letztgenannten", (PAUL, CEM)),
        ("die beiden, nicht ich", (PAUL, CEM)),  # Anna speaks
        ("die andern zwei", (PAUL, CEM)),
        ("Nr. 1 und 3", (ANNA, CEM)),
        ("2. und 3.", (PAUL, CEM)),
        ("c)", (CEM,)),
        ("Nr. 4", ()),  # there are three
        ("letzterer", (CEM,)),
        ("in der letzten Spalte", ()),  # of a table
        ("Cem und nicht mehr ich", (CEM,)),
    ],
)
def test_they_are_meant_by_place_and_by_exception(text: str, meant: tuple[Person, ...]):
    assert referred(text, PEOPLE, ANNA) == (meant, ())


def test_she_is_who_was_spoken_of_last_also_beside_the_author():
    assert referred("Sie und ich sind die Admins", PEOPLE, ANNA, last=CEM) == ((CEM, ANNA), ())


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("admins anna, paul und ich", "admins anna, paul und ich"),  # in small letters
        ("Als Admins wurden Anna, Paul und Cem gewählt.", "Als Admins wurden Anna, Paul und Cem gewählt."),
        ("Paul Krüger, paul@posteo.example, Admin", "Paul Krüger, paul@posteo.example, Admin"),
        ("Paul hat sich bereit erklärt, den Admin zu machen", "Paul hat sich bereit erklärt, den Admin zu machen"),
        ("Ich bin dabei und Admin", "Ich bin dabei und Admin"),
    ],
)
def test_a_stretch_reaches_as_far_as_the_names_of_known_persons(text: str, stretch: str):
    assert [text[start:end] for start, end in spans(text, ADMIN, names_of(PEOPLE))] == [stretch]
