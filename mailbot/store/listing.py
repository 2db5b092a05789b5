"""Tickets as lists show them: the columns that are shown and no others, the newest found by index however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, union_all

from mailbot.store.database import Database
from mailbot.store.tables import tickets
from mailbot.store.tickets import meant, no_ticket
from mailbot.tickets.ticket import FINISHED, UNFINISHED, State

PORTION = 1000
"""So many rows are in memory at once."""

_SHOWN = (
    *(
        tickets.c.number,
        tickets.c.key,
        tickets.c.service,
        tickets.c.state,
        tickets.c.mailbox,
        tickets.c.requester_email,
        tickets.c.subject,
    ),
    *(tickets.c.request, tickets.c.assignee, tickets.c.opened, tickets.c.updated, tickets.c.due),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A ticket as it stands in a list; `fields` as `understanding.record.fields_to_json` has them."""

    key: str
    service: str
    kind: str
    state: State
    mailbox: str
    requester: str
    subject: str
    fields: Mapping[str, Any]
    missing: Sequence[str]
    assignee: str | None
    opened: datetime
    updated: datetime
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """
    The newest tickets, in order of their numbers, and what is not among them.

    `further`: how many others somebody waits for; `older`: whether there are others that are done.
    """

    tickets: tuple[Listed, ...]
    further: int = 0
    older: bool = False


def get(connection: Connection, key: str) -> Listed:
    """The ticket of that key, which may be written as `meant` says. Raises NotFound."""
    row = connection.execute(select(*_SHOWN).where(meant(key))).one_or_none()
    if row is None:
        raise no_ticket(key)
    return _listed(row)


def every(database: Database, *, state: State | None = None, service: str | None = None) -> Iterator[Listed]:
    """
    All that there are, in order of their numbers, a portion in memory at a time; of a state and of a service.

    Each portion is read for itself: who takes their time between two keeps no transaction open. Raises StoreError.
    """
    query = select(*_SHOWN).where(*_of(service)).order_by(tickets.c.number)
    if state is not None:
        query = query.where(tickets.c.state == state.value)
    last = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(query.where(tickets.c.number > last).limit(PORTION)).all()
        yield from map(_listed, rows)
        if len(rows) < PORTION:
            return
        last = rows[-1].number


def newest(connection: Connection, *, at_most: int, state: State | None = None, service: str | None = None) -> Newest:
    """At most so many, of a state and of a service; those that somebody waits for go before those that are done."""
    waiting, done = ([each for each in states if state in (None, each)] for states in (UNFINISHED, FINISHED))
    awaited = _numbers(connection, waiting, service, at_most)
    finished = _numbers(connection, done, service, at_most + 1)
    shown = [*awaited, *finished][:at_most]
    rows = connection.execute(select(*_SHOWN).where(tickets.c.number.in_(shown)).order_by(tickets.c.number))
    return Newest(
        tickets=tuple(map(_listed, rows)),
        further=_count(connection, waiting, service) - at_most if len(awaited) == at_most else 0,
        older=len(shown) < len(awaited) + len(finished),
    )


def _numbers(connection: Connection, states: Sequence[State], service: str | None, at_most: int) -> Sequence[int]:
    """The newest numbers, the greatest first. State by state: so an index gives each in their order, and none is read in vain."""
    if not states:
        return ()
    each = (
        select(tickets.c.number)
        .where(tickets.c.state == state.value, *_of(service))
        .order_by(tickets.c.number.desc())
        .limit(at_most)
        .subquery()
        for state in states
    )
    found = union_all(*(select(those.c.number) for those in each)).subquery()
    return connection.execute(select(found.c.number).order_by(found.c.number.desc()).limit(at_most)).scalars().all()


def _count(connection: Connection, states: Sequence[State], service: str | None) -> int:
    here = tickets.c.state.in_([state.value for state in states])
    return connection.execute(select(func.count()).select_from(tickets).where(here, *_of(service))).scalar_one()


def _of(service: str | None) -> Sequence[ColumnElement[bool]]:
    return () if service is None else (tickets.c.service == service,)


def _listed(row: Row[*tuple[Any, ...]]) -> Listed:
    return Listed(
        key=row.key,
        service=row.service,
        kind=row.request["kind"],
        state=State(row.state),
        mailbox=row.mailbox,
        requester=row.requester_email,
        subject=row.subject,
        fields=row.request["fields"],
        missing=row.request["missing"],
        assignee=row.assignee,
        opened=row.opened,
        updated=row.updated,
        due=row.due,
    )
