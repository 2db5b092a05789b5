"""
Mails that came in. A row stays pending until the one transaction that writes all that follows from it.

    pending ──▶ ticket | staff | ignored | quarantined
    before_first_run                    older than the first contact with its mailbox

A mail `by_hand` lies in Sent: a person wrote it from the mailbox. Of those only what belongs to a ticket is kept.

    claims   who works on a mail, and its end
    places   where on a server it lies
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, or_, select, update

from mailbot.errors import NotFound
from mailbot.store.database import insert_into
from mailbot.store.tables import inbound


class State(StrEnum):
    """Where a mail has ended, or that it has not yet."""

    PENDING = "pending"
    TICKET = "ticket"  # it belongs to tickets
    STAFF = "staff"  # staff's words about a ticket, carried out
    IGNORED = "ignored"  # no person wrote it to us, or it is a copy; `reason` says which
    QUARANTINED = "quarantined"  # could not be processed; waits for a person
    BEFORE_FIRST_RUN = "before_first_run"  # older than the bot's first contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where on a server a mail lies: a UID means something only with its folder's UIDVALIDITY (RFC 9051, 2.3.1.1)."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """
    What a mail is, wherever it lies: its Message-ID (may be empty) and the SHA-256 of what no server changes.

    The field Message-ID as it stands is part of that; as a mail is called here those call it who answer it. Versions up to
    0.1 have kept some broken ones otherwise: they are known by their SHA-256.
    """

    message_id: str
    sha256: str


def veiled(message_id: str) -> str:
    """What is kept of the Message-ID of a mail whose words are gone: enough to know it again, and not who gave it."""
    return f"veiled {sha256(message_id.encode()).hexdigest()}" if message_id else ""


def names_same(kept: str, message_id: str) -> bool:
    """Whether the Message-ID that a row keeps, veiled or not, is that one."""
    return kept in (message_id, veiled(message_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A row without its raw bytes; from `forgotten_at` on there are none. `claimed_by` is the lease of who works on it."""

    id: int
    place: Place
    identity: Identity
    received: datetime
    state: State
    reason: str | None
    attempts: int
    done_at: datetime | None = None
    forgotten_at: datetime | None = None
    by_hand: bool = False
    claimed_by: str | None = None


ROW = [column for column in inbound.c if column is not inbound.c.raw]


