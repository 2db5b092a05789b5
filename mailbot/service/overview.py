"""The digest: drawn up from the database, and sent once a working day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Hours
from mailbot.mail.thread import DIGEST
from mailbot.service import notices
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.store import absences, jobs, statistics, tickets
from mailbot.tickets.calendar import day_of, has_struck, last_working_day_before, start_of
from mailbot.tickets.digest import Day, Digest, make_digest

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
        tickets.for_digest(connection, since=since),
        day=day,
        now=min(now, end),
        catalogue=catalogue,
        days=tuple(_days(connection, day, hours)),
        notices=notices.gather(connection, catalogue, since=since),
        away=absences.away(connection, on=day),
    )


def send(office: Office, *, day: date, again: bool = False) -> int:
    """
    Put the digest of that day into the outbox for all staff who are not away, to each their own, and tell how many they are.

    0 when it has been done before, unless `again`: then somebody wants it now, also in quiet hours.
    """
    now = office.clock()
    with office.database.write() as connection:
        if not jobs.take(connection, DIGEST, day.isoformat(), now=now) and not again:
            return 0
        rules = office.rules(connection)
        digest = draw_up(connection, rules.catalogue, day=day, now=now)
        post = Post(office=office, connection=connection, rules=rules, now=now)
        readers = post.present()
        for member in readers:
            words = rules.writer.digest(digest, member)
            post.notice(member, words, mailbox=rules.catalogue.mailboxes[0], at_once=again)
    return len(readers)


def is_due(catalogue: Catalogue, now: datetime) -> bool:
    """Whether it is a working day and the time of the digest has come."""
    return has_struck(catalogue.digest.at, now, catalogue.hours)


def send_if_due(office: Office) -> bool:
    """The clock's job."""
    catalogue, now = office.catalogue, office.clock()
    return is_due(catalogue, now) and bool(send(office, day=day_of(now, catalogue.hours)))


def _days(connection: Connection, last: date, hours: Hours) -> Iterator[Day]:
    for day in (last - timedelta(days=ago) for ago in reversed(range(DAYS))):
        times = start_of(day, hours), start_of(day + timedelta(days=1), hours)
        yield Day(day=day, opened=statistics.opened(connection, *times), closed=statistics.closed(connection, *times))
