"""
The outbox. A mail is written in the transaction that causes it, with its final Message-ID, and sent later.

    queued ──▶ sending ──▶ sent          a copy goes to the Sent folder
       ▲          │ └────▶ refused       for good: staff are told
       └──────────┘ a pause, or the sender died
    held                                 more than the limits allow: staff are told
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from mailbot.store.tables import outbound, tickets


class State(StrEnum):
    """How far a mail of ours has come."""

    QUEUED = "queued"
    SENDING = "sending"  # handed over, or not: after a crash nobody knows
    SENT = "sent"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A mail to be written into the outbox: `ticket` None is the digest, `automatic` counts against the limits."""

    message_id: str
    ticket: str | None
    mailbox: str
    recipient: str
    raw: bytes
    automatic: bool
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """A row of the outbox without its raw bytes; `attempts` counts those that were begun."""

    id: int
    message_id: str
    ticket: str | None
    mailbox: str
    recipient: str
    automatic: bool
    state: State
    attempts: int
    created: datetime
    sent_at: datetime | None
    error: str | None


_ROW = (
    outbound.c.id,
    outbound.c.message_id,
    tickets.c.key,
    outbound.c.mailbox,
    outbound.c.recipient,
    outbound.c.automatic,
    outbound.c.state,
    outbound.c.attempts,
    outbound.c.created,
    outbound.c.sent_at,
    outbound.c.error,
)
_WITH_TICKET = outbound.outerjoin(tickets, tickets.c.number == outbound.c.ticket)


def queue(connection: Connection, mail: Outgoing, *, now: datetime) -> None:
    """Write a mail into the outbox."""
    connection.execute(
        outbound.insert().values(
            message_id=mail.message_id,
            ticket=select(tickets.c.number).where(tickets.c.key == mail.ticket).scalar_subquery(),
            mailbox=mail.mailbox,
            recipient=mail.recipient,
            raw=mail.raw,
            automatic=mail.automatic,
            state=State.QUEUED.value,
            attempts=0,
            due_at=mail.due_at,
            created=now,
            copied=False,
        )
    )


