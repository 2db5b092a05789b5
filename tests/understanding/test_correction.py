"""Words that take somebody or something back."""

from __future__ import annotations

import pytest

from mailbot.understanding.correction import corrects, is_replaced, leaves, places
from tests.builders import person

PAUL = person("Paul", "Krüger")


def paul_leaves(text: str) -> bool:
    return any(leaves(text, start, end) for start, end in places(PAUL, text))


@pytest.mark.parametrize(
    "text",
    [
        "Sorry, da war ein Fehler.",
        "Korrektur: es sind 40.",
        "Der Termin ist verschoben.",
        "doch lieber Cem",
        "Actually it is Cem.",
    ],
)
def test_a_text_corrects(text: str):
    assert corrects(text)


@pytest.mark.parametrize("text", ["Admin ist Cem.", "Danke!", "Es sind 40 Leute.", ""])
def test_a_text_merely_says(text: str):
    assert not corrects(text)


@pytest.mark.parametrize(
    "text",
    [
        "Paul doch nicht",
        "Paul bitte rausnehmen",
        "Nehmt Paul Krüger wieder raus",
        "Cem statt Paul",
        "Paul macht nicht mit",
        "Paul springt ab",
        "ohne Paul",
        "remove Paul, please: Paul not",
    ],
)
def test_somebody_leaves(text: str):
    assert paul_leaves(text)


@pytest.mark.parametrize("text", ["Paul macht mit", "Paul statt Cem", "Paul ist Admin, Cem doch nicht", "Paul kommt dazu"])
def test_somebody_stays(text: str):
    assert not paul_leaves(text)


def test_what_stands_behind_the_next_name_is_about_that_one():
    text = "Paul und Cem doch nicht"

    assert not leaves(text, 0, 4, upto=text.index("Cem"))


@pytest.mark.parametrize("words", ["statt", "anstatt", "anstelle von", "instead of", "ohne"])
def test_who_stands_behind_instead_is_replaced(words: str):
    text = f"Cem {words} Paul"

    assert is_replaced(text, text.index("Paul"))
    assert not is_replaced(text, 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Paul Krüger und Paul", ["Paul Krüger"]),  # by the whole name where it stands
        ("PAUL und Cem", ["PAUL"]),
        ("Pauline kommt", []),
        ("Herr Krüger", ["Krüger"]),  # by the surname where no given name stands
    ],
)
def test_somebody_stands_in_a_text_by_name(text: str, found: list[str]):
    assert [text[start:end] for start, end in places(PAUL, text)] == found
