"""
What has had its time, by kind. One condition each, for the rehearsal that counts and for the run that forgets.

Nothing that somebody waits for is ever among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, func, or_, select, update

from mailbot.store import inbound as mails
from mailbot.store import outbound as ours
from mailbot.store.forgetting import forget_mails, forget_ours, forget_tickets
from mailbot.store.portion import PORTION
from mailbot.store.tables import absences, events, inbound, jobs, orders, outbound, ticket_mails, tickets
from mailbot.tickets.retention import Bounds
from mailbot.tickets.ticket import FINISHED

BECAUSE = "its time is over, see 'retention' in rules.yaml"
TOLD = "Inhalte gelöscht: Die Zeit, für die sie aufbewahrt werden, ist vorbei"

_WITHOUT_TICKET = (mails.State.IGNORED.value, mails.State.STAFF.value, mails.State.TICKET.value)


class Kind(StrEnum):
    """What is kept for a time, in the order in which it goes."""

    MAILS = "mails of finished tickets"
    OURS = "mails of ours about them"
    TICKETS = "finished tickets"
    LATE = "later words about them"
    IGNORED = "mails without a ticket"
    QUARANTINE = "mails in quarantine"
    BEFORE_FIRST_RUN = "mails of before the first run"
    NOTICES = "digests and notices to staff"
    ORDERS = "tickets as they were before an order"
    ABSENCES = "absences that are over"
    JOBS = "jobs that were done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """How many of a kind have had their time, and since when the oldest of them waits for it."""

    number: int
    oldest: date | None


def expired(connection: Connection, bounds: Bounds) -> dict[Kind, Expired]:
    """What `forget_some` would forget, were it called until nothing is left. Changes nothing."""
    found = {}
    for kind in Kind:
        rule = _RULES[kind]
        number, oldest = connection.execute(select(func.count(), func.min(rule.since)).where(rule.has_had_its_time(bounds))).one()
        found[kind] = Expired(number=number, oldest=oldest.date() if isinstance(oldest, datetime) else oldest)
    return found


def forget_some(connection: Connection, kind: Kind, bounds: Bounds, *, now: datetime) -> int:
    """Forget up to 500 of that kind, the oldest first; tells how many they were, 0 when none is left."""
    rule = _RULES[kind]
    if rule.forget is None:
        return connection.execute(delete(rule.since.table).where(rule.has_had_its_time(bounds))).rowcount
    key = rule.since.table.primary_key.columns[0]
    those = select(key).where(rule.has_had_its_time(bounds)).order_by(rule.since).limit(PORTION)
    numbers = tuple(connection.execute(those).scalars())
    rule.forget(connection, numbers, now)
    return len(numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """`since` is the column that tells when the time begins; `forget` None: the rows are deleted."""

    since: Any
    has_had_its_time: Callable[[Bounds], ColumnElement[bool]]
    forget: Callable[[Connection, tuple[int, ...], datetime], None] | None = None


def _is_over(bounds: Bounds) -> ColumnElement[bool]:
    """Of a ticket: done for long enough, and nothing that we wrote about it waits to be sent."""
    own = case(dict(bounds.services), value=tickets.c.service, else_=bounds.closed) if bounds.services else bounds.closed
    latest = max((bounds.closed, *bounds.services.values()))  # what an index can find, before the service is looked at
    waits = exists().where(
        outbound.c.ticket == tickets.c.number, outbound.c.state.in_([state.value for state in ours.UNFINISHED])
    )
    is_finished = tickets.c.state.in_([state.value for state in FINISHED])
    return and_(is_finished, tickets.c.updated < latest, tickets.c.updated < own, ~waits.correlate(tickets))


def _or_forgotten(bounds: Bounds) -> ColumnElement[bool]:
    return or_(tickets.c.forgotten_at.is_not(None), _is_over(bounds))


def _tickets(bounds: Bounds) -> ColumnElement[bool]:
    return and_(tickets.c.forgotten_at.is_(None), _is_over(bounds))


def _mails(bounds: Bounds) -> ColumnElement[bool]:
    """It belongs to tickets, all of which are over."""
    belongs = exists().where(ticket_mails.c.mail == inbound.c.id).correlate(inbound)
    needed = (
        exists()
        .where(ticket_mails.c.mail == inbound.c.id, ticket_mails.c.ticket == tickets.c.number, ~_or_forgotten(bounds))
        .correlate(inbound)
    )
    return and_(inbound.c.forgotten_at.is_(None), belongs, ~needed)


def _ours(bounds: Bounds) -> ColumnElement[bool]:
    over = exists().where(tickets.c.number == outbound.c.ticket, _or_forgotten(bounds)).correlate(outbound)
    return and_(outbound.c.forgotten_at.is_(None), _is_finished(), over)


def _notices(bounds: Bounds) -> ColumnElement[bool]:
    old = and_(outbound.c.ticket.is_(None), outbound.c.created < bounds.notices)
    return and_(outbound.c.forgotten_at.is_(None), _is_finished(), old)


def _is_finished() -> ColumnElement[bool]:
    return outbound.c.state.not_in([state.value for state in ours.UNFINISHED])


def _late(bounds: Bounds) -> ColumnElement[bool]:
    """A delivery report, say, that came when the ticket was forgotten already."""
    after = exists().where(tickets.c.number == events.c.ticket, tickets.c.forgotten_at < events.c.at).correlate(events)
    return and_(events.c.text != "", after)


def _forget_late(connection: Connection, ids: tuple[int, ...], now: datetime) -> None:
    connection.execute(update(events).where(events.c.id.in_(ids)).values(text="", by=""))


def _without_ticket(bounds: Bounds) -> ColumnElement[bool]:
    belongs = exists().where(ticket_mails.c.mail == inbound.c.id).correlate(inbound)
    ended = and_(inbound.c.state.in_(_WITHOUT_TICKET), inbound.c.done_at < bounds.ignored)
    return and_(inbound.c.forgotten_at.is_(None), ended, ~belongs)


def _quarantine(bounds: Bounds) -> ColumnElement[bool]:
    return and_(inbound.c.state == mails.State.QUARANTINED.value, inbound.c.done_at < bounds.quarantine)


def _before_first_run(bounds: Bounds) -> ColumnElement[bool]:
    before = inbound.c.state == mails.State.BEFORE_FIRST_RUN.value
    return and_(before, inbound.c.forgotten_at.is_(None), inbound.c.received < bounds.before_first_run)


def _jobs(bounds: Bounds) -> ColumnElement[bool]:
    """Not the last of its name, which tells when that was last done."""
    later = jobs.alias()
    return and_(
        jobs.c.done_at < bounds.notices,
        exists().where(later.c.name == jobs.c.name, later.c.done_at > jobs.c.done_at).correlate(jobs),
    )


def _forget_mails(connection: Connection, ids: tuple[int, ...], now: datetime) -> None:
    forget_mails(connection, ids, now=now, because=BECAUSE)


def _forget_ours(connection: Connection, ids: tuple[int, ...], now: datetime) -> None:
    forget_ours(connection, ids, now=now)


def _forget_tickets(connection: Connection, numbers: tuple[int, ...], now: datetime) -> None:
    forget_tickets(connection, numbers, now=now, kind="expired", because=TOLD)


_RULES: Mapping[Kind, _Rule] = {
    Kind.MAILS: _Rule(since=inbound.c.done_at, has_had_its_time=_mails, forget=_forget_mails),
    Kind.OURS: _Rule(since=outbound.c.created, has_had_its_time=_ours, forget=_forget_ours),
    Kind.TICKETS: _Rule(since=tickets.c.updated, has_had_its_time=_tickets, forget=_forget_tickets),
    Kind.LATE: _Rule(since=events.c.at, has_had_its_time=_late, forget=_forget_late),
    Kind.IGNORED: _Rule(since=inbound.c.done_at, has_had_its_time=_without_ticket, forget=_forget_mails),
    Kind.QUARANTINE: _Rule(since=inbound.c.done_at, has_had_its_time=_quarantine, forget=_forget_mails),
    Kind.BEFORE_FIRST_RUN: _Rule(since=inbound.c.received, has_had_its_time=_before_first_run, forget=_forget_mails),
    Kind.NOTICES: _Rule(since=outbound.c.created, has_had_its_time=_notices, forget=_forget_ours),
    Kind.ORDERS: _Rule(since=orders.c.at, has_had_its_time=lambda bounds: orders.c.at < bounds.orders),
    Kind.ABSENCES: _Rule(since=absences.c.until, has_had_its_time=lambda bounds: absences.c.until < bounds.today),
    Kind.JOBS: _Rule(since=jobs.c.done_at, has_had_its_time=_jobs),
}
