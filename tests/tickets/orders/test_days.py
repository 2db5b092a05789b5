"""Days as staff write them behind an order."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.tickets.orders.days import NO_DAY, SEVERAL, day_ahead
from mailbot.tickets.orders.order import Refused

TODAY = date(2026, 8, 10)  # a Monday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("bis 12.8.", date(2026, 8, 12)),
        ("12.8", date(2026, 8, 12)),
        ("bis zum 12.08.2026", date(2026, 8, 12)),
        ("bis 12. August", date(2026, 8, 12)),
        ("until 12 August", date(2026, 8, 12)),
        ("until 12th of August 2026", date(2026, 8, 12)),
        ("2026-08-12", date(2026, 8, 12)),
        ("bis zwölften August", date(2026, 8, 12)),
        ("3 Tage", date(2026, 8, 13)),
        ("drei Tage", date(2026, 8, 13)),
        ("noch 3 Tage", date(2026, 8, 13)),
        ("for 3 days", date(2026, 8, 13)),
        ("einen Tag", date(2026, 8, 11)),
        ("zwei Wochen", date(2026, 8, 24)),
        ("a week", date(2026, 8, 17)),
        ("6 Monate", date(2027, 2, 10)),
        ("morgen", date(2026, 8, 11)),
        ("until tomorrow.", date(2026, 8, 11)),
        ("bis übermorgen!", date(2026, 8, 12)),
        ("bis Mittwoch", date(2026, 8, 12)),
        ("bis nächsten Montag", date(2026, 8, 17)),
        ("bis 3.1.", date(2027, 1, 3)),
    ],
)
def test_a_day_may_be_said_in_many_ways(text: str, day: date):
    assert day_ahead(text, today=TODAY) == (day, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("bis 12.8.: Anna ist verreist", "Anna ist verreist"),
        ("3 Tage, weil zwei fehlen", "weil zwei fehlen"),
        ("morgen – Eva weiß es", "Eva weiß es"),
    ],
)
def test_what_follows_is_the_reason(text: str, why: str):
    assert day_ahead(text, today=TODAY)[1] == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", NO_DAY),
        ("bis Anna antwortet", NO_DAY),
        ("bis 31.2.", NO_DAY),
        ("bis irgendwann im August", NO_DAY),
        ("3 Leute", NO_DAY),
        ("vom 12.8. bis 14.8.", NO_DAY),
        ("12.8. bis 14.8.", SEVERAL),
        ("bis 9.8.", "der 9. August 2026 liegt nicht in der Zukunft"),
        ("heute", "der 10. August 2026 liegt nicht in der Zukunft"),
        ("0 Tage", "der 10. August 2026 liegt nicht in der Zukunft"),
        ("bis 12.8.2025", "der 12. August 2025 liegt nicht in der Zukunft"),
        ("999 Wochen", "der 2. Oktober 2045 ist weiter als zwei Jahre weg"),
        ("bis 12.8.9999", "der 12. August 9999 ist weiter als zwei Jahre weg"),
    ],
)
def test_what_is_over_or_no_day_is_refused(text: str, why: str):
    with pytest.raises(Refused) as refused:
        day_ahead(text, today=TODAY)

    assert str(refused.value) == why


@given(st.one_of(st.text(), st.from_regex(r"(bis )?[0-9]{1,4}([.-]| Monate| Wochen| )[0-9]{0,4}[.-]?[0-9]{0,5}", fullmatch=True)))
def test_whatever_is_written_it_is_a_day_to_come_or_refused(text: str):
    try:
        day, _ = day_ahead(text, today=TODAY)
    except Refused:
        return

    assert day > TODAY
