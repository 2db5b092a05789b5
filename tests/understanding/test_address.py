"""Addresses in a text, also those that were meant as one and cannot be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.address import addresses_in, likely_address


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


OWN = frozenset({"support@die-linke-koeln.de"})


@pytest.mark.parametrize(
    ("written", "likely"),
    [
        ("bo@gmial.com", "bo@gmail.com"),
        ("bo@gmail.cm", "bo@gmail.com"),
        ("bo@gmx.dee", "bo@gmx.de"),
        ("bo@tonline.de", "bo@t-online.de"),
        ("bo@gmial.example", "bo@gmail.example"),
        ("bo@die-linke.koeln.de", "bo@die-linke-koeln.de"),
        ("bo@die-linke-köln.de", "bo@die-linke-koeln.de"),
        ("jörg.groß@posteo.example", "joerg.gross@posteo.example"),
        ("bo@posteo,example", "bo@posteo.example"),
        ("bo.krueger @posteo.example", "bo.krueger@posteo.example"),
        ("bo@ posteo.example", "bo@posteo.example"),
        ("bo@gmail", "bo@gmail.com"),
        ("bo@gmx", None),  # gmx.de, gmx.net, …
        ("bo krueger@posteo.example", None),  # a dot, a dash, nothing?
    ],
)
def test_what_is_surely_not_meant_is_none_and_may_tell_what_is(written: str, likely: str | None):
    (wire,) = addresses_in(f"Bo Krüger, {written}", own=OWN)

    assert (wire.email, wire.written, likely_address(wire.written, OWN)) == (None, written, likely)


@pytest.mark.parametrize(
    "email",
    [
        "a@mail.de",
        "a@email.de",
        "a@gmx.at",
        "a@wob.de",
        "a@verein-kalk.de",
        "a@poste.example",
        "a@die-linke.de",
        "a@büro-müller.de",
    ],
)
def test_a_domain_is_not_doubted_for_being_unknown_or_short(email: str):
    assert [each.email for each in addresses_in(email, own=OWN)] == [email]
