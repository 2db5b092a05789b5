"""
Who works on a mail that came in. A row stays pending until the one transaction that writes all that follows from it.

A claim ends with its worker (store/leases.py), so what a dead one held comes back by itself; attempts are counted before
the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from mailbot.store.inbound import ROW, Inbound, State, of_row
from mailbot.store.leases import is_free
from mailbot.store.portion import Most, up_to
from mailbot.store.tables import inbound


class AlreadyDone(Exception):
    """Another worker, to whom the mail fell when a claim ended, has brought it to its end."""


def claim(
    connection: Connection, *, now: datetime, lease: timedelta, most: Most, by: str | None = None
) -> tuple[tuple[Inbound, bytes], ...]:
    """
    Take the next pending mails, and count the attempt.

    The claims last as long as the lease of that id, or, with None, for `lease`. One that was tried before comes alone:
    should it end the program once more, no other pays for that.
    """
    free = is_free(connection.dialect.name, inbound, now=now)
    found = connection.execute(
        select(inbound.c.id, inbound.c.attempts, func.length(inbound.c.raw).label("packed"))
        .where(inbound.c.state == State.PENDING.value, free)
        .order_by(inbound.c.attempts, inbound.c.id)
        .limit(most.mails)
        .with_for_update(skip_locked=True)
    ).all()
    fresh = [(row.id, row.packed) for row in found if not row.attempts]
    ids = list(up_to(most.bytes, fresh)) or [row.id for row in found[:1]]
    whole = connection.execute(select(*ROW, inbound.c.raw).where(inbound.c.id.in_(ids)).order_by(inbound.c.id))
    # Once more, for unpacked they may be a thousand times as large.
    taken = tuple(up_to(most.bytes, (((of_row(row), row.raw), len(row.raw)) for row in whole)))
    whole.close()
    if taken:
        counted = {"attempts": inbound.c.attempts + 1, "claimed_until": now + lease, "claimed_by": by}
        connection.execute(update(inbound).where(inbound.c.id.in_([row.id for row, _ in taken])).values(counted))
    return tuple((replace(row, attempts=row.attempts + 1, claimed_by=by), raw) for row, raw in taken)


def hand_over(connection: Connection, mailbox: str) -> None:
    """What was kept of that mailbox and held back may be claimed now."""
    # Those alone that are held: a worker passes by every row that is locked, and would take later mails first. Among them are
    # those whose turn was put off (`uncount`): whatever comes for the mailbox shall not be worked on before them, and who
    # takes them too early puts them off once more.
    held = (inbound.c.attempts == 0, inbound.c.claimed_until.is_not(None))
    connection.execute(
        update(inbound)
        .where(inbound.c.mailbox == mailbox, inbound.c.state == State.PENDING.value, *held)
        .values(claimed_until=None)
    )


def give_back(connection: Connection, mail: Inbound) -> None:
    """End a claim without a result; nothing is changed when another worker has claimed the mail since."""
    connection.execute(update(inbound).where(*_still_claimed(mail)).values(claimed_until=None))


def uncount(connection: Connection, mail: Inbound, *, until: datetime) -> None:
    """
    The attempt that was begun does not count. Until then nobody takes it: others have their turn first.

    Nothing is changed when another worker has claimed the mail since.
    """
    values = {"attempts": mail.attempts - 1, "claimed_by": None, "claimed_until": until}
    connection.execute(update(inbound).where(*_still_claimed(mail)).values(values))


def _still_claimed(mail: Inbound) -> tuple[ColumnElement[bool], ...]:
    by = inbound.c.claimed_by == mail.claimed_by  # None: IS NULL
    claim = (by, inbound.c.attempts == mail.attempts, inbound.c.claimed_until.is_not(None))
    return (inbound.c.id == mail.id, inbound.c.state == State.PENDING.value, *claim)


_PENDING = update(inbound).where(inbound.c.id == bindparam("which"), inbound.c.state == State.PENDING.value)


def finish(connection: Connection, id: int, state: State, *, now: datetime, reason: str | None = None) -> None:
    """Give a pending mail its end. Raises AlreadyDone, so that nothing of the transaction stays, when it has one."""
    end = {"state": state.value, "reason": reason, "done_at": now, "claimed_until": None}
    if connection.execute(_PENDING, {"which": id, **end}).rowcount == 0:
        raise AlreadyDone(id)


class Turn(StrEnum):
    """How a mail stands that is not done."""

    FREE = "free"
    IN_HAND = "in hand"  # another worker has it


def turn_of_answered(connection: Connection, id: int, message_ids: Sequence[str], *, now: datetime) -> Turn | None:
    """How the first of the mails stands that have these Message-IDs, came before that one and are not done; None: all are."""
    if not message_ids:
        return None
    before = (inbound.c.state == State.PENDING.value, inbound.c.message_id.in_(message_ids), inbound.c.id < id)
    first = select(is_free(connection.dialect.name, inbound, now=now)).where(*before).order_by(inbound.c.id).limit(1)
    free = connection.execute(first).scalar_one_or_none()
    return None if free is None else Turn.FREE if free else Turn.IN_HAND