def claim(connection: Connection, *, now: datetime, lease: timedelta) -> tuple[Outbound, bytes] | None:
    """
    Take the next mail that is due, and note that it is being sent; None when there is none.

    `state` of the answer is what it was: SENDING means that an earlier sender died over it, fate unknown.
    """
    due = and_(outbound.c.state == State.QUEUED.value, outbound.c.due_at <= now)
    orphaned = and_(outbound.c.state == State.SENDING.value, outbound.c.claimed_until <= now)
    row = connection.execute(
        select(*_ROW, outbound.c.raw)
        .select_from(_WITH_TICKET)
        .where(or_(due, orphaned))
        .order_by(outbound.c.due_at, outbound.c.id)
        .limit(1)
        .with_for_update(of=outbound, skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    _set(connection, row.id, state=State.SENDING.value, attempts=row.attempts + 1, claimed_until=now + lease)
    return _outbound(row, attempts=row.attempts + 1), row.raw


def anything_due(connection: Connection, *, now: datetime) -> bool:
    """Whether `claim` would find something."""
    due = and_(outbound.c.state == State.QUEUED.value, outbound.c.due_at <= now)
    orphaned = and_(outbound.c.state == State.SENDING.value, outbound.c.claimed_until <= now)
    return connection.execute(select(outbound.c.id).where(or_(due, orphaned)).limit(1)).first() is not None


def sent(connection: Connection, id: int, *, now: datetime) -> None:
    """The server has taken it."""
    _set(connection, id, state=State.SENT.value, sent_at=now, claimed_until=None, error=None)


def postpone(connection: Connection, id: int, *, until: datetime, error: str) -> None:
    """Try again later."""
    _set(connection, id, state=State.QUEUED.value, due_at=until, claimed_until=None, error=error)


def refuse(connection: Connection, id: int, *, now: datetime, error: str) -> None:
    """It will never be taken."""
    _set(connection, id, state=State.REFUSED.value, due_at=now, claimed_until=None, error=error)


def hold(connection: Connection, id: int, *, error: str) -> None:
    """Keep it back."""
    _set(connection, id, state=State.HELD.value, claimed_until=None, error=error)


def automatic_since(connection: Connection, recipient: str, *, since: datetime) -> int:
    """How many automatic mails the address got since then."""
    return connection.execute(
        select(func.count()).where(outbound.c.recipient == recipient, outbound.c.automatic, outbound.c.sent_at > since)
    ).scalar_one()


def next_uncopied(connection: Connection, mailbox: str) -> tuple[Outbound, bytes] | None:
    """A mail of the mailbox that was sent and of which no copy lies in Sent yet."""
    row = connection.execute(
        select(*_ROW, outbound.c.raw)
        .select_from(_WITH_TICKET)
        .where(outbound.c.copied.is_(False), outbound.c.state == State.SENT.value, outbound.c.mailbox == mailbox)
        .order_by(outbound.c.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else (_outbound(row, attempts=row.attempts), row.raw)


def copied(connection: Connection, id: int) -> None:
    """A copy lies in Sent."""
    _set(connection, id, copied=True)


def of_ticket(connection: Connection, key: str) -> tuple[Outbound, ...]:
    """Our mails about a ticket, in order."""
    rows = connection.execute(select(*_ROW).select_from(_WITH_TICKET).where(tickets.c.key == key).order_by(outbound.c.id))
    return tuple(_outbound(row, attempts=row.attempts) for row in rows)


def by_message_id(connection: Connection, message_id: str) -> Outbound | None:
    """The mail of ours with that Message-ID, or None."""
    row = connection.execute(select(*_ROW).select_from(_WITH_TICKET).where(outbound.c.message_id == message_id)).one_or_none()
    return None if row is None else _outbound(row, attempts=row.attempts)


def in_state(connection: Connection, state: State) -> tuple[Outbound, ...]:
    """All mails in that state, oldest first."""
    rows = connection.execute(
        select(*_ROW).select_from(_WITH_TICKET).where(outbound.c.state == state.value).order_by(outbound.c.id)
    )
    return tuple(_outbound(row, attempts=row.attempts) for row in rows)


def refused_since(connection: Connection, since: datetime) -> tuple[Outbound, ...]:
    """The mails that were given up since then, oldest first."""
    rows = connection.execute(
        select(*_ROW)
        .select_from(_WITH_TICKET)
        .where(outbound.c.state == State.REFUSED.value, outbound.c.due_at >= since)
        .order_by(outbound.c.id)
    )
    return tuple(_outbound(row, attempts=row.attempts) for row in rows)


def raw_of(connection: Connection, id: int) -> bytes:
    """The bytes of a mail of ours."""
    raw: bytes = connection.execute(select(outbound.c.raw).where(outbound.c.id == id)).scalar_one()
    return raw


def counts(connection: Connection) -> dict[State, int]:
    """How many mails stand in each state."""
    rows = connection.execute(select(outbound.c.state, func.count()).group_by(outbound.c.state))
    return {State(state): number for state, number in rows}


def oldest_unsent(connection: Connection, *, now: datetime) -> datetime | None:
    """Since when the mail waits that should have been sent first; one that is not due yet does not wait."""
    waiting = (State.QUEUED.value, State.SENDING.value)
    return connection.execute(
        select(outbound.c.due_at)
        .where(outbound.c.state.in_(waiting), outbound.c.due_at <= now)
        .order_by(outbound.c.due_at)
        .limit(1)
    ).scalar_one_or_none()


def _set(connection: Connection, id: int, **values: Any) -> None:
    connection.execute(update(outbound).where(outbound.c.id == id).values(**values))


def _outbound(row: Row[*tuple[Any, ...]], *, attempts: int) -> Outbound:
    return Outbound(
        id=row.id,
        message_id=row.message_id,
        ticket=row.key,
        mailbox=row.mailbox,
        recipient=row.recipient,
        automatic=row.automatic,
        state=State(row.state),
        attempts=attempts,
        created=row.created,
        sent_at=row.sent_at,
        error=row.error,
    )
