"""What there is to say of one day: drawn up from the database, for the digest and for who asks at the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Hours
from mailbot.service import notices
from mailbot.store import absences, histories, statistics
from mailbot.tickets.calendar import last_working_day_before, start_of
from mailbot.tickets.digest import TELLING, Day, Digest, make_digest

DAYS = 14
"""So many the chart shows, the day of the digest among them."""


def draw_up(connection: Connection, catalogue: Catalogue, *, day: date, now: datetime) -> Digest:
    """
    The overview of that day, from what the database holds at `now`.

    Of a day that is over the tickets' states are those of its end; what is out of order is told as it is now.
    """
    hours = catalogue.hours
    since = start_of(last_working_day_before(day, hours), hours)
    end = start_of(day + timedelta(days=1), hours)
    return make_digest(
        histories.for_digest(connection, since=since, kinds=TELLING),
        day=day,
        now=min(now, end),
        catalogue=catalogue,
        days=tuple(_days(connection, day, hours)),
        notices=notices.gather(connection, catalogue, since=since),
        away=absences.away(connection, on=day),
    )


def _days(connection: Connection, last: date, hours: Hours) -> Iterator[Day]:
    for day in (last - timedelta(days=ago) for ago in reversed(range(DAYS))):
        times = start_of(day, hours), start_of(day + timedelta(days=1), hours)
        yield Day(day=day, opened=statistics.opened(connection, *times), closed=statistics.closed(connection, *times))
