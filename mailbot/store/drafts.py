"""
Mails of ours that a person is to send: put into Drafts, and found in Sent again.

    draft ──▶ drafted ──▶ sent      by a person, as it was or changed
      └──────────┴──────▶ dropped   a newer mail, or a person's own, has taken its place; undone: withdrawn
                  dropped ──▶ draft   what has taken its place was undone

What lies in Drafts stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from mailbot.store import outbound as ours
from mailbot.store.leases import is_free
from mailbot.store.outbound import Outbound, State
from mailbot.store.tables import outbound, tickets

LIVE = (State.DRAFT, State.DRAFTED)
"""What waits for a person to send it."""

GIVEN_UP = (State.DROPPED, State.WITHDRAWN)
"""What should not be sent any more, and may be sent nevertheless where it lies in Drafts already."""

BY_A_PERSON = (*LIVE, *GIVEN_UP)
"""What a person alone sends, if anybody does."""


def claim(
    connection: Connection, mailbox: str, *, now: datetime, lease: timedelta, by: str | None = None
) -> tuple[Outbound, bytes] | None:
    """
    Take the next mail that is to be put into the Drafts of that mailbox; None when there is none.

    The claim lasts as long as the lease of that id, or, with None, for `lease`.
    """
    free = is_free(connection.dialect.name, outbound, now=now)
    id = connection.execute(
        select(outbound.c.id)
        .where(outbound.c.state == State.DRAFT.value, outbound.c.mailbox == mailbox, outbound.c.due_at <= now, free)
        .order_by(outbound.c.due_at, outbound.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if id is None:
        return None
    connection.execute(update(outbound).where(outbound.c.id == id).values(claimed_until=now + lease, claimed_by=by))
    return ours.get(connection, id), ours.raw_of(connection, id)


def filed(connection: Connection, id: int, *, now: datetime) -> None:
    """It lies in Drafts, unless it was dropped meanwhile."""
    connection.execute(
        update(outbound)
        .where(outbound.c.id == id, outbound.c.state == State.DRAFT.value)
        .values(state=State.DRAFTED.value, due_at=now, claimed_until=None)
    )


def for_recipients(connection: Connection, recipients: Sequence[str]) -> tuple[Outbound, ...]:
    """Those that wait to be sent to one of the addresses, the newest first."""
    return _those(connection, _is_live(), outbound.c.recipient.in_(recipients))[::-1]


def among(connection: Connection, message_ids: Sequence[str]) -> frozenset[str]:
    """Those of the Message-IDs, without `<>`, whose mail a person alone sends."""
    which = (outbound.c.message_id.in_(message_ids), outbound.c.state.in_([state.value for state in BY_A_PERSON]))
    return frozenset(connection.execute(select(outbound.c.message_id).where(*which)).scalars())


def sent(connection: Connection, id: int, *, at: datetime, unchanged: bool) -> None:
    """A person has sent it; their mail program has put its copy into Sent."""
    connection.execute(
        update(outbound)
        .where(outbound.c.id == id)
        .values(state=State.SENT.value, sent_at=at, unchanged=unchanged, copied=True, claimed_until=None, error=None)
    )


_MATE = tickets.alias()
_OLDER = (
    select(outbound.c.id)
    .select_from(outbound.join(tickets))
    .where(
        outbound.c.state.in_([state.value for state in LIVE]),
        tickets.c.conversation == select(_MATE.c.conversation).where(_MATE.c.key == bindparam("about")).scalar_subquery(),
        outbound.c.created < bindparam("before"),
    )
    .order_by(outbound.c.id)
)
_OLDER_TO = _OLDER.where(outbound.c.recipient.in_(bindparam("whom", expanding=True)))


def outdate(
    connection: Connection, key: str, recipients: Sequence[str] | None, *, before: datetime, error: str
) -> tuple[Outbound, ...]:
    """
    Drop those of that ticket's conversation to these (None: to all) that were written before that moment.

    Gives them as they were.
    """
    older = connection.execute(
        _OLDER if recipients is None else _OLDER_TO, {"about": key, "before": before, "whom": list(recipients or ())}
    )
    found = _each(connection, older.scalars().all())
    if found:
        outdated = outbound.c.id.in_([mail.id for mail in found])
        connection.execute(update(outbound).where(outdated).values(state=State.DROPPED.value, error=error, claimed_until=None))
    return found


def waits(connection: Connection, conversation: int) -> bool:
    """Whether a mail of that conversation waits for a person to send it."""
    return bool(_those(connection, _is_live(), tickets.c.conversation == conversation))


def sent_unchanged(connection: Connection, service: str) -> int:
    """How many of that service were sent as they were."""
    counted = select(func.count()).select_from(outbound.join(tickets)).where(*_unchanged(service))
    return connection.execute(counted).scalar_one()


def sent_unchanged_at(connection: Connection, service: str, *, place: int) -> datetime | None:
    """When the one was sent that stands at that place, counted from the first (1); None where they are fewer."""
    times = select(outbound.c.sent_at).select_from(outbound.join(tickets)).where(*_unchanged(service))
    return connection.execute(times.order_by(outbound.c.sent_at).offset(place - 1).limit(1)).scalar_one_or_none()


def _unchanged(service: str) -> tuple[ColumnElement[bool], ...]:
    return tickets.c.service == service, outbound.c.unchanged.is_(True)


def _is_live() -> ColumnElement[bool]:
    return outbound.c.state.in_([state.value for state in LIVE])


def _those(connection: Connection, *which: ColumnElement[bool]) -> tuple[Outbound, ...]:
    ids = connection.execute(select(outbound.c.id).select_from(outbound.join(tickets)).where(*which).order_by(outbound.c.id))
    return _each(connection, ids.scalars().all())


def _each(connection: Connection, ids: Sequence[int]) -> tuple[Outbound, ...]:
    return tuple(ours.get(connection, id) for id in ids)
