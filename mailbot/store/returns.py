"""Mails of ours that came back, or were refused: who cannot be reached, until something shows that they can."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, or_, select, update

from mailbot.store.outbound import ROW, WITH_TICKET, Outbound, State, change, of_row
from mailbot.store.tables import outbound, tickets
from mailbot.store.tickets import WAITED_FOR


def returned(connection: Connection, id: int, *, now: datetime, error: str) -> None:
    """A delivery report says that it did not arrive, and never will."""
    change(connection, id, state=State.RETURNED.value, due_at=now, error=error)


_CAME_BACK = (outbound.c.recipient == bindparam("whom"), outbound.c.state == State.RETURNED.value)
_COMES_BACK = select(exists().where(*_CAME_BACK))
_FORGIVEN = update(outbound).where(*_CAME_BACK).values(state=State.SENT.value)


def comes_back(connection: Connection, recipient: str) -> bool:
    """Whether a mail to the address came back, and nothing has shown since that it can be reached."""
    return bool(connection.execute(_COMES_BACK, {"whom": recipient}).scalar_one())


def forgive(connection: Connection, recipient: str, *, now: datetime) -> None:
    """
    The address can be reached again: what was stopped goes on to where the limits are asked.

    No more than that: without a mail that came back nothing changes.
    """
    if connection.execute(_FORGIVEN, {"whom": recipient}).rowcount:
        stopped = (outbound.c.recipient == recipient, outbound.c.state == State.STOPPED.value)
        connection.execute(update(outbound).where(*stopped).values(state=State.QUEUED.value, due_at=now))


def refused_since(connection: Connection, since: datetime) -> tuple[Outbound, ...]:
    """The mails that were given up since then, oldest first."""
    rows = connection.execute(
        select(*ROW)
        .select_from(WITH_TICKET)
        .where(outbound.c.state == State.REFUSED.value, outbound.c.due_at >= since)
        .order_by(outbound.c.id)
    )
    return tuple(of_row(row) for row in rows)


def unreachable(connection: Connection, since: datetime) -> tuple[Outbound, ...]:
    """
    The mails that came back and still matter, oldest first.

    They came back since then, somebody waits for their ticket, or they are about none: then staff cannot be reached.
    """
    waits = or_(outbound.c.ticket.is_(None), tickets.c.state.in_(WAITED_FOR), outbound.c.due_at >= since)
    rows = connection.execute(
        select(*ROW)
        .select_from(WITH_TICKET)
        .where(outbound.c.state == State.RETURNED.value, waits)
        .order_by(outbound.c.due_at, outbound.c.id)
    )
    return tuple(of_row(row) for row in rows)
