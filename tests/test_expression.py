"""Words in rules.yaml: whole words, any case, umlauts in both spellings."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.expression import Marked, Texts, pattern
from mailbot.understanding.lexicon import listed, words

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


@pytest.mark.parametrize(
    "name", [name for name, value in words().items() if isinstance(value, list) and isinstance(value[0], str)]
)
def test_texts_that_are_searched_together_are_found_as_each_alone(name: str):
    said = [re.sub(r"[^\w @.']", "", each) for each in words()[name]][:20]
    texts = dict(enumerate([*said, "Hallo", *(f"und {each}, ja" for each in said), "nicht", "die", "mehr"]))

    assert Texts(texts).places(listed(name)) == [at for at, text in texts.items() if listed(name).search(text)]


def test_nothing_is_found_that_begins_in_one_text_and_ends_in_the_next():
    assert Texts({3: "leider nicht", 5: "mehr", 8: "nicht mehr"}).places(pattern("nicht mehr")) == [8]


def test_the_end_of_each_text_is_an_end():
    assert Texts({0: "das war alles", 1: "alles gut", 2: "alles"}).places(pattern("alles$")) == [0, 2]


@given(st.text(alphabet="ab@.: "))
def test_what_needs_a_mark_is_found_as_ever(text: str):
    expression = re.compile("b*[@:]")
    marked = Marked("@:", expression)

    assert [match.span() for match in marked.finditer(text)] == [match.span() for match in expression.finditer(text)]
    assert bool(marked.search(text, 1)) == bool(expression.search(text, 1))
    assert bool(marked.match(text)) == bool(expression.match(text))
    assert bool(marked.fullmatch(text)) == bool(expression.fullmatch(text))
    assert marked.sub("!", text) == expression.sub("!", text)
    assert marked.split(text) == expression.split(text)
