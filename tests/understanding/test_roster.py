"""Lists of persons: attached, pasted or typed, with and without a head."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.passage import passages
from mailbot.understanding.request import Person
from mailbot.understanding.roster import Entry, cards_in, roster_in, tables_in
from tests.builders import ANNA, MEHMET, body, person

ADMIN = ("admins?",)
ROWS = (("Anna", "Schmidt", "anna.schmidt@posteo.example"), ("Mehmet", "Yılmaz", "mehmet.yilmaz@posteo.example"))


def people(*rows: tuple[str, ...]) -> list[Person]:
    return [entry.person for entry in roster_in(rows, ADMIN)]


@pytest.mark.parametrize(
    "head",
    [
        ("Vorname", "Nachname", "E-Mail"),
        ("Vorname", "Name", "Mailadresse"),
        ("First name", "Last name", "Email"),
        *(("Vorname", "Nachname", head) for head in ("E-Mail Adresse", "Email address", "E-Mail (privat)")),
        ("VORNAME", "FAMILIENNAME", "E-Mail-Adresse:"),
        ("Ad", "Soyad", "E-posta"),
    ],
)
def test_the_head_tells_which_column_is_which(head: tuple[str, ...]):
    assert people(head, *ROWS) == [ANNA, MEHMET]


def test_columns_may_stand_in_any_order():
    assert people(("E-Mail", "Nachname", "Tel", "Vorname"), *((row[2], row[1], "0221", row[0]) for row in ROWS)) == [ANNA, MEHMET]


@pytest.mark.parametrize("names", [("Anna Schmidt", "Mehmet Yılmaz"), ("Schmidt, Anna", "Yılmaz, Mehmet")])
def test_given_name_and_surname_may_share_a_column(names: tuple[str, str]):
    rows = tuple((name, row[2]) for name, row in zip(names, ROWS, strict=True))

    assert people(("Name", "E-Mail"), *rows) == [ANNA, MEHMET]


def test_without_a_head_the_cells_tell_what_they_are():
    assert people(*ROWS) == [ANNA, MEHMET]
    assert people(*((row[1], row[0], row[2]) for row in ROWS)) == [ANNA, MEHMET]  # more given names stand in the second column


def test_what_stands_beside_a_whole_name_is_no_surname():
    assert people(
        ("Anna Schmidt", "Vorsitz", "anna.schmidt@posteo.example"), ("Mehmet Yılmaz", "Kasse", "mehmet.yilmaz@posteo.example")
    ) == [ANNA, MEHMET]


def test_titles_above_the_head_are_skipped():
    assert people(("Nextcloud OV Kalk",), (), ("Vorname", "Nachname", "E-Mail"), *ROWS) == [ANNA, MEHMET]


@pytest.mark.parametrize(("mark", "marked"), [("x", True), ("Ja", True), ("✓", True), ("1", True), ("", False), ("nein", False)])
def test_a_column_marks_the_chosen_ones(mark: str, marked: bool):
    (entry,) = roster_in((("Vorname", "Nachname", "E-Mail", "Admin?"), (*ROWS[0], mark)), ADMIN)

    assert entry.marked is marked


def test_what_is_not_known_stays_open():
    assert people(("Vorname", "Nachname", "E-Mail"), ("Anna", "", ""), ("", "", ""), ("Paul", "Krüger")) == [
        Person(given="Anna"),
        Person(given="Paul", surname="Krüger"),
    ]


def test_an_address_that_cannot_be_one_is_noted():
    (entry,) = roster_in((("Vorname", "Nachname", "E-Mail"), ("Anna", "Schmidt", "anna@posteo")), ADMIN)

    assert entry == Entry(person=person(email=None), broken="anna@posteo")


@pytest.mark.parametrize(
    "rows",
    [
        (),
        ((),),
        (("Datum", "Raum"), ("14. März", "Saal 2")),
        (("Posten", "Betrag"), ("Miete", "120,00"), ("Druck", "40,00")),
    ],
)
def test_other_tables_hold_nobody(rows: tuple[tuple[str, ...], ...]):
    assert people(*rows) == []


@given(st.lists(st.lists(st.text(max_size=20), max_size=5).map(tuple), max_size=6).map(tuple))
def test_no_table_is_too_odd(rows: tuple[tuple[str, ...], ...]):
    assert all(entry.person != Person() for entry in roster_in(rows, ADMIN))


@pytest.mark.parametrize("separator", [";", "\t", "|", " | "])
def test_a_table_may_be_typed_into_the_text(separator: str):
    lines = [separator.join(row) for row in (("Vorname", "Nachname", "E-Mail"), *ROWS)]

    ((where, table),) = tables_in(passages(body("Hier die Liste:", "", *lines, "", "Danke").lines))

    assert (list(where), people(*table)) == ([1, 2, 3], [ANNA, MEHMET])


def test_one_line_with_a_semicolon_is_no_table():
    assert tables_in(passages(body("Wir sind neu; wir freuen uns.").lines)) == ()


def test_persons_may_be_given_line_by_line():
    lines = ("Vorname: Anna", "Nachname: Schmidt", "E-Mail: anna.schmidt@posteo.example")
    more = ("Vorname: Mehmet", "Nachname: Yılmaz", "E-Mail: mehmet.yilmaz@posteo.example")

    found = cards_in(passages(body("Zwei Leute:", "", *lines, "", *more).lines))

    assert [(sorted(where), entry.person) for where, entry in found] == [([1, 2, 3], ANNA), ([4, 5, 6], MEHMET)]


def test_a_single_labelled_line_is_no_card():
    assert cards_in(passages(body("Name: OV Kalk", "Datum: 14. März").lines)) == ()


def test_a_table_may_be_set_with_blanks():
    lines = body(
        "Vorname   Nachname   Mail                    Admin?",
        "Anna      Schmidt    anna@posteo.example     nein",
        "Mehmet    Yılmaz     mehmet@posteo.example   ja",
    ).lines
    ((_, table),) = tables_in(passages(lines))

    entries = roster_in(table, ("admin",))
    assert [(each.person.name, each.marked) for each in entries] == [("Anna Schmidt", False), ("Mehmet Yılmaz", True)]


def test_lines_that_name_several_are_no_card():
    assert cards_in(passages(body("Name: Anna, Mehmet, Kim", "Mail: anna@posteo.example").lines)) == ()
