"""
Leases: who of all bots does what nobody else may do meanwhile, and who is alive.

Each part of a running bot holds one: the receiver that of its mailbox, a worker and a sender one of their own. What a part
takes from the books bears its lease, and is free again as soon as that has ended. So nothing waits for a dead bot, and
nothing is taken from one that is only slow.

On PostgreSQL a lease ends by itself unless it is renewed; only the database's clock counts. A SQLite file has one bot
(store/alone.py): its leases last as long as it does, and the next bot ends them (`bury`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Table, and_, case, delete, func, or_, select, true, update

from mailbot.store.database import insert_into
from mailbot.store.tables import leases


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease that somebody holds now: what for ("mailbox support"), and who (host and process)."""

    subject: str
    holder: str


def take(connection: Connection, subject: str, *, holder: str, lasting: timedelta) -> str | None:
    """
    The id of a new lease of that subject; None while somebody has it.

    No id ever comes again, so what bears one of a lease that has ended stays free.
    """
    values = {"id": uuid4().hex, "subject": subject, "holder": holder, "until": _end(connection, lasting)}
    statement = insert_into(connection.dialect.name, leases).values(values)
    taken = statement.on_conflict_do_update(index_elements=["subject"], set_=values, where=~_lasts(connection.dialect.name))
    return connection.execute(taken.returning(leases.c.id)).scalar_one_or_none()


def renew(connection: Connection, ids: Collection[str], *, lasting: timedelta) -> frozenset[str]:
    """Let these leases last longer. Gives those that do; one that has ended never comes back."""
    which = and_(leases.c.id.in_(ids), _lasts(connection.dialect.name))
    renewed = update(leases).where(which).values(until=_end(connection, lasting)).returning(leases.c.id)
    return frozenset(connection.execute(renewed).scalars())


def give_up(connection: Connection, ids: Collection[str]) -> None:
    """End these leases: at once others may have what bears them."""
    connection.execute(delete(leases).where(leases.c.id.in_(ids)))


def bury(connection: Connection) -> None:
    """End the leases of the dead for good; on SQLite all of them, for whoever starts there is the only bot."""
    connection.execute(delete(leases).where(true() if _is_alone(connection.dialect.name) else ~_lasts(connection.dialect.name)))


def held(connection: Connection) -> tuple[Held, ...]:
    """All leases that last, by subject."""
    rows = connection.execute(
        select(leases.c.subject, leases.c.holder).where(_lasts(connection.dialect.name)).order_by(leases.c.subject)
    )
    return tuple(Held(subject=row.subject, holder=row.holder) for row in rows)


def is_free(dialect: str, claimed: Table, *, now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """
    Whether nobody has a claim on a row of that table (columns `claimed_by`, `claimed_until`), in SQL of that dialect.

    A claim with a lease lasts as long as the lease, however long that is; one without it until `claimed_until`.
    """
    by, until = claimed.c.claimed_by, claimed.c.claimed_until
    living = select(leases.c.id).where(_lasts(dialect))
    return or_(until.is_(None), case((by.is_(None), until <= now), else_=by.not_in(living)))


def _lasts(dialect: str) -> ColumnElement[bool]:
    return true() if _is_alone(dialect) else leases.c.until > func.statement_timestamp()


def _end(connection: Connection, lasting: timedelta) -> ColumnElement[datetime] | None:
    return None if _is_alone(connection.dialect.name) else func.statement_timestamp() + lasting


def _is_alone(dialect: str) -> bool:
    return dialect == "sqlite"
