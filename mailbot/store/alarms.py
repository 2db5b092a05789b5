"""Troubles from their beginning to their end, and what staff have been told of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update

from mailbot.store.database import insert_into
from mailbot.store.tables import alarms
from mailbot.tickets.alarms import Alarm
from mailbot.tickets.trouble import Kind

KEPT = timedelta(days=30)
"""What has been over for so long is forgotten."""


def keep_up(connection: Connection, seen: Collection[tuple[Kind, str, datetime]], *, now: datetime) -> None:
    """
    Note which troubles there are now: (kind, id of a mailbox or "", since when). Those that are not among them are over.

    What is over before staff were told of it leaves no trace.
    """
    for kind, about, since in seen:
        begun = {"kind": kind.value, "about": about, "since": since, "seen_at": now}
        connection.execute(insert_into(connection.dialect.name, alarms).values(begun).on_conflict_do_nothing())
    named = {(kind, about) for kind, about, _ in seen}
    over = [alarm.id for alarm in current(connection) if (alarm.kind, alarm.about) not in named]
    connection.execute(delete(alarms).where(alarms.c.id.in_(over), alarms.c.told_at.is_(None)))
    connection.execute(update(alarms).where(alarms.c.id.in_(over), alarms.c.over_at.is_(None)).values(over_at=now))
    connection.execute(delete(alarms).where(alarms.c.over_at < now - KEPT))


def current(connection: Connection) -> tuple[Alarm, ...]:
    """The troubles that are not over, oldest first."""
    rows = connection.execute(select(alarms).where(alarms.c.over_at.is_(None)).order_by(alarms.c.since, alarms.c.id))
    return tuple(_alarm(row) for row in rows)


def unsettled(connection: Connection) -> tuple[Alarm, ...]:
    """Those and the ones of whose end staff have not been told."""
    rows = connection.execute(select(alarms).where(or_(alarms.c.over_at.is_(None), alarms.c.end_told_at.is_(None))))
    return tuple(_alarm(row) for row in rows)


def told_since(connection: Connection, since: datetime) -> int:
    """How often staff have been told of something after that moment."""
    begun = select(func.count()).where(alarms.c.told_at > since)
    over = select(func.count()).where(alarms.c.end_told_at > since)
    return int(connection.execute(begun).scalar_one() + connection.execute(over).scalar_one())


def tell(connection: Connection, alarm: Alarm, *, now: datetime) -> bool:
    """Staff are told of it, or of its end, in this transaction; False when another bot has done so."""
    column = alarms.c.told_at if alarm.over_at is None else alarms.c.end_told_at
    told = connection.execute(update(alarms).where(alarms.c.id == alarm.id, column.is_(None)).values({column.name: now}))
    return told.rowcount == 1


def _alarm(row: object) -> Alarm:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    return Alarm(**{**values, "kind": Kind(values["kind"])})
