"""Working days, public holidays and legal deadlines. Days are meant in the association's time zone."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from mailbot.catalogue import Hours

if TYPE_CHECKING:
    from holidays import HolidayBase

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def _holidays(country: str, subdivision: str | None) -> HolidayBase:
    """Years are added as they are asked for. The package takes a tenth of a second to load, which few commands need."""
    from holidays import country_holidays

    return country_holidays(country, subdiv=subdivision)


def day_of(moment: datetime, hours: Hours) -> date:
    """The day on which an aware moment falls where the association works."""
    return moment.astimezone(hours.timezone).date()


def start_of(day: date, hours: Hours) -> datetime:
    """When that day begins where the association works, in UTC."""
    return datetime.combine(day, time(), tzinfo=hours.timezone).astimezone(UTC)


def minute(moment: datetime, zone: tzinfo) -> str:
    """As a clock there shows it, and which clock that is: "2026-03-02 10:00 CET"."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def is_working_day(day: date, hours: Hours) -> bool:
    """Whether the association works on that day: a weekday of `hours` and no public holiday."""
    return _WEEKDAYS[day.weekday()] in hours.weekdays and day not in _holidays(hours.country, hours.subdivision)


def working_days_between(start: date, end: date, hours: Hours) -> int:
    """How many working days come after `start`, up to and including `end`: 0 on the same day or when `end` is earlier."""
    if end <= start:
        return 0
    whole_years = sum(_counted(year, hours)[-1] for year in range(start.year, end.year))
    return whole_years + _counted(end.year, hours)[_place(end)] - _counted(start.year, hours)[_place(start)]


def _place(day: date) -> int:
    """Of a day among those of its year, from 0."""
    return day.timetuple().tm_yday - 1


def _counted(year: int, hours: Hours) -> tuple[int, ...]:
    """How many working days the year has up to each of its days, that day included."""
    return _counted_once(year, hours.weekdays, hours.country, hours.subdivision)


@cache  # the overview asks for the age of each of thousands of tickets
def _counted_once(year: int, weekdays: tuple[str, ...], country: str, subdivision: str | None) -> tuple[int, ...]:
    first, free = date(year, 1, 1), _holidays(country, subdivision)
    days = (first + timedelta(days=n) for n in range(_place(date(year, 12, 31)) + 1))
    return tuple(accumulate(_WEEKDAYS[day.weekday()] in weekdays and day not in free for day in days))


def last_working_day_before(day: date, hours: Hours) -> date:
    """The working day before `day`; `day` minus one where there is none within a year."""
    earlier = (day - timedelta(days=n) for n in range(1, 367))
    return next((each for each in earlier if is_working_day(each, hours)), day - timedelta(days=1))


def next_working_day_after(day: date, hours: Hours) -> date:
    """The working day after `day`; `day` plus one where there is none within a year."""
    later = (day + timedelta(days=n) for n in range(1, 367))
    return next((each for each in later if is_working_day(each, hours)), day + timedelta(days=1))


def has_struck(at: time, now: datetime, hours: Hours) -> bool:
    """Whether it is a working day and that time of day has come."""
    here = now.astimezone(hours.timezone)
    return is_working_day(here.date(), hours) and here.time() >= at


def end_of_quiet(moment: datetime, hours: Hours) -> datetime:
    """The first moment from `moment` on at which automatic mails to staff may leave; `moment` itself outside quiet hours."""
    for _ in range(2 * 366):  # a quiet evening and a free day end one after the other, and no year is all holidays
        end = _end_of_quiet(moment.astimezone(hours.timezone), hours)
        if end is None:
            break
        moment = end.astimezone(UTC)
    return moment


def _end_of_quiet(here: datetime, hours: Hours) -> datetime | None:
    """When the quiet span in which `here` falls ends, None when it falls in none."""
    quiet, day, clock = hours.quiet, here.date(), here.time()
    if quiet is None:
        return None
    if quiet.free_days and not is_working_day(day, hours):
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=here.tzinfo)
    over_midnight = quiet.until < quiet.after
    if over_midnight and clock >= quiet.after:
        return datetime.combine(day + timedelta(days=1), quiet.until, tzinfo=here.tzinfo)
    if clock < quiet.until and (over_midnight or clock >= quiet.after):
        # In the night in which an hour comes twice, `fold` says which one it is.
        return datetime.combine(day, quiet.until, tzinfo=here.tzinfo).replace(fold=here.fold)
    return None


def deadline(received: datetime, months: int | None, hours: Hours) -> date | None:
    """
    Until when a request has to be answered by law, None where no law says.

    The time runs from the receipt of the request, not from when somebody looks at it (GDPR, Art. 12(3)).
    """
    return add_month(day_of(received, hours), months) if months else None


def add_month(day: date, months: int = 1) -> date:
    """
    The last day of a period of months that begins on `day`: the same day of the month, or the month's last.

    A period that ends on a Saturday, Sunday or holiday would by law run on to the next working day. We do not
    make use of that: who promises the earlier day is never late, wherever the holiday is kept.

    Source: GDPR, Art. 12(3); Regulation (EEC, Euratom) No 1182/71, Art. 3(2)(c) and 3(4).
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
