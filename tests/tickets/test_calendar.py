from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mailbot.catalogue import Hours, Quiet
from mailbot.tickets.calendar import (
    add_month,
    day_of,
    end_of_quiet,
    has_struck,
    is_working_day,
    last_working_day_before,
    next_working_day_after,
    working_days_between,
)

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


def test_the_next_working_day_is_behind_weekends_and_holidays():
    assert next_working_day_after(date(2025, 9, 22), COLOGNE) == date(2025, 9, 23)
    assert next_working_day_after(date(2025, 4, 17), COLOGNE) == date(2025, 4, 22)  # Easter
    assert next_working_day_after(date(2025, 9, 22), Hours(weekdays=())) == date(2025, 9, 23)


@pytest.mark.parametrize(
    ("now", "struck"),
    [
        (datetime(2026, 3, 2, 7, 59, tzinfo=UTC), False),  # Monday 8:59 in Cologne
        (datetime(2026, 3, 2, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 7, 8, 0, tzinfo=UTC), False),  # Saturday
        (datetime(2026, 3, 30, 7, 0, tzinfo=UTC), True),  # the first Monday of summer time
    ],
)
def test_a_time_of_day_has_come_on_working_days(now, struck):
    assert has_struck(time(9), now, COLOGNE) is struck


# --- quiet hours

NIGHTS = Hours(quiet=Quiet(after="21:00", until="07:00"))
NIGHTS_AND_FREE_DAYS = Hours(quiet=Quiet(after="21:00", until="07:00", free_days=True))
NOONS = Hours(quiet=Quiet(after="12:00", until="13:30"))
SMALL_HOURS = Hours(quiet=Quiet(after="01:00", until="02:30"))


def here(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COLOGNE.timezone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "end"),
    [
        (COLOGNE, "2026-03-02 23:00", "2026-03-02 23:00"),  # there are none
        (NIGHTS, "2026-03-02 20:59", "2026-03-02 20:59"),
        (NIGHTS, "2026-03-02 21:00", "2026-03-03 07:00"),
        (NIGHTS, "2026-03-03 06:59", "2026-03-03 07:00"),
        (NIGHTS, "2026-03-03 07:00", "2026-03-03 07:00"),
        (NIGHTS, "2026-03-07 12:00", "2026-03-07 12:00"),  # Saturday
        (NOONS, "2026-03-03 12:10", "2026-03-03 13:30"),
        (NIGHTS_AND_FREE_DAYS, "2026-03-06 21:30", "2026-03-09 07:00"),  # Friday evening to Monday
        (NIGHTS_AND_FREE_DAYS, "2026-04-02 22:00", "2026-04-07 07:00"),  # Easter
        (NIGHTS, "2026-03-28 22:00", "2026-03-29 07:00"),  # the night is an hour shorter
        (NIGHTS, "2026-10-24 22:00", "2026-10-25 07:00"),  # and an hour longer
        (SMALL_HOURS, "2026-03-29 01:30", "2026-03-29 03:30"),  # half past two is not that night
    ],
)
def test_quiet_hours_end_when_the_clock_on_the_wall_says_so(hours, moment, end):
    assert end_of_quiet(here(moment), hours) == here(end)


def test_of_the_hour_that_comes_twice_each_has_its_end():
    first, second = here("2026-10-25 02:10"), here("2026-10-25 02:10", fold=1)

    assert second - first == timedelta(hours=1)
    assert end_of_quiet(first, SMALL_HOURS) == here("2026-10-25 02:30")
    assert end_of_quiet(second, SMALL_HOURS) == here("2026-10-25 02:30", fold=1)


def test_whose_days_are_all_free_hears_at_last():
    never = Hours(weekdays=(), quiet=Quiet(after="21:00", until="07:00", free_days=True))

    assert end_of_quiet(here("2026-03-02 12:00"), never) < here("2028-12-31 00:00")


@given(
    moment=some.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2027, 12, 31), timezones=some.just(UTC)),
    span=some.lists(some.integers(0, 1439), min_size=2, max_size=2, unique=True),
    free_days=some.booleans(),
)
def test_the_end_of_quiet_hours_is_near_and_outside_of_them(moment, span, free_days):
    hours = Hours(quiet=Quiet(after=span[0], until=span[1], free_days=free_days))

    end = end_of_quiet(moment, hours)

    assert moment <= end <= moment + timedelta(days=8)
    assert end_of_quiet(end, hours) == end
