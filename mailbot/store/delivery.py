"""Mails of ours on their way: to SMTP, and as a copy into Sent. What states there are: store/outbound.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select, update

from mailbot.store.leases import is_free
from mailbot.store.outbound import ROW, UNFINISHED, WITH_TICKET, Outbound, State, change, of_row
from mailbot.store.portion import Most, up_to
from mailbot.store.tables import ON_ITS_WAY, outbound


def claim(connection: Connection, *, now: datetime, lease: timedelta, by: str | None = None) -> tuple[Outbound, bytes] | None:
    """
    Take the next mail that is due, and note that it is being sent; None when there is none.

    The claim lasts as long as the lease of that id, or, with None, for `lease`.
    `state` of the answer is what it was: SENDING means that an earlier sender died over it, fate unknown.
    """
    row = connection.execute(_next(connection.dialect.name), {"now": now}).one_or_none()
    if row is None:
        return None
    claimed = {"attempts": row.attempts + 1, "claimed_until": now + lease, "claimed_by": by}
    change(connection, row.id, state=State.SENDING.value, **claimed)
    return replace(of_row(row), attempts=row.attempts + 1), row.raw


@cache
def _next(dialect: str) -> Select[Any]:
    first = (
        select(outbound.c.id)
        .where(_is_due(dialect))
        .order_by(outbound.c.due_at, outbound.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .correlate(None)
        .scalar_subquery()
    )
    # By its id, for whatever is put in order is read whole: with its bytes that would be all that waits.
    return select(*ROW, outbound.c.raw).select_from(WITH_TICKET).where(outbound.c.id == first)


def anything_due(connection: Connection, *, now: datetime) -> bool:
    """Whether `claim` would find something."""
    due = select(outbound.c.id).where(_is_due(connection.dialect.name)).limit(1)
    return connection.execute(due, {"now": now}).first() is not None


def sent(connection: Connection, id: int, *, now: datetime, copies: Sequence[str] | None = None, filed: bool = True) -> None:
    """
    The server has taken it.

    Args:
        copies: those that left; None: all that were queued.
        filed: whether one is to be laid into Sent.
    """
    changed: dict[str, Any] = {} if copies is None else {"copies": list(copies)}
    if not filed:
        changed["copied"] = True
    change(connection, id, state=State.SENT.value, sent_at=now, claimed_until=None, error=None, **changed)


def postpone(connection: Connection, mail: Outbound, *, until: datetime, error: str) -> bool:
    """Try again later; what a person has released stays released. False: another sender has it by now, see `_end_try`."""
    state = State.RELEASED if mail.state is State.RELEASED else State.QUEUED
    return _end_try(connection, mail, state, due_at=until, error=error)


def refuse(connection: Connection, mail: Outbound, *, now: datetime, error: str) -> bool:
    """It will never be taken. False: another sender has it by now, see `_end_try`."""
    return _end_try(connection, mail, State.REFUSED, due_at=now, error=error)


def hold(connection: Connection, id: int, *, until: datetime, error: str) -> None:
    """In the transaction in which it was claimed: keep it back until then; it was not tried."""
    _keep_back(connection, id, State.HELD, error, due_at=until)


def stop(connection: Connection, id: int, *, error: str) -> None:
    """In the transaction in which it was claimed: keep it back until a person decides; it was not tried."""
    _keep_back(connection, id, State.STOPPED, error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is to be put into Sent of a mail that was sent."""

    id: int
    message_id: str
    sent_at: datetime
    raw: bytes


def claim_copies(
    connection: Connection, mailbox: str, *, now: datetime, lease: timedelta, most: Most, by: str | None = None
) -> tuple[Copy, ...]:
    """
    Take, oldest first, what was sent for the mailbox and of which no copy lies in Sent yet.

    The claims last as long as the lease of that id, or, with None, for `lease`.
    """
    found = connection.execute(
        select(outbound.c.id, func.length(outbound.c.raw).label("packed"))
        .where(
            outbound.c.copied.is_(False),
            outbound.c.sent_at.is_not(None),
            outbound.c.mailbox == mailbox,
            is_free(connection.dialect.name, outbound, now=now),
        )
        .order_by(outbound.c.id)
        .limit(most.mails)
        .with_for_update(skip_locked=True)
    ).all()
    ids = list(up_to(most.bytes, ((row.id, row.packed) for row in found)))
    columns = (outbound.c.id, outbound.c.message_id, outbound.c.sent_at, outbound.c.raw)
    whole = connection.execute(select(*columns).where(outbound.c.id.in_(ids)).order_by(outbound.c.id))
    # Once more, for unpacked they may be a thousand times as large.
    sized = ((row, len(row.raw)) for row in whole)
    taken = tuple(
        Copy(id=row.id, message_id=row.message_id, sent_at=row.sent_at, raw=row.raw) for row in up_to(most.bytes, sized)
    )
    whole.close()
    if taken:
        those = outbound.c.id.in_([each.id for each in taken])
        connection.execute(update(outbound).where(those).values(claimed_until=now + lease, claimed_by=by))
    return taken


def give_back_copies(connection: Connection, ids: Sequence[int]) -> None:
    """Nobody has them in hand any more, and nobody knows which of them lie in Sent."""
    connection.execute(update(outbound).where(outbound.c.id.in_(ids)).values(claimed_until=None, claimed_by=None))


def copied(connection: Connection, ids: Sequence[int]) -> None:
    """Their copies lie in Sent."""
    connection.execute(update(outbound).where(outbound.c.id.in_(ids)).values(copied=True, claimed_until=None))


def has_left(connection: Connection, id: int, *, at: datetime) -> bool:
    """It lies in Sent, whatever we knew of it; whether it had not left yet as far as we knew."""
    change(connection, id, copied=True)
    waiting = (outbound.c.id == id, outbound.c.state.in_([state.value for state in (*UNFINISHED, State.DRAFTED)]))
    left = update(outbound).where(*waiting).values(state=State.SENT.value, sent_at=at, claimed_until=None, error=None)
    return connection.execute(left).rowcount == 1


_SENDING = outbound.c.state == State.SENDING.value


def _is_due(dialect: str) -> ColumnElement[bool]:
    """At the moment `now`, also if a sender died over it. In one condition that an index has in its order, however many wait."""
    now = bindparam("now", type_=outbound.c.due_at.type)
    orphaned = and_(_SENDING, is_free(dialect, outbound, now=now))
    return and_(ON_ITS_WAY, outbound.c.due_at <= now, or_(outbound.c.state != State.SENDING.value, orphaned))


def _keep_back(connection: Connection, id: int, state: State, error: str, **values: Any) -> None:
    not_tried = {"error": error, "attempts": outbound.c.attempts - 1, "claimed_until": None, **values}
    connection.execute(update(outbound).where(outbound.c.id == id, _SENDING).values(state=state.value, **not_tried))


def _end_try(connection: Connection, mail: Outbound, state: State, **values: Any) -> bool:
    """
    It has not left, as far as its sender knows; gives whether that holds.

    A sender that was taken for dead and wakes up changes nothing any more: another one has sent it, or has it in hand, and
    its claim is counted among the attempts.
    """
    here = (outbound.c.id == mail.id, outbound.c.attempts == mail.attempts, _SENDING)
    ended = connection.execute(update(outbound).where(*here).values(state=state.value, claimed_until=None, **values))
    return ended.rowcount == 1
