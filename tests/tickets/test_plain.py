"""Charts in the text part, and what must hold for every chart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.tickets.blocks import Bars, Page
from mailbot.tickets.plain import WIDTH, plain


def drawn(bars: Bars) -> str:
    return plain(Page(subject="", blocks=(bars,)))


def test_a_chart_has_a_bar_and_its_number_for_each_value():
    chart = Bars(series=("neu", "fertig"), rows=(("Fr 19.9.", (3, 0)), ("Mo 22.9.", (0, 16))))

    assert drawn(chart) == (
        "             neu     fertig\n"
        "  Fr 19.9.   ███ 3   0\n"
        "  Mo 22.9.   0       ████████████████ 16\n"
    )  # fmt: skip


@pytest.mark.parametrize(("number", "length"), [(0, 0), (1, 2), (8, 16)])
def test_small_numbers_make_short_bars(number: int, length: int):
    assert Bars(series=("neu",), rows=(("heute", (number,)),)).length(number, 16) == length


NUMBERS = st.integers(0, 10**6)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=14))
def test_what_is_not_nothing_is_seen_and_nothing_is_too_long(numbers: list[tuple[int, int]]):
    chart = Bars(series=("neu", "abgeschlossen"), rows=tuple((f"Mo {n}.10.", pair) for n, pair in enumerate(numbers)))

    lines = drawn(chart).splitlines()[1:]

    assert [line.count("█") > 0 for line in lines] == [any(pair) for pair in numbers]
    assert all(len(line) <= WIDTH for line in lines)
