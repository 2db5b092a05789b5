"""Words in rules.yaml: whole words, any case, umlauts in both spellings."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.expression import pattern

WORDS = st.text(alphabet="abcxyzäöüß", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("sprecher(in)?", "Bin Sprecherin."),
        ("sprecher(in)?", "SPRECHER"),
        (".*account", "ein BBB-Account"),
        ("teilnehm.*", "40 Teilnehmer*innen"),
        ("name der gruppe", "Name  der\nGruppe"),
        ("next ?cloud", "Nextcloud"),
        ("next ?cloud", "next cloud"),
        ("büro", "buero"),
        ("straße", "Strasse"),
        ("e-?mail", "(E-Mail)"),
    ],
)
def test_is_found(expression: str, text: str):
    assert pattern(expression).search(text)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("ov", "Novum"),  # a part of a word
        ("mail", "Mailbox"),
        ("kalk", "ov@kalk"),  # a part of an address
        ("next-?cloud", "next cloud"),  # a blank was not allowed
        (".*account", "ein Konto"),
    ],
)
def test_is_not_found(expression: str, text: str):
    assert not pattern(expression).search(text)


def test_without_words_nothing_is_found():
    assert not pattern().search("anything")


@given(WORDS, WORDS)
def test_of_several_words_any_is_found(one: str, other: str):
    assert pattern(one, other).search(f"… {other}!")


@given(WORDS)
def test_a_word_is_found_in_any_case_between_marks(word: str):
    assert pattern(word).fullmatch(word.upper().replace("SS", "ß") if "ß" in word else word.upper())
    assert pattern(word).search(f"({word}),")


@given(WORDS, WORDS)
def test_a_word_is_not_found_inside_another(word: str, more: str):
    found = pattern(re.escape(word)).search(more + word + more)

    assert not found or more + word + more in (word * 2, word * 3) or found[0] != word or not more
