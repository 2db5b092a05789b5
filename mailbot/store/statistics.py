"""How much was there to do? Counted by index, so that a million tickets cost no more than those of the time asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from mailbot.store.tables import events, tickets


def opened(connection: Connection, since: datetime, until: datetime) -> int:
    """How many tickets were opened from `since` on and before `until`."""
    count = select(func.count()).select_from(tickets).where(tickets.c.opened >= since, tickets.c.opened < until)
    return connection.execute(count).scalar_one()


def closed(connection: Connection, since: datetime, until: datetime) -> int:
    """How many tickets were closed in that time; one that was closed twice counts twice."""
    count = select(func.count()).select_from(events)
    return connection.execute(count.where(events.c.kind == "closed", events.c.at >= since, events.c.at < until)).scalar_one()


def closings(connection: Connection, since: datetime, until: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Of the tickets that were closed in that time: when they were opened, and when closed."""
    rows = connection.execute(
        select(tickets.c.opened, events.c.at)
        .join(tickets, tickets.c.number == events.c.ticket)
        .where(events.c.kind == "closed", events.c.at >= since, events.c.at < until)
        .order_by(events.c.id)
    )
    return tuple((row.opened, row.at) for row in rows)