def of_row(row: Row[*tuple[Any, ...]]) -> Inbound:
    """The mail of a row of `ROW`."""
    return Inbound(
        id=row.id,
        place=Place(mailbox=row.mailbox, folder=row.folder, uidvalidity=row.uidvalidity, uid=row.uid),
        identity=Identity(message_id=row.message_id, sha256=row.sha256),
        received=row.received,
        state=State(row.state),
        reason=row.reason,
        attempts=row.attempts,
        done_at=row.done_at,
        forgotten_at=row.forgotten_at,
        by_hand=row.by_hand,
        claimed_by=row.claimed_by,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """
    A mail to be kept.

    Until `held_until`, or until `hand_over`, nobody claims it.
    """

    place: Place
    identity: Identity
    raw: bytes
    received: datetime
    state: State
    reason: str | None = None
    by_hand: bool = False
    held_until: datetime | None = None


def add(connection: Connection, *mails: New) -> int:
    """Keep mails; tells how many. The others are not, for the mail of their place is here already."""
    if not mails:
        return 0
    statement = insert_into(connection.dialect.name, inbound).on_conflict_do_nothing(
        index_elements=["mailbox", "folder", "uidvalidity", "uid"],
    )
    rows = [
        {
            "mailbox": mail.place.mailbox,
            "folder": mail.place.folder,
            "uidvalidity": mail.place.uidvalidity,
            "uid": mail.place.uid,
            "message_id": mail.identity.message_id,
            "sha256": mail.identity.sha256,
            "raw": mail.raw,
            "received": mail.received,
            "state": mail.state.value,
            "reason": mail.reason,
            "attempts": 0,
            "by_hand": mail.by_hand,
            "claimed_until": mail.held_until,
        }
        for mail in mails
    ]
    return len(connection.execute(statement.returning(inbound.c.id), rows).all())


def is_known(connection: Connection, mailbox: str, identity: Identity) -> bool:
    """Whether a mail of that identity is kept that came to the mailbox, wherever it lies now."""
    known = select(inbound.c.id).where(inbound.c.mailbox == mailbox, *is_that(identity)).limit(1)
    return connection.execute(known).first() is not None


def came_at(connection: Connection, id: int) -> datetime:
    """When the mail came. Raises NotFound."""
    received: datetime | None = connection.execute(select(inbound.c.received).where(inbound.c.id == id)).scalar_one_or_none()
    if received is None:
        raise NotFound(f"there is no mail {id}")
    return received


def is_that(identity: Identity) -> tuple[ColumnElement[bool], ...]:
    """The condition that a mail is of that identity; it also finds those whose words are gone."""
    return (inbound.c.sha256 == identity.sha256,)


_ORIGINAL = (
    select(*ROW)
    .where(
        inbound.c.sha256 == bindparam("hash"),
        inbound.c.id != bindparam("copy"),
        inbound.c.state != State.BEFORE_FIRST_RUN.value,
        or_(inbound.c.id < bindparam("copy"), inbound.c.by_hand, inbound.c.state.in_([State.TICKET.value, State.STAFF.value])),
    )
    .order_by(inbound.c.id)
    .limit(1)
)


def original(connection: Connection, mail: Inbound) -> Inbound | None:
    """
    The mail that this one is a copy of: the first of the same identity, in whatever mailbox.

    One of before the first run is nobody's original, for nothing became of it; when it is recalled, a later copy
    that has been answered is its original.
    """
    row = connection.execute(_ORIGINAL, {"hash": mail.identity.sha256, "copy": mail.id}).one_or_none()
    return None if row is None else of_row(row)


_PENDING_BY_HAND = (
    select(inbound.c.id, inbound.c.sha256)
    .where(inbound.c.by_hand.is_(True), inbound.c.state == State.PENDING.value)
    .order_by(inbound.c.id)
)


def pending_by_hand(connection: Connection) -> tuple[tuple[int, str], ...]:
    """What people wrote from the mailboxes and nobody has worked on yet: ids, and the SHA-256 of each."""
    return tuple((row.id, row.sha256) for row in connection.execute(_PENDING_BY_HAND))


def pending_named(connection: Connection, message_ids: Sequence[str]) -> tuple[bytes, ...]:
    """The mails of these Message-IDs that came in and that nobody has worked on yet."""
    pending = (inbound.c.by_hand.is_(False), inbound.c.state == State.PENDING.value, inbound.c.message_id.in_(message_ids))
    return tuple(connection.execute(select(inbound.c.raw).where(*pending)).scalars())


def is_known_by_hand(connection: Connection, message_id: str) -> bool:
    """Whether a mail of that Message-ID that a person wrote from a mailbox is kept; some servers file it twice."""
    known = select(inbound.c.id).where(inbound.c.by_hand, inbound.c.message_id.in_([message_id, veiled(message_id)]))
    return bool(message_id) and connection.execute(known).first() is not None


def forget(connection: Connection, id: int) -> None:
    """Nothing of a mail that belongs to nothing stays."""
    connection.execute(delete(inbound).where(inbound.c.id == id))


def get(connection: Connection, id: int) -> tuple[Inbound, bytes]:
    """A mail and its bytes. Raises NotFound."""
    row = connection.execute(select(*ROW, inbound.c.raw).where(inbound.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no mail {id}")
    return of_row(row), row.raw


def in_state(connection: Connection, state: State) -> tuple[Inbound, ...]:
    """All mails in that state, oldest first."""
    rows = connection.execute(select(*ROW).where(inbound.c.state == state.value).order_by(inbound.c.id))
    return tuple(of_row(row) for row in rows)


def retry(connection: Connection, id: int) -> None:
    """Let a quarantined mail be processed again. Raises NotFound when it is not in quarantine."""
    _leave_quarantine(connection, id, {"state": State.PENDING.value, "reason": None, "attempts": 0, "done_at": None})


def drop(connection: Connection, id: int, *, reason: str) -> None:
    """Ignore a quarantined mail, for that reason; its bytes stay. Raises NotFound when it is not in quarantine."""
    _leave_quarantine(connection, id, {"state": State.IGNORED.value, "reason": reason})


def _leave_quarantine(connection: Connection, id: int, values: dict[str, Any]) -> None:
    found = connection.execute(
        update(inbound).where(inbound.c.id == id, inbound.c.state == State.QUARANTINED.value).values(**values)
    )
    if found.rowcount == 0:
        raise NotFound(f"there is no mail {id} in quarantine; see: mailbot quarantine list")


def recall(connection: Connection, *, mailbox: str, since: datetime | None, held_until: datetime | None = None) -> int:
    """
    Let mails of before the first run be processed after all, those since `since` (None: all). Tells how many.

    Nobody works on them before `held_until`, or `claims.hand_over`. Those whose words are gone wait for `places.refill`.
    """
    recalled = connection.execute(
        update(inbound)
        .where(
            inbound.c.mailbox == mailbox,
            inbound.c.state == State.BEFORE_FIRST_RUN.value,
            inbound.c.forgotten_at.is_(None),
            *(() if since is None else (inbound.c.received >= since,)),
        )
        .values(state=State.PENDING.value, reason=None, claimed_until=held_until)
    )
    return recalled.rowcount


def counts(connection: Connection) -> dict[str, dict[State, int]]:
    """How many mails that came to each mailbox stand in each state; also such that people wrote, if they are in quarantine."""
    rows = connection.execute(
        select(inbound.c.mailbox, inbound.c.state, func.count())
        .where(or_(inbound.c.by_hand.is_(False), inbound.c.state == State.QUARANTINED.value))
        .group_by(inbound.c.mailbox, inbound.c.state)
    )
    found: dict[str, dict[State, int]] = {}
    for mailbox, state, number in rows:
        found.setdefault(mailbox, {})[State(state)] = number
    return found
