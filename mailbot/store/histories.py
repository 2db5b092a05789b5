"""What has happened to tickets, and when: lines that are added and never changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, String, cast, select

from mailbot.store.tables import NUMBER, events, tickets
from mailbot.store.tickets import WAITED_FOR, of_row
from mailbot.tickets.ticket import Event, State, Ticket

_NOTED = events.insert().values(ticket=NUMBER)


def note(connection: Connection, key: str, *lines: Event) -> None:
    """Add lines to a ticket's history; none is ever changed."""
    rows = [{"of": key, "at": line.at, "kind": line.kind, "by": line.by, "text": line.text, "mail": line.mail} for line in lines]
    if rows:
        connection.execute(_NOTED, rows)


def since(connection: Connection, kind: str, moment: datetime) -> tuple[tuple[str, Event], ...]:
    """The events of that kind since that moment, with the keys of their tickets, oldest first; also of tickets that are done."""
    rows = connection.execute(
        select(tickets.c.key, events)
        .join(events, events.c.ticket == tickets.c.number)
        .where(events.c.kind == kind, events.c.at >= moment)
        .order_by(events.c.id)
    )
    return tuple((row.key, _event(row)) for row in rows)


_HISTORY = select(events).where(events.c.ticket == NUMBER).order_by(events.c.id)


def of(connection: Connection, key: str) -> tuple[Event, ...]:
    """A ticket's history, oldest first."""
    return tuple(_event(row) for row in connection.execute(_HISTORY, {"of": key}))


def in_states(connection: Connection, *states: State) -> tuple[tuple[Ticket, tuple[Event, ...]], ...]:
    """The tickets in these states, in order of their numbers, with their histories; found by index, however many are done."""
    return _with_tickets(connection, select(tickets.c.number).where(tickets.c.state.in_([state.value for state in states])))


def for_digest(
    connection: Connection, *, since: datetime, kinds: Collection[str]
) -> tuple[tuple[Ticket, tuple[Event, ...]], ...]:
    """Every ticket that somebody waits for, and all that have changed since then, with the events of these kinds."""
    # Each half by its index; of both in one condition SQLite makes a walk through all tickets.
    waiting = select(tickets.c.number).where(tickets.c.state.in_(WAITED_FOR))
    changed = select(tickets.c.number).where(tickets.c.updated >= since)
    # Cast, so that SQLite does not go by the index of the kinds: nearly every ticket has events of each.
    of_these_kinds = cast(events.c.kind, String).in_(sorted(kinds))
    return _with_tickets(connection, select(waiting.union(changed).subquery().c.number), of_these_kinds)


def opened_between(connection: Connection, since: datetime, until: datetime) -> tuple[tuple[Ticket, tuple[Event, ...]], ...]:
    """The tickets that were opened from `since` on and before `until`, with their histories, in order of their numbers."""
    return _with_tickets(connection, select(tickets.c.number).where(tickets.c.opened >= since, tickets.c.opened < until))


def _with_tickets(
    connection: Connection, numbers: Select[Any], *which: ColumnElement[bool]
) -> tuple[tuple[Ticket, tuple[Event, ...]], ...]:
    # Ordered here: asked for the order, SQLite reads all tickets in the order of their numbers instead of using the index.
    rows = connection.execute(select(tickets).where(tickets.c.number.in_(numbers)))
    found = sorted(((row.number, of_row(row)) for row in rows), key=lambda each: each[0])
    histories = _histories(connection, numbers, *which)
    return tuple((ticket, tuple(histories.get(number, ()))) for number, ticket in found)


def _histories(connection: Connection, numbers: Select[Any], *which: ColumnElement[bool]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {}
    for row in connection.execute(select(events).where(events.c.ticket.in_(numbers), *which).order_by(events.c.id)):
        found.setdefault(row.ticket, []).append(_event(row))
    return found


def _event(row: Row[*tuple[Any, ...]]) -> Event:
    return Event(at=row.at, kind=row.kind, by=row.by, text=row.text, mail=row.mail)
