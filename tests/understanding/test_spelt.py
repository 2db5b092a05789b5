"""Addresses whose marks are spelt in words."""

from __future__ import annotations

import pytest

from mailbot.understanding.spelt import in_signs, with_signs
from tests.builders import written
from tests.understanding.conversation import fields


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("bo punkt krüger ät verein punkt example", "bo.krüger@verein.example"),
        ("bo (Punkt) ost (at) verein.example", "bo.ost@verein.example"),
        ("bo [at] verein [dot] example", "bo@verein.example"),
        ("bo.ost at verein.example", "bo.ost@verein.example"),
        ("bo at verein punkt example", "bo@verein.example"),
        ("bo unterstrich ost Klammeraffe verein minus ost punkt example", "bo_ost@verein-ost.example"),
        ("bo punkt ost@verein.example", "bo.ost@verein.example"),
    ],
)
def test_an_address_in_words(words: str, address: str):
    assert in_signs(f"Meine ist {words} danke") == f"Meine ist {address} danke"


def test_the_full_stop_behind_it_is_none_of_its_dots():
    assert in_signs("bo ät web punkt de Punkt Admin bin ich") == "bo@web.de Punkt Admin bin ich"


@pytest.mark.parametrize(
    "text",
    [
        "look at verein.example",
        "the list at www.verein.example",
        "um 18.30 at verein.example",
        "bo (at) verein",  # which one, is asked
        "Punkt eins: wer schreibt at the end?",
        "bo@verein.example, at last",
        "Komma Punkt Klammeraffe",
    ],
)
def test_is_none(text: str):
    assert in_signs(text) == text


def test_a_mail_without_any_stays_the_same():
    mail = written("Der Punkt ist: Bo Ost kommt nicht.")

    assert with_signs(mail) is mail


def test_marks_of_addresses_are_no_ends_of_sentences():
    said = fields(
        "wir von der AG Kultur brauchen die Nextcloud Komma dabei sind Bo Ost bo punkt ost ät verein punkt example und "
        "Lea West lea punkt west ät verein punkt example Admin ist Lea Punkt"
    )

    assert [each.email for each in said["users"]] == ["bo.ost@verein.example", "lea.west@verein.example"]
    assert said["admins"] == ("lea.west@verein.example",)
