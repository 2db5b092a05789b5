from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mailbot.catalogue import Hours
from mailbot.tickets.calendar import add_month, day_of, is_working_day, last_working_day_before, working_days_between

COLOGNE = Hours()
DAYS = some.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 9, 22), True),  # Monday
        (date(2025, 9, 20), False),  # Saturday
        (date(2025, 10, 3), False),  # German Unity Day, a Friday
        (date(2025, 6, 19), False),  # Corpus Christi: a holiday in NW, not in Berlin
        (date(2025, 10, 31), True),  # Reformation Day: a holiday in the north, not in NW
        (date(2025, 12, 24), True),  # no public holiday
    ],
)
def test_work_rests_on_weekends_and_on_the_holidays_of_the_land(day, works):
    assert is_working_day(day, COLOGNE) is works


def test_another_land_has_other_holidays():
    assert is_working_day(date(2025, 6, 19), Hours(subdivision="BE"))


def test_an_office_may_work_on_saturdays():
    assert is_working_day(date(2025, 9, 20), Hours(weekdays=("sat",)))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2025, 9, 22), date(2025, 9, 22), 0),
        (date(2025, 9, 19), date(2025, 9, 22), 1),  # over the weekend
        (date(2025, 10, 2), date(2025, 10, 6), 1),  # over the holiday and the weekend
        (date(2025, 9, 22), date(2025, 9, 19), 0),  # backwards
    ],
)
def test_an_age_counts_working_days_only(start, end, days):
    assert working_days_between(start, end, COLOGNE) == days


@given(DAYS, some.integers(0, 60), some.integers(0, 60))
def test_ages_add_up(start, first, second):
    middle = date.fromordinal(start.toordinal() + first)
    end = date.fromordinal(middle.toordinal() + second)

    both = working_days_between(start, middle, COLOGNE) + working_days_between(middle, end, COLOGNE)

    assert working_days_between(start, end, COLOGNE) == both


@given(DAYS)
def test_no_working_day_lies_between_a_day_and_the_working_day_before_it(day):
    before = last_working_day_before(day, COLOGNE)

    assert before < day
    assert is_working_day(before, COLOGNE)
    assert working_days_between(before, day, COLOGNE) == is_working_day(day, COLOGNE)


def test_a_day_begins_at_midnight_in_cologne():
    assert day_of(datetime(2025, 9, 21, 22, 30, tzinfo=UTC), COLOGNE) == date(2025, 9, 22)


@pytest.mark.parametrize(
    ("day", "month_later"),
    [
        (date(2025, 9, 22), date(2025, 10, 22)),
        (date(2025, 1, 31), date(2025, 2, 28)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2025, 12, 31), date(2026, 1, 31)),
        (date(2025, 8, 20), date(2025, 9, 20)),  # a Saturday: we promise the earlier day
        (date(2025, 9, 3), date(2025, 10, 3)),  # a holiday: likewise
    ],
)
def test_a_legal_month_ends_on_the_same_day_or_on_the_last_one(day, month_later):
    assert add_month(day) == month_later


@given(DAYS)
def test_a_legal_month_has_28_to_31_days(day):
    assert 28 <= (add_month(day) - day).days <= 31
