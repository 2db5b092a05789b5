"""Addresses in a text, also those that were meant as one and cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.address import addresses_in


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("anna@posteo.example", "anna@posteo.example"),
        ("Meine Adresse: Anna.Schmidt@Posteo.EXAMPLE.", "anna.schmidt@posteo.example"),  # in lower case, without the full stop
        ("<anna@posteo.example>", "anna@posteo.example"),
        ("'anna@posteo.example'", "anna@posteo.example"),
        ("anna(at)posteo.example", "anna@posteo.example"),
        ("anna [at] posteo.example", "anna@posteo.example"),
        ("anna(ät)posteo.example", "anna@posteo.example"),
        ("mailto:anna+ov@posteo.example", "anna+ov@posteo.example"),
    ],
)
def test_is_an_address(text: str, email: str):
    assert [each.email for each in addresses_in(text)] == [email]


@pytest.mark.parametrize("written", ["anna@posteo", "anna@posteo,example", "anna(at)posteo"])
def test_was_meant_as_one_and_cannot_be(written: str):
    assert [each.email for each in addresses_in(f"Anna Schmidt: {written}")] == [None]


def test_in_a_list_even_without_its_sign():
    assert [(each.email, each.written) for each in addresses_in("Anna Schmidt, anna.schmidt.posteo.example", loose=True)] == [
        (None, "anna.schmidt.posteo.example")
    ]
    assert addresses_in("siehe www.verein.example und vorname.nachname") == ()


@pytest.mark.parametrize(
    "text", ["", "Anna Schmidt", "um 18.30 Uhr", "das kostet 3.50", "@anna schau mal", "das Zeichen @ fehlt"]
)
def test_is_none(text: str):
    assert addresses_in(text) == ()


@given(st.text(alphabet="ab.@,-()[]t ä1", max_size=60), st.booleans())
def test_addresses_lie_in_the_text_in_order_and_do_not_overlap(text: str, loose: bool):
    found = addresses_in(text, loose=loose)

    assert [each.start for each in found] == sorted({each.start for each in found})
    assert all(text[each.start : each.end] == each.written for each in found)
    assert all(each.email is None or each.email.count("@") == 1 for each in found)
