"""
Mails that came in. A row stays pending until the one transaction that writes all that follows from it.

    pending ──▶ ticket | staff | ignored | quarantined
    before_first_run                    older than the first contact with its mailbox

A mail `by_hand` lies in Sent: a person wrote it from the mailbox. Of those only what belongs to a ticket is kept.

A claim ends with its worker (store/leases.py), so what a dead one held comes back by itself; attempts are counted before
the work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, delete, func, or_, select, update

from mailbot.errors import NotFound
from mailbot.store.database import insert_into
from mailbot.store.leases import is_free
from mailbot.store.portion import Most, portions, up_to
from mailbot.store.tables import inbound, ticket_mails, tickets
from mailbot.tickets.ticket import State as TicketState


class AlreadyDone(Exception):
    """Another worker, to whom the mail fell when a claim expired, has brought it to its end."""


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
    """What a mail is, wherever it lies: its Message-ID (may be empty) and the SHA-256 of what no server changes."""

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
    """A row without its raw bytes; from `forgotten_at` on there are none."""

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


_ROW = [column for column in inbound.c if column is not inbound.c.raw]


def _inbound(row: Row[*tuple[Any, ...]]) -> Inbound:
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


def is_here(connection: Connection, place: Place) -> bool:
    """Whether the mail of that place is kept."""
    return connection.execute(select(inbound.c.id).where(*_at(place))).first() is not None


def is_known(connection: Connection, mailbox: str, identity: Identity) -> bool:
    """Whether a mail of that identity is kept that came to the mailbox, wherever it lies now."""
    known = select(inbound.c.id).where(inbound.c.mailbox == mailbox, *_is(identity)).limit(1)
    return connection.execute(known).first() is not None


def came_at(connection: Connection, id: int) -> datetime:
    """When the mail came. Raises NotFound."""
    received: datetime | None = connection.execute(select(inbound.c.received).where(inbound.c.id == id)).scalar_one_or_none()
    if received is None:
        raise NotFound(f"there is no mail {id}")
    return received


def _at(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (*_in_the_folder_of(place), inbound.c.uid == place.uid)


def _in_the_folder_of(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (
        inbound.c.mailbox == place.mailbox,
        inbound.c.folder == place.folder,
        inbound.c.uidvalidity == place.uidvalidity,
    )


def newest(connection: Connection, *, mailbox: str, folder: str, uidvalidity: int, number: int) -> dict[int, str]:
    """The Message-IDs of the mails with the highest UIDs, by UID; those of forgotten mails are veiled."""
    rows = connection.execute(
        select(inbound.c.uid, inbound.c.message_id)
        .where(inbound.c.mailbox == mailbox, inbound.c.folder == folder, inbound.c.uidvalidity == uidvalidity)
        .order_by(inbound.c.uid.desc())
        .limit(number)
    )
    return {row.uid: row.message_id for row in rows}


def are_here(connection: Connection, places: Sequence[Place]) -> frozenset[Place]:
    """The mails of which of these places, all in one folder, are kept."""
    by_uid = {place.uid: place for place in places}
    found = select(inbound.c.uid).where(*_in_the_folder_of(places[0]), inbound.c.uid.in_(by_uid))
    return frozenset(by_uid[uid] for uid in connection.execute(found).scalars())


def any_waits_for_its_place(connection: Connection, place: Place) -> bool:
    """Whether mails of that folder are kept under another UIDVALIDITY, to be recognised (`attach`)."""
    here = (inbound.c.mailbox == place.mailbox, inbound.c.folder == place.folder)
    # Each half by the index and in its order, else what is not there is looked for everywhere.
    halves = (inbound.c.uidvalidity < place.uidvalidity, inbound.c.uidvalidity > place.uidvalidity)
    kept = select(inbound.c.id).where(*here).order_by(inbound.c.uidvalidity).limit(1)
    return any(connection.execute(kept.where(half)).first() for half in halves)


def forget_places(connection: Connection, *, mailbox: str, folder: str, uidvalidity: int) -> None:
    """The UIDs under that UIDVALIDITY mean other mails from now on; those that had them wait to be recognised (`attach`)."""
    connection.execute(
        update(inbound)
        .where(inbound.c.mailbox == mailbox, inbound.c.folder == folder, inbound.c.uidvalidity == uidvalidity)
        # No server says 0; the row's own number keeps them apart.
        .values(uidvalidity=0, uid=inbound.c.id)
    )


def attach(connection: Connection, *, place: Place, identity: Identity) -> bool:
    """
    After a change of UIDVALIDITY: let the mail that is known under an older one be at `place` from now on.

    False when no mail of that identity waits for its place; of several copies each is taken once.
    """
    known = connection.execute(
        select(inbound.c.id)
        .where(
            inbound.c.mailbox == place.mailbox,
            inbound.c.folder == place.folder,
            inbound.c.uidvalidity != place.uidvalidity,
            *_is(identity),
            or_(inbound.c.moved_to.is_(None), inbound.c.moved_to == inbound.c.folder),
        )
        .order_by(inbound.c.id)
        .limit(1)
    ).scalar_one_or_none()
    if known is None:
        return False
    connection.execute(update(inbound).where(inbound.c.id == known).values(uidvalidity=place.uidvalidity, uid=place.uid))
    return True


def _is(identity: Identity) -> tuple[ColumnElement[bool], ...]:
    """The mails of that identity, also those whose words are gone."""
    names = (identity.message_id, veiled(identity.message_id))
    return inbound.c.sha256 == identity.sha256, inbound.c.message_id.in_(names)


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
    whole = connection.execute(select(*_ROW, inbound.c.raw).where(inbound.c.id.in_(ids)).order_by(inbound.c.id))
    # Once more, for unpacked they may be a thousand times as large.
    taken = tuple(up_to(most.bytes, (((_inbound(row), row.raw), len(row.raw)) for row in whole)))
    whole.close()
    if taken:
        counted = {"attempts": inbound.c.attempts + 1, "claimed_until": now + lease, "claimed_by": by}
        connection.execute(update(inbound).where(inbound.c.id.in_([row.id for row, _ in taken])).values(counted))
    return tuple((replace(row, attempts=row.attempts + 1), raw) for row, raw in taken)


def hand_over(connection: Connection, mailbox: str) -> None:
    """What was kept of that mailbox and held back may be claimed now."""
    held = (inbound.c.attempts == 0, inbound.c.claimed_until.is_not(None))  # whose lock a worker meets, it passes by
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
    claim = (inbound.c.attempts == mail.attempts, inbound.c.claimed_until.is_not(None))
    return (inbound.c.id == mail.id, inbound.c.state == State.PENDING.value, *claim)


_PENDING = update(inbound).where(inbound.c.id == bindparam("which"), inbound.c.state == State.PENDING.value)


def finish(connection: Connection, id: int, state: State, *, now: datetime, reason: str | None = None) -> None:
    """Give a pending mail its end. Raises AlreadyDone, so that nothing of the transaction stays, when it has one."""
    end = {"state": state.value, "reason": reason, "done_at": now, "claimed_until": None}
    if connection.execute(_PENDING, {"which": id, **end}).rowcount == 0:
        raise AlreadyDone(id)


_ORIGINAL = (
    select(*_ROW)
    .where(
        inbound.c.sha256 == bindparam("hash"),
        inbound.c.message_id.in_(bindparam("names", expanding=True)),
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
    name, hash = mail.identity.message_id, mail.identity.sha256
    row = connection.execute(_ORIGINAL, {"hash": hash, "names": [name, veiled(name)], "copy": mail.id}).one_or_none()
    return None if row is None else _inbound(row)


_PENDING_BY_HAND = select(inbound.c.raw).where(inbound.c.by_hand, inbound.c.state == State.PENDING.value).order_by(inbound.c.id)


def pending_by_hand(connection: Connection) -> tuple[bytes, ...]:
    """What people wrote from the mailboxes and nobody has worked on yet."""
    return tuple(connection.execute(_PENDING_BY_HAND).scalars())


def pending_named(connection: Connection, message_ids: Sequence[str]) -> tuple[bytes, ...]:
    """The mails of these Message-IDs that came in and that nobody has worked on yet."""
    pending = (inbound.c.by_hand.is_(False), inbound.c.state == State.PENDING.value, inbound.c.message_id.in_(message_ids))
    return tuple(connection.execute(select(inbound.c.raw).where(*pending)).scalars())


def is_first_free(connection: Connection, id: int, message_ids: Sequence[str], *, now: datetime) -> bool | None:
    """
    Of the pending mails of these Message-IDs that came before that one, the first: whether it may be claimed.

    False: another worker has it. None: there is none.
    """
    if not message_ids:
        return None
    before = (inbound.c.state == State.PENDING.value, inbound.c.message_id.in_(message_ids), inbound.c.id < id)
    first = select(is_free(connection.dialect.name, inbound, now=now)).where(*before).order_by(inbound.c.id).limit(1)
    return connection.execute(first).scalar_one_or_none()


def is_known_by_hand(connection: Connection, message_id: str) -> bool:
    """Whether a mail of that Message-ID that a person wrote from a mailbox is kept; some servers file it twice."""
    known = select(inbound.c.id).where(inbound.c.by_hand, inbound.c.message_id.in_([message_id, veiled(message_id)]))
    return bool(message_id) and connection.execute(known).first() is not None


def forget(connection: Connection, id: int) -> None:
    """Nothing of a mail that belongs to nothing stays."""
    connection.execute(delete(inbound).where(inbound.c.id == id))


def get(connection: Connection, id: int) -> tuple[Inbound, bytes]:
    """A mail and its bytes. Raises NotFound."""
    row = connection.execute(select(*_ROW, inbound.c.raw).where(inbound.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no mail {id}")
    return _inbound(row), row.raw


def in_state(connection: Connection, state: State) -> tuple[Inbound, ...]:
    """All mails in that state, oldest first."""
    rows = connection.execute(select(*_ROW).where(inbound.c.state == state.value).order_by(inbound.c.id))
    return tuple(_inbound(row) for row in rows)


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


def recall(connection: Connection, *, mailbox: str, since: datetime | None) -> int:
    """
    Let mails of before the first run be processed after all, those since `since` (None: all). Tells how many.

    Those whose words are gone wait for `refill`.
    """
    recalled = connection.execute(
        update(inbound)
        .where(
            inbound.c.mailbox == mailbox,
            inbound.c.state == State.BEFORE_FIRST_RUN.value,
            inbound.c.forgotten_at.is_(None),
            *(() if since is None else (inbound.c.received >= since,)),
        )
        .values(state=State.PENDING.value, reason=None)
    )
    return recalled.rowcount


def refill(connection: Connection, *, place: Place, identity: Identity, raw: bytes) -> bool:
    """Let a mail of before the first run whose words are gone be processed after all; False when there is none at that place."""
    refilled = connection.execute(
        update(inbound)
        .where(*_at(place), *_is(identity), inbound.c.state == State.BEFORE_FIRST_RUN.value, inbound.c.forgotten_at.is_not(None))
        .values(raw=raw, message_id=identity.message_id, state=State.PENDING.value, reason=None, forgotten_at=None)
    )
    return refilled.rowcount == 1


def to_move(connection: Connection, *, mailbox: str, folder: str, uidvalidity: int) -> dict[State, list[int]]:
    """
    UIDs in that folder of mails that nobody must read there any more, by the state they ended in.

    A mail whose ticket waits for a person to read it (triage) stays.
    """
    read_by_people = (
        select(ticket_mails.c.mail)
        .join(tickets, tickets.c.number == ticket_mails.c.ticket)
        .where(tickets.c.state == TicketState.TRIAGE.value)
    )
    ended = (State.TICKET, State.STAFF, State.IGNORED, State.QUARANTINED)
    rows = connection.execute(
        select(inbound.c.state, inbound.c.uid)
        .where(
            inbound.c.mailbox == mailbox,
            inbound.c.folder == folder,
            inbound.c.uidvalidity == uidvalidity,
            inbound.c.moved_to.is_(None),
            inbound.c.done_at.is_not(None),
            inbound.c.state.in_([state.value for state in ended]),
            inbound.c.id.not_in(read_by_people),
        )
        .order_by(inbound.c.uid)
    )
    found: dict[State, list[int]] = {}
    for state, uid in rows:
        found.setdefault(State(state), []).append(uid)
    return found


def moved(connection: Connection, *, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int], to: str) -> None:
    """Note where these mails lie now."""
    connection.execute(
        update(inbound)
        .where(
            inbound.c.mailbox == mailbox,
            inbound.c.folder == folder,
            inbound.c.uidvalidity == uidvalidity,
            inbound.c.uid.in_(uids),
        )
        .values(moved_to=to)
    )


def known_uids(connection: Connection, uids: Sequence[int], *, mailbox: str, folder: str, uidvalidity: int) -> frozenset[int]:
    """Those of these UIDs of that folder that the books hold; what has left the folder is not looked at."""
    same_folder = and_(inbound.c.mailbox == mailbox, inbound.c.folder == folder, inbound.c.uidvalidity == uidvalidity)
    held = select(inbound.c.uid).where(same_folder)
    found = (connection.execute(held.where(inbound.c.uid.in_(some))).scalars() for some in portions(uids))
    return frozenset(chain.from_iterable(found))


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
