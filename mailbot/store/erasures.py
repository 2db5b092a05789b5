"""That somebody's data were erased, or shall be: when, on whose order, how much; never whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from mailbot.store.tables import erasures, number_of, tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An erasure that was ordered about the ticket of that key, and is not done."""

    id: int
    ticket: str
    by: str
    asked_at: datetime


def done(connection: Connection, *, by: str, tickets: int, mails: int, now: datetime) -> None:
    """Note an erasure that was done at once."""
    values = {"by": by, "asked_at": now, "done_at": now, "tickets": tickets, "mails": mails}
    connection.execute(erasures.insert().values(**values))


def ask(connection: Connection, key: str, *, by: str, now: datetime) -> None:
    """The requester of that ticket shall be erased as soon as nobody waits for it any more."""
    connection.execute(erasures.insert().values(ticket=number_of(key), by=by, asked_at=now))


def take_back(connection: Connection, key: str, *, asked_at: datetime | None = None) -> bool:
    """
    They shall not; False when it was not asked for, or is done.

    `asked_at`: only what was asked for at that moment.
    """
    waiting = [erasures.c.ticket == number_of(key), erasures.c.done_at.is_(None)]
    then = [erasures.c.asked_at == asked_at] if asked_at else []
    return connection.execute(delete(erasures).where(*waiting, *then)).rowcount > 0


_WAITING = (
    select(tickets.c.key)
    .join(erasures, erasures.c.ticket == tickets.c.number)
    .where(tickets.c.requester_email == bindparam("whose"), erasures.c.done_at.is_(None))
    .order_by(tickets.c.number)
)


def waiting_of(connection: Connection, address: str) -> tuple[str, ...]:
    """Keys of the tickets by which that address (lower case) shall be erased and is not yet."""
    return tuple(dict.fromkeys(connection.execute(_WAITING, {"whose": address}).scalars()))


def asked(connection: Connection) -> tuple[Asked, ...]:
    """All that is not done, the oldest first."""
    rows = connection.execute(
        select(erasures.c.id, tickets.c.key, erasures.c.by, erasures.c.asked_at)
        .join(tickets, tickets.c.number == erasures.c.ticket)
        .where(erasures.c.done_at.is_(None))
        .order_by(erasures.c.id)
    )
    return tuple(Asked(id=row.id, ticket=row.key, by=row.by, asked_at=row.asked_at) for row in rows)


def carried_out(connection: Connection, id: int, *, tickets: int, mails: int, now: datetime) -> None:
    """One that was asked for is done."""
    connection.execute(update(erasures).where(erasures.c.id == id).values(done_at=now, tickets=tickets, mails=mails))
