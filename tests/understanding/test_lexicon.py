"""What is known of languages: which words are names, how they stand in addresses, which language a mail is in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.lexicon import (
    fold,
    is_german,
    is_given_name,
    is_no_name,
    is_noun,
    language_of,
    listed,
    without_marks,
    word_set,
    words,
)


@pytest.mark.parametrize(
    "word",
    [
        "Anna",
        "MEHMET",
        "jürgen",
        "Ayşe",
        "Siobhán",
        "Łukasz",
        "Heinz-Peter",  # each part is a name
        "Uschi",  # a short form that lists of names do not hold
        "Thị",
        *(pytest.param(word) for word in ("Ayse", "Juergen", "Bjoern")),
    ],
)
def test_is_a_given_name_somewhere(word: str):
    assert is_given_name(word)


@pytest.mark.parametrize(
    "word",
    [
        "Nextcloud",
        "Frieden",  # lists hold it, but here it is a group
        "Sommer",
        "Admin",
        "Die",
        "A",
        "",
        "Heinz-Nextcloud",
    ],
)
def test_is_no_given_name(word: str):
    assert not is_given_name(word)


@pytest.mark.parametrize("word", ["Gruppenadmin", "Kassiererin", "Zieladresse", "Mitgliederversammlung", "Kreisvorstand"])
def test_a_noun_is_no_name_although_it_is_written_with_a_capital(word: str):
    assert is_no_name(word)


@pytest.mark.parametrize("word", ["Schmidt", "Yılmaz", "Krüger", "Nguyen"])
def test_a_surname_may_be_one(word: str):
    assert not is_no_name(word)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Öztürk-Maier", "oeztuerk-maier"),
        ("Yılmaz", "yilmaz"),
        ("İnci", "inci"),
        ("Łukasz", "lukasz"),
        ("Groß", "gross"),
        ("Dvořák", "dvorak"),
        ("Sørensen", "sorensen"),
    ],
)
def test_a_name_stands_in_an_address_without_its_marks(name: str, folded: str):
    assert fold(name) == folded


LATIN = st.text(alphabet="abcxyzABCXYZäöüßÄÖÜàéèêñçşğıİłøåđæžšŽŠŁØ -.'0123456789")


@given(LATIN)
def test_folding_twice_is_folding_once(text: str):
    assert fold(fold(text)) == fold(text)


@given(st.from_regex(r"[a-z0-9.-]*", fullmatch=True))
def test_what_stands_in_an_address_already_stays(text: str):
    assert fold(text) == text


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüéèñçşğ"))
def test_folding_does_not_look_at_case(text: str):
    assert fold(text.upper()) == fold(text)


@given(st.text())
def test_without_marks_is_the_same_twice(text: str):
    assert without_marks(without_marks(text)) == without_marks(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hallo, wir möchten für unsere AG eine Gruppe einrichten.", "de"),
        ("Hello, we would like to have a group for our members, please.", "en"),
        ("Merhaba, biz Nextcloud kullanmak istiyoruz, lütfen.", "tr"),
        ("Hola, queremos una página para el grupo, gracias.", "es"),
        ("Bonjour, nous voudrions une page pour le groupe, merci.", "fr"),
        ("Ciao, siamo il gruppo e vorremmo una pagina, grazie.", "it"),
        ("Dzień dobry, chcemy założyć grupę dla nas, dziękuję.", "pl"),
        ("Nextcloud OV Kalk", "de"),  # too few words tell
        ("", "de"),
    ],
)
def test_small_words_tell_the_language(text: str, code: str):
    assert language_of([text]) == code


@pytest.mark.parametrize(
    "name", [name for name, value in words().items() if isinstance(value, list) and isinstance(value[0], str)]
)
def test_every_list_of_words_can_be_searched(name: str):
    assert listed(name).search("xyzzy") is None
    assert len(word_set(name)) > 1


@pytest.mark.parametrize(
    "word", ["Tisch", "Vorsitzende", "Ernährungsausschuss", "Onlinetreffen", "schnell", "Parzellennachbar", "Vorstandsmitglied"]
)
def test_german_words_and_what_is_put_together_of_them_are_no_names(word: str):
    assert is_german(word)


@pytest.mark.parametrize("word", ["Kwabena", "Gołąb", "Vanderhaeghe", "Sarıkaya", "Nyokabi", "Ghebremedhin"])
def test_names_from_everywhere_are_no_german_words(word: str):
    assert not is_german(word)


def test_nouns_are_told_from_other_words():
    assert [word for word in ("Stadtgeschichte", "Fotografien", "Soziale", "schnell") if is_noun(word)] == [
        "Stadtgeschichte",
        "Fotografien",
    ]
