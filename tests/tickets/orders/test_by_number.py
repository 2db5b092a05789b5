"""Answers to the overview, line by line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.tickets.digits import shortest
from mailbot.tickets.orders.by_number import Line, command_of, read_lines, ticket_of
from mailbot.tickets.orders.order import Refused
from tests.builders import body, written

MONDAY = date(2025, 9, 22)


def ordered(text: str) -> tuple[tuple[str, ...], str, str]:
    """Whose numbers, which verb, what stands behind it."""
    ((line,), words) = read_lines(body(text))
    command = command_of(line, today=MONDAY)
    assert (words, command.line) == ((), text)
    return line.numbers, command.name, command.argument


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12 zu", (("12",), "close", "")),
        ("12 zu.", (("12",), "close", "")),
        ("12: erledigt", (("12",), "close", "")),
        ("12 - done", (("12",), "close", "")),
        ("12 auf", (("12",), "reopen", "")),
        ("14 an Eva", (("14",), "assign", "Eva")),
        ("14 an mich", (("14",), "assign", "mich")),
        ("15 morgen", (("15",), "wait", "morgen")),
        ("15 bis 12.10. Urlaub", (("15",), "wait", "bis 12.10. Urlaub")),
        ("15 3 Tage", (("15",), "wait", "3 Tage")),
        ("15 warten bis Montag", (("15",), "wait", "bis Montag")),
        ("KV-1016 notiz ruft an", (("1016",), "note", "ruft an")),
        ("[kv-1016] Notiz: ruft an", (("1016",), "note", "ruft an")),
        ("17 nehme ich", (("17",), "take", "")),
        ("17 ich", (("17",), "take", "")),
        ("18 #notiz ruft an", (("18",), "note", "ruft an")),
        ("12, 14 und 15 zu", (("12", "14", "15"), "close", "")),
        ("#erledigt", ((), "close", "")),
    ],
)
def test_a_number_and_what_shall_be_done(text: str, meant: tuple[tuple[str, ...], str, str]):
    assert ordered(text) == meant


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12", "was soll geschehen? Zum Beispiel: 12 zu, 12 an Eva, 12 morgen"),
        ("12 erledgit", "diesen Befehl gibt es nicht, meintest du #erledigt?"),
        ("12 Leute kommen", "diesen Befehl gibt es nicht; es gibt "),
        ("15 gestern", "diesen Befehl gibt es nicht; es gibt "),
        ("12 zu und danke", "diesen Befehl gibt es nicht; es gibt "),
    ],
)
def test_what_is_no_order_is_refused(text: str, why: str):
    ((line,), _) = read_lines(body(text))

    with pytest.raises(Refused) as refused:
        command_of(line, today=MONDAY)

    assert str(refused.value).startswith(why)


def test_a_day_that_cannot_be_waited_for_is_still_a_day():
    ((line,), _) = read_lines(body("15 bis 1.9."))

    assert command_of(line, today=MONDAY).name == "wait"  # and the verb says why not


@pytest.mark.parametrize("text", ["12.8. bin ich weg", "12.000 Euro", "12h später", "1/2 fertig", "Die 12 zu", "„12 zu“", "12zu"])
def test_other_numbers_begin_no_order(text: str):
    assert read_lines(body(text)) == ((), (text,))


def test_only_own_new_words_count_and_courtesy_is_no_order():
    answer = written(
        "Hallo Bot,\n\n12 zu\nDanke dir!\n\nViele Grüße\nKim\n\n"
        "Am 22.09.2025 um 08:00 schrieb Support:\n> KV-1041 · Datenschutz-Anfrage\n> 14 an Eva\n",
        sender="Kim Sommer <kim.sommer@verein.example>",
    )

    lines, words = read_lines(answer.body)

    assert lines == (Line(text="12 zu", numbers=("12",), said="zu"),)
    assert words == ("Danke dir!",)


UNFINISHED = ("KV-7", "KV-812", "KV-1012", "KV-1014", "KV-1114")


@pytest.mark.parametrize(
    ("number", "key"),
    [("1012", "KV-1012"), ("7", "KV-7"), ("812", "KV-812"), ("012", "KV-1012"), ("1114", "KV-1114"), ("114", "KV-1114")],
)
def test_a_number_stands_for_the_one_ticket_that_ends_so(number: str, key: str):
    assert ticket_of(number, UNFINISHED) == key


@pytest.mark.parametrize(
    ("number", "finished", "why"),
    [
        ("12", (), "welcher ist gemeint? KV-812, KV-1012"),
        ("14", (), "welcher ist gemeint? KV-1014, KV-1114"),
        ("99", (), "kein unfertiger Vorgang hat eine Nummer, die auf 99 endet"),
        ("114", ("KV-114",), "welcher ist gemeint? KV-1114, KV-114"),
    ],
)
def test_where_several_or_none_may_be_meant_nothing_is_guessed(number: str, finished: tuple[str, ...], why: str):
    with pytest.raises(Refused, match=f"^{why.replace('?', '[?]')}$"):
        ticket_of(number, UNFINISHED, finished)


def test_of_many_candidates_some_are_named():
    with pytest.raises(Refused, match=r"KV-1011, KV-1111, KV-1211, KV-1311, KV-1411 und 5 weitere$"):
        ticket_of("11", tuple(f"KV-{n}" for n in range(1011, 2011, 100)))


def test_what_is_done_is_known_by_its_whole_number():
    assert ticket_of("1099", UNFINISHED, ("KV-1099",)) == "KV-1099"


KEYS = st.lists(st.integers(1, 99999), unique=True, min_size=1, max_size=30).map(
    lambda all: tuple(f"KV-{n}" for n in sorted(all))
)


@given(KEYS)
def test_the_shortest_number_stands_for_its_ticket(keys: tuple[str, ...]):
    assert [ticket_of(shortest(key, keys), keys) for key in keys] == list(keys)
