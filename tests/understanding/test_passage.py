"""A text in the pieces that people think in: sentences and list lines, with the wraps of mail programs undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.message import Kind, Line
from mailbot.understanding.passage import ADDRESS, passages
from tests.builders import body


def pieces(*lines: str) -> list[str]:
    return [each.text for each in passages(body(*lines).lines)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Wir sind der OV Kalk. Wir möchten die Nextcloud!", ["Wir sind der OV Kalk.", "Wir möchten die Nextcloud!"]),
        ("Das Treffen ist am 14. März um 18 Uhr.", ["Das Treffen ist am 14. März um 18 Uhr."]),  # an ordinal ends no sentence
        ("Wir sind dann 45. Die Einladung folgt.", ["Wir sind dann 45.", "Die Einladung folgt."]),  # no day and no place
        ("Das war am 3. Mai 2026. Seitdem ist Ruhe.", ["Das war am 3. Mai 2026.", "Seitdem ist Ruhe."]),
        ("Es kommt Dr. Anna Schmidt.", ["Es kommt Dr. Anna Schmidt."]),  # nor does an abbreviation
        ("Wir brauchen z. B. zwei Zugänge.", ["Wir brauchen z. B. zwei Zugänge."]),
        ("14. oder 15. März", ["14. oder 15. März"]),
        ("Sie ist stellv. Kassiererin.", ["Sie ist stellv. Kassiererin."]),
        ("Danke 😊 Bis bald", ["Danke", "Bis bald"]),
    ],
)
def test_sentences_are_told_apart(text: str, sentences: list[str]):
    assert pieces(text) == sentences


def test_a_line_that_the_mail_program_broke_is_put_together_again():
    assert pieces("Hiermit melden wir vom Ortsverband Kalk unseren Bedarf an", "der Nextcloud an.") == [
        "Hiermit melden wir vom Ortsverband Kalk unseren Bedarf an der Nextcloud an."
    ]


def test_the_entries_of_a_list_stay_apart():
    assert pieces("- Anna Schmidt, anna@posteo.example", "- Paul Krüger, paul@posteo.example") == [
        "Anna Schmidt, anna@posteo.example",
        "Paul Krüger, paul@posteo.example",
    ]


@pytest.mark.parametrize("bullet", ["-", "*", "•", "–", "1.", "2)", "(3)", "a)"])
def test_bullets_and_numbers_mark_an_entry(bullet: str):
    (entry,) = passages(body(f"{bullet} Anna Schmidt").lines)

    assert (entry.text, entry.marked) == ("Anna Schmidt", True)


def test_a_form_line_begins_anew():
    long = "Wir sind eine Gruppe, deren Beschreibung länger als eine Zeile ist"

    assert pieces(long, "Aufgabe: Kassiererin") == [long, "Aufgabe: Kassiererin"]


def test_a_passage_knows_the_line_where_it_begins():
    found = passages(body("Hallo,", "", "wir sind der OV Kalk.", "", "Danke").lines)

    assert [(each.text, each.line) for each in found] == [("Hallo,", 1), ("wir sind der OV Kalk.", 3), ("Danke", 5)]


def test_blank_lines_and_decoration_are_gone():
    assert pieces("", "-----", "***", "Hallo", "====") == ["Hallo"]


@pytest.mark.parametrize(
    "address", ["anna@posteo.example", "anna.schmidt+ov@mail.posteo.example", "a_s@x-y.example", "o'neill@posteo.example"]
)
def test_is_an_address(address: str):
    assert ADDRESS.fullmatch(address)


@pytest.mark.parametrize(
    "text", ["anna@posteo", "anna.posteo.example", "@posteo.example", "anna@@posteo.example", "anna@posteo,example"]
)
def test_is_no_address(text: str):
    assert not ADDRESS.fullmatch(text)


LINES = st.lists(st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=90), max_size=12)


@given(LINES)
def test_every_word_of_the_mail_is_in_a_passage_once_and_in_order(texts: list[str]):
    words = [word for text in texts for word in text.split() if word.isascii() and word.isalpha() and len(word) > 4]
    spoken = " ".join(pieces(*texts))

    place = 0
    for word in words:
        place = spoken.index(word, place) + len(word)


@given(LINES)
def test_passages_are_in_the_order_of_their_lines(texts: list[str]):
    numbers = [
        each.line for each in passages(Line(number=at, text=text, kind=Kind.OWN) for at, text in enumerate(texts, start=1))
    ]

    assert numbers == sorted(numbers)
    assert all(1 <= number <= len(texts) for number in numbers)
