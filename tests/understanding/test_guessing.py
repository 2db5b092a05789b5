"""What is asked back because it cannot be right, and what is taken and shown with a question mark."""

from __future__ import annotations

import pytest

from mailbot.understanding.guessing import still_open
from mailbot.understanding.identity import is_about
from mailbot.understanding.request import Guess, Person, Why
from tests.builders import person
from tests.understanding.conversation import one

CLOUD = "Der OV Kalk möchte die Nextcloud nutzen. User:\n"
BO = Person(given="Bo", surname="Krüger")
MEHMET = "Mehmet Demir, mehmet@posteo.example\n"
ASSEMBLY = "Der OV Kalk macht eine Mitgliederversammlung mit OpenSlides, etwa 40 Leute, am "


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        (
            f"{CLOUD}Bo Krüger, bo@gmial.com\n{MEHMET}Admin: Mehmet",
            Guess(item="users.email", written="bo@gmial.com", why=Why.CANNOT_BE, meant="bo@gmail.com", of=BO),
        ),
        (
            f"{CLOUD}Bo Krüger, bo krueger@posteo.example\n{MEHMET}Admin: Mehmet",
            Guess(item="users.email", written="bo krueger@posteo.example", why=Why.CANNOT_BE, of=BO),
        ),
        (
            f"{CLOUD}{MEHMET}Admin: Mehmed",
            Guess(item="admins", written="Mehmed", why=Why.NOT_LISTED, meant="mehmet@posteo.example"),
        ),
        (f"{ASSEMBLY}31.2.2026.", Guess(item="date", written="31.2.2026", why=Why.CANNOT_BE)),
        (f"{ASSEMBLY}12.13.2025.", Guess(item="date", written="12.13.2025", why=Why.CANNOT_BE, meant="2025-12-13")),
        (
            "Gemeinsame Adresse für die AG Frieden: ag@die-linke.koeln.de, weitergeleitet an kim@verein.example",
            Guess(item="address", written="ag@die-linke.koeln.de", why=Why.CANNOT_BE, meant="ag@die-linke-koeln.de"),
        ),
    ],
)
def test_what_cannot_be_right_is_missing_and_remembered(text: str, guess: Guess):
    request = one(text)

    assert (request.guesses, request.missing) == ((guess,), (guess.item,))


def test_one_of_several_addresses_that_cannot_be_right_is_still_missing_after_another_mail():
    text = "Gemeinsame Adresse ag@die-linke-koeln.de für die AG Frieden, weitergeleitet an kim@verein.example und bo@gmial.com"

    assert one(text, "Wie lange dauert das?").missing == ("targets",)
    assert one(text, "bo@gmx.de").fields["targets"] == ("kim@verein.example", "bo@gmx.de")


def test_more_than_may_be_are_told_by_name():
    four = "".join(f"{name} Krüger, {name.lower()}@posteo.example\n" for name in ("Anna", "Bo", "Cem", "Dora"))

    assert one(f"{CLOUD}{four}Admins: Anna, Bo, Cem, Dora").guesses == (
        Guess(item="admins", written="Anna Krüger, Bo Krüger, Cem Krüger, Dora Krüger", why=Why.TOO_MANY),
    )


def test_a_list_of_wrong_addresses_is_not_told_without_end():
    many = "".join(f"Anna{n} Krüger{n}, anna{n}@gmial.com\n" for n in range(40))

    assert len(one(f"{CLOUD}{many}").guesses) == 30


@pytest.mark.parametrize(
    ("written", "marked"), [("OV Erenfeld", True), ("Ortsverband Ehrenfeld", False), ("OV EHRENFELD", False)]
)
def test_a_misspelt_group_is_taken_and_marked(written: str, marked: bool):
    request = one(f"Wir sind der {written} und möchten die Nextcloud nutzen.")

    assert request.fields["group"] == "OV Ehrenfeld"
    assert request.guesses == ((Guess(item="group", written=written, why=Why.RESPELT, meant="OV Ehrenfeld"),) if marked else ())


@pytest.mark.parametrize(("written", "marked"), [("Krüger Bo", True), ("Bo Krüger", False), ("Adaora Ekwueme", False)])
def test_an_order_of_names_that_may_be_turned_round_is_marked(written: str, marked: bool):
    request = one(f"{CLOUD}{written}, x@posteo.example\n{MEHMET}Admin: Mehmet")

    assert [(each.written, each.why) for each in request.guesses] == ([(written, Why.ORDER)] if marked else [])
    assert request.missing == ()


def test_an_address_tells_a_name_unless_it_can_be_spelt_in_two_ways():
    request = one(f"{CLOUD}anna.berg@posteo.example\njoerg.mueller@posteo.example\n{MEHMET}Admin: Mehmet")

    assert [(each.item, each.meant) for each in request.guesses] == [("users.given", "Anna"), ("users.surname", "Berg")]


@pytest.mark.parametrize(
    ("guess", "fields", "stands"),
    [
        (Guess(item="group", written="OV Erenfeld", why=Why.RESPELT, meant="OV Ehrenfeld"), {"group": "OV Ehrenfeld"}, True),
        (Guess(item="group", written="OV Erenfeld", why=Why.RESPELT, meant="OV Ehrenfeld"), {"group": "OV Kalk"}, False),
        (Guess(item="date", written="31.2.", why=Why.CANNOT_BE), {}, True),
        (Guess(item="date", written="31.2.", why=Why.CANNOT_BE), {"date": "2026-03-01"}, False),
        (Guess(item="users.email", written="bo@gmx", why=Why.CANNOT_BE, of=BO), {"users": (BO,)}, True),
        (Guess(item="users.email", written="bo@gmx", why=Why.CANNOT_BE, of=BO), {"users": (person("Bo", "Krüger"),)}, False),
        (Guess(item="users.email", written="bo@gmx", why=Why.CANNOT_BE, of=BO), {}, False),
        (Guess(item="admins", written="Mehmed", why=Why.NOT_LISTED, meant="m@x.example"), {"admins": ("b@x.example",)}, True),
        (Guess(item="admins", written="Mehmed", why=Why.NOT_LISTED, meant="m@x.example"), {"admins": ("m@x.example",)}, False),
        (Guess(item="users", written="Krüger Bo", why=Why.ORDER, of=BO), {"users": (person("Bo", "Krüger"),)}, True),
        (Guess(item="users", written="Krüger Bo", why=Why.ORDER, of=BO), {"users": (person("Krüger", "Bo"),)}, False),
    ],
)
def test_a_guess_stands_until_the_fields_settle_it(guess: Guess, fields: dict[str, object], stands: bool):
    assert still_open((guess, guess), fields) == ((guess,) if stands else ())  # type: ignore[arg-type]


def test_a_guess_is_about_somebody_who_may_be_better_known_by_now():
    guess = Guess(item="users.email", written="bo@gmx", why=Why.CANNOT_BE, of=Person(given="Bo"))

    assert is_about(guess, BO)
    assert not is_about(guess, person("Cem", "Arslan"))
