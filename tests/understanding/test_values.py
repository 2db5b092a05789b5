"""Days, numbers, choices and tasks, as they stand in a sentence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.catalogue import FieldRule, Option
from mailbot.understanding.values import bare_number, choice_in, dates_in, days_meant, impossible_days_in, number_in, role_in
from tests.understanding.conversation import rules

TODAY = date(2025, 9, 22)
DAY = date(2026, 3, 14)


def rule(service: str, field: str) -> FieldRule:
    found = rules().service(service).field(field)
    assert found is not None
    return found


KINDS: tuple[Option, ...] = rule("email_personal", "address_kind").options
ROLE = rule("video", "role")
PEOPLE = rule("openslides", "participants").words


@pytest.mark.parametrize(
    "text",
    [
        "am 14.03.2026",
        "am 14.3.26",
        "am 14. 3. 2026",
        "am 14. März 2026 um 18 Uhr",
        "am Samstag, den 14. Maerz 2026",
        "14. März",  # the next one after today
        "am 14.3.",
        "2026-03-14",
        "14/03/2026",
        "on 14th of March 2026",
        "on March 14, 2026",
        "14 Mart 2026",
        "14 de marzo de 2026",
    ],
)
def test_is_that_day(text: str):
    assert dates_in(text, TODAY) == (DAY,)


@pytest.mark.parametrize("text", ["am 31.02.2026", "um 18.30 Uhr", "Version 1.2.3", "am Samstag", "0221 14 03 20", ""])
def test_is_no_day(text: str):
    assert dates_in(text, TODAY) == ()


def test_of_two_days_to_choose_from_none_is_meant():
    assert days_meant("am 14. oder 15. März 2026", TODAY) == ()
    assert days_meant("am 14te März 2026", TODAY) == (DAY,)


def test_a_day_without_a_year_needs_to_know_today():
    assert dates_in("am 14. März", None) == ()


def test_today_is_still_to_come():
    assert dates_in("am 22.9.", TODAY) == (TODAY,)


def test_days_stand_in_the_order_of_the_text():
    assert dates_in("Nicht am 1. Mai 2026, sondern am 14.03.2026", TODAY) == (date(2026, 5, 1), DAY)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_as_it_is_written(day: date):
    written = (
        f"{day.day}.{day.month}.{day.year}",
        f"{day:%d.%m.%y}",
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day:%B} {day.day}, {day.year}",
    )

    assert {dates_in(f"Es ist am {each} soweit", TODAY) for each in written} == {(day,)}


@given(st.text(max_size=60), st.one_of(st.none(), st.dates(min_value=date(1970, 1, 1), max_value=date(9000, 1, 1))))
def test_no_text_is_too_odd_for_a_day(text: str, today: date | None):
    dates_in(text, today)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("etwa 40 Leute", 40),
        ("wir erwarten 120 Teilnehmende am 14.03.2026", 120),
        ("40 Personen um 18 Uhr", 40),
        ("fünfzig Mitglieder", 50),
        ("ca. 30 p.", 30),
        pytest.param("acht Leute", 8),
        ("Teilnehmende: 35", 35),
        ("80 Teilnehmende statt 60", 80),
        ("about 30 people", 30),
        ("am 14. kommen 25 Leute", 25),
        ("Platz für 120 Personen, es kommen 60 Leute", 60),
    ],
)
def test_a_number_stands_beside_its_word(text: str, number: int):
    assert number_in(text, PEOPLE) == number


@pytest.mark.parametrize(
    "text", ["Leute, es ist soweit", "ein paar Dutzend Leute", "am 14.03.2026 kommen viele", "Tel. 0221 123456", "40"]
)
def test_no_number_stands_beside_its_word(text: str):
    assert number_in(text, PEOPLE) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("62", 62),
        ("ca. 40", 40),
        ("Es werden 62.", 62),
        ("zwanzig", 20),
        ("40 statt 30", 40),
        ("maximal 60, letztes Mal waren es 45", 60),
        ("Im Saal ist Platz für 120 Personen. Wir schätzen 60.", 60),
        ("Der Saal fasst 120.", None),
        ("zwischen 30 und 40", None),
        ("viele", None),
    ],
)
def test_a_bare_answer_has_one_number(text: str, number: int | None):
    assert bare_number(text) == number


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Eine Weiterleitung reicht.", "forward"),
        ("Ich hätte gern ein richtiges Postfach.", "mailbox"),
        ("kein Postfach, lieber eine Weiterleitung", "forward"),
        ("nicht nur eine Weiterleitung, sondern ein Postfach", "mailbox"),
        ("Ich möchte damit auch selbst Mails verschicken.", "mailbox"),
        ("forwarding, please", "forward"),
        ("kim.ost@die-linke-koeln.de -> kim@web.example", "forward"),
        ("sie soll davon auch antworten können", "mailbox"),
        ("er will richtig von da aus schreiben können", "mailbox"),
        ("Ich möchte von der Adresse aus mailen.", "mailbox"),
        ("Wichtig ist, dass Kim von dort antworten kann.", "mailbox"),
        ("damit mir die Mitglieder schreiben können", None),
        ("Ein Postfach hab ich schon.", None),
        ("Ein Postfach habe ich privat längst, bitte eine Weiterleitung.", "forward"),
        ("Ein Postfach hätte ich gern.", "mailbox"),
        ("Weiterleiten an kim@web.example, damit ich wie gewohnt antworten kann.", "forward"),
        ("Weiterleitung, und zwar an kim@web.example. Damit kann ich dann mailen.", "forward"),
        ("Die Leute von dort schreiben mir oft.", None),
        ("Mir sollen auch die Mitglieder schreiben können.", None),
        ("Davon will ich euch später schreiben.", None),
        ("Bitte nur weiterleiten, ein Postfach lese ich eh nie.", "forward"),
        ("Postfach oder Weiterleitung?", None),  # asks, does not choose
        ("Weiterleitung und Postfach", None),
        ("eine Adresse", None),
        ("Als Weiterleitung. Er traut sich nicht, selbst zu schreiben.", "forward"),
        ("An ein Postfach hatte ich auch gedacht, habe mich aber für die Weiterleitung entschieden.", "forward"),
        ("Eine Weiterleitung reicht, ein Postfach brauche ich für meine paar Mails im Jahr nicht.", "forward"),
    ],
)
def test_one_of_the_options_is_wanted(text: str, kind: str | None):
    assert choice_in(text, KINDS) == kind


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Ich bin Kassiererin im OV Kalk.", "Kassiererin"),
        ("als Sprecher der AG", "Sprecher"),
        ("bin Landesdelegierte", "Landesdelegierte"),
        ("3. Sprecherin", "3. Sprecherin"),
        ("stellvertretende Vorsitzende", "stellvertretende Vorsitzende"),
        ("ich bin kassierer", "Kassierer"),
        ("I am the treasurer.", "Treasurer"),
        ("bin jetzt co-treasurer", "co-treasurer"),
    ],
)
def test_a_task_is_taken_as_it_is_worded(text: str, role: str):
    found = role_in(text, ROLE)

    assert found is not None
    assert found[0] == role
    assert text[found[1] :].casefold().startswith(role.casefold())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ich bin neu.",
        "sprecher@verein.example",
    ],
)
def test_is_no_task(text: str):
    assert role_in(text, ROLE) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("am 31.2.2026", (("31.2.2026", None),)),
        ("am 31.02.", (("31.02.", None),)),
        ("am 12.13.2025", (("12.13.2025", date(2025, 12, 13)),)),
        ("am 12.13.25 oder 30.2.", (("12.13.25", date(2025, 12, 13)), ("30.2.", None))),
        ("am 29.2.2027", (("29.2.2027", None),)),
        ("am 29.2. oder 3.12.2025, 14.03., Version 31.2", ()),
    ],
)
def test_a_day_that_is_none_may_tell_which_is_meant(text: str, found: tuple[tuple[str, date | None], ...]):
    assert impossible_days_in(text, TODAY) == found


def test_numbers_may_be_words():
    assert number_in("rund fünfunddreißig Leute", ("leute",)) == 35
    assert bare_number("hundertzwanzig") == 120
    assert number_in("etwa drei Dutzend Leute", ("leute",)) == 36
    assert number_in("etwa ein Dutzend Leute", ("leute",)) == 12
    assert number_in("ein halbes Dutzend Leute", ("leute",)) == 6
    assert number_in("anderthalb Dutzend Leute", ("leute",)) == 18
    assert number_in("ein Dutzend weniger Leute, also 43 Leute", ("leute",)) == 43


@pytest.mark.parametrize("some", ["ein paar", "mehrere", "viele", "einige", "wenige"])
def test_some_dozens_are_no_number(some: str):
    assert number_in(f"es kommen {some} Dutzend Leute", ("leute",)) is None
    assert bare_number(f"{some} Dutzend") is None


def test_the_last_number_of_a_correction_counts():
    assert bare_number("35, nein halt, 40") == 40
    assert bare_number("35 oder 40") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("am achtzehnten April zweitausendsechsundzwanzig", date(2026, 4, 18)),
        ("am kommenden Samstag", date(2026, 3, 21)),
        ("heute in zwei Wochen", date(2026, 3, 30)),
        ("morgen in vier Wochen", date(2026, 4, 14)),
    ],
)
def test_a_day_may_be_told_in_words(text: str, day: date):
    assert dates_in(text, date(2026, 3, 16)) == (day,)
