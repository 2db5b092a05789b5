"""The monthly report: drawn up from the database, and sent to staff on the first working day of a month."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.store import histories, jobs, statistics
from mailbot.tickets.calendar import day_of, has_struck, start_of
from mailbot.tickets.report import Figures, Report, figures, month_after, month_before

REPORT = "report"
CAUGHT_UP = 7
"""Days of a month in which a report is sent by itself: a bot that was down on the first working day is late, not silent."""


def draw_up(connection: Connection, catalogue: Catalogue, month: date) -> Report:
    """The report of the month that begins on that day."""
    return Report(
        month=_figures(connection, catalogue, month),
        before=_figures(connection, catalogue, month_before(month)),
    )


def _figures(connection: Connection, catalogue: Catalogue, month: date) -> Figures:
    times = _times(catalogue, month)
    return figures(month, histories.opened_between(connection, *times), statistics.closings(connection, *times), catalogue)


def _times(catalogue: Catalogue, month: date) -> tuple[datetime, datetime]:
    """When the month begins and when it is over."""
    return start_of(month, catalogue.hours), start_of(month_after(month), catalogue.hours)


def send(office: Office, month: date, *, again: bool = False) -> int:
    """
    Put the report of that month into the outbox for all staff who are not away, and tell how many they are.

    0 when it has been done before, unless `again`.
    """
    now = office.clock()
    with office.database.write() as connection:
        if not jobs.take(connection, REPORT, f"{month:%Y-%m}", now=now) and not again:
            return 0
        rules = office.rules(connection)
        words = rules.writer.report(draw_up(connection, rules.catalogue, month))
        post = Post(office=office, connection=connection, rules=rules, now=now)
        readers = post.present()
        for member in readers:
            post.notice(member, words, mailbox=rules.catalogue.mailboxes[0], at_once=again)
    return len(readers)


def report_if_due(office: Office) -> bool:
    """The clock's job, on the first working day; a month in which there was nothing to do has no report."""
    catalogue, now = office.catalogue, office.clock()
    today = day_of(now, catalogue.hours)
    if today.day > CAUGHT_UP or not has_struck(catalogue.digest.at, now, catalogue.hours):
        return False
    month = month_before(today)
    return _was_busy(office, month) and bool(send(office, month))


def _was_busy(office: Office, month: date) -> bool:
    times = _times(office.catalogue, month)
    with office.database.read() as connection:
        return statistics.opened(connection, *times) > 0 or statistics.closed(connection, *times) > 0
