"""
The outbox. A mail is written in the transaction that causes it, with its final Message-ID, and sent later.

    queued ──▶ sending ──▶ sent ──▶ returned    a delivery report says that it did not arrive
       ▲        │  │ └────▶ refused             for good: staff are told
       └────────┘  │ a pause, or the sender died
                   ├─────▶ held                 more than the limits allow now: leaves by itself when they do again
                   └─────▶ stopped              a person must decide: released ──▶ sending, or dropped
    queued, held, stopped, released, proposed ──▶ withdrawn    the order that it follows from was undone before it left
    proposed ──▶ queued, or dropped             staff say yes or no to it; undone: proposed again
    shadow ──▶ dropped                          never sent; the shadow run is over (store/shadow.py)

Whatever is sent was queued, held or released before; staff may release or drop what is held, too.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    true,
    union_all,
    update,
)

from mailbot.errors import NotFound
from mailbot.store.leases import is_free
from mailbot.store.portion import Most, up_to
from mailbot.store.tables import NO_COPIES, ON_ITS_WAY, outbound, tickets
from mailbot.store.tickets import WAITED_FOR


class State(StrEnum):
    """How far a mail of ours has come."""

    QUEUED = "queued"
    SENDING = "sending"  # handed over, or not: after a crash nobody knows
    SENT = "sent"
    RETURNED = "returned"  # nothing automatic follows to this address, until its owner writes or staff say so
    HELD = "held"  # until `due_at`
    STOPPED = "stopped"  # until a person decides
    RELEASED = "released"  # a person has decided: it leaves whatever the limits say
    DROPPED = "dropped"  # a person has decided, or has answered instead: it never leaves
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # staff have undone what it follows from: it never leaves
    DRAFT = "draft"  # to be put into Drafts, for a person to send
    DRAFTED = "drafted"  # lies there since `due_at`
    PROPOSED = "proposed"  # until staff say yes to it: nobody has written to us from its address
    SHADOW = "shadow"  # would have been sent; it never leaves


KEPT_BACK = (State.HELD, State.STOPPED)
"""What waits although it is due, and staff may release or drop."""

UNDECIDED = (*KEPT_BACK, State.PROPOSED)
"""What a person may still decide about."""

UNFINISHED = (State.QUEUED, State.SENDING, *UNDECIDED, State.RELEASED, State.DRAFT)
"""What somebody still waits for: it is never forgotten."""

LEAVES = tuple(state for state in UNFINISHED if state is not State.STOPPED)
"""What leaves by itself."""

_FOR_A_PERSON = (State.PROPOSED, State.DRAFT, State.DRAFTED)
"""What leaves only by the word or hand of a person."""

_NOT_LEFT = (State.QUEUED, State.HELD, State.STOPPED, State.RELEASED, *_FOR_A_PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """
    A mail to be written into the outbox.

    `ticket` None is the digest; `automatic` counts against the limits; `copies` are further addresses that get it;
    `cause` is the id of the inbound mail that it follows from; `draft`: a person is to send it (store/drafts.py).
    It is `proposed` where staff must say yes to it first, and `shadow` where it is only written down. What `left_at` some
    time lies in Sent (store/restorations.py).
    """

    message_id: str
    ticket: str | None
    mailbox: str
    recipient: str
    raw: bytes
    automatic: bool
    due_at: datetime
    copies: tuple[str, ...] = ()
    cause: int | None = None
    draft: bool = False
    proposed: bool = False
    shadow: bool = False
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """
    A row of the outbox without its raw bytes.

    `shown_by` is the id of the first inbound mail that showed its Message-ID to others than those who got it.
    `attempts` counts those that were begun; `due_at` is when it may leave, of a refused or returned one when it ended.
    """

    id: int
    message_id: str
    ticket: str | None
    mailbox: str
    recipient: str
    copies: tuple[str, ...]
    cause: int | None
    shown_by: int | None
    automatic: bool
    state: State
    attempts: int
    due_at: datetime
    created: datetime
    sent_at: datetime | None
    error: str | None


_ROW = (
    outbound.c.id,
    outbound.c.message_id,
    tickets.c.key,
    outbound.c.mailbox,
    outbound.c.recipient,
    outbound.c.copies,
    outbound.c.cause,
    outbound.c.shown_by,
    outbound.c.automatic,
    outbound.c.state,
    outbound.c.attempts,
    outbound.c.due_at,
    outbound.c.created,
    outbound.c.sent_at,
    outbound.c.error,
)
_WITH_TICKET = outbound.outerjoin(tickets, tickets.c.number == outbound.c.ticket)


_QUEUED = outbound.insert().values(ticket=select(tickets.c.number).where(tickets.c.key == bindparam("about")).scalar_subquery())


def queue(connection: Connection, mail: Outgoing, *, now: datetime) -> None:
    """Write a mail into the outbox."""
    values = {
        "message_id": mail.message_id,
        "about": mail.ticket,
        "mailbox": mail.mailbox,
        "recipient": mail.recipient,
        "copies": list(mail.copies),
        "cause": mail.cause,
        "raw": mail.raw,
        "automatic": mail.automatic,
        "state": _first_state(mail).value,
        "attempts": 0,
        "due_at": mail.due_at,
        "created": now,
        "sent_at": mail.left_at,
        "copied": mail.left_at is not None,
    }
    connection.execute(_QUEUED, values)


def _first_state(mail: Outgoing) -> State:
    if mail.left_at is not None:
        return State.SENT
    if mail.shadow:
        return State.SHADOW
    if mail.proposed:
        return State.PROPOSED
    return State.DRAFT if mail.draft else State.QUEUED


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
    _set(connection, row.id, state=State.SENDING.value, **claimed)
    return _outbound(row, attempts=row.attempts + 1), row.raw


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
    return select(*_ROW, outbound.c.raw).select_from(_WITH_TICKET).where(outbound.c.id == first)


def anything_due(connection: Connection, *, now: datetime) -> bool:
    """Whether `claim` would find something."""
    due = select(outbound.c.id).where(_is_due(connection.dialect.name)).limit(1)
    return connection.execute(due, {"now": now}).first() is not None


def sent(connection: Connection, id: int, *, now: datetime, copies: Sequence[str] | None = None) -> None:
    """The server has taken it; `copies` are those that left, None: all that were queued."""
    changed = {} if copies is None else {"copies": list(copies)}
    _set(connection, id, state=State.SENT.value, sent_at=now, claimed_until=None, error=None, **changed)


def postpone(connection: Connection, mail: Outbound, *, until: datetime, error: str) -> None:
    """Try again later; what a person has released stays released."""
    state = State.RELEASED if mail.state is State.RELEASED else State.QUEUED
    _end_try(connection, mail.id, state, due_at=until, error=error)


def refuse(connection: Connection, id: int, *, now: datetime, error: str) -> None:
    """It will never be taken."""
    _end_try(connection, id, State.REFUSED, due_at=now, error=error)


def hold(connection: Connection, id: int, *, until: datetime, error: str) -> None:
    """Keep it back until then; it was not tried."""
    _keep_back(connection, id, State.HELD, error, due_at=until)


def stop(connection: Connection, id: int, *, error: str) -> None:
    """Keep it back until a person decides; it was not tried."""
    _keep_back(connection, id, State.STOPPED, error)


def release(connection: Connection, id: int, *, now: datetime) -> Outbound:
    """A person lets it go, and forgives its address what came back. Raises NotFound: no such mail is kept back."""
    mail = _waiting(connection, id, *KEPT_BACK)
    _set(connection, id, state=State.RELEASED.value, due_at=now)
    forgive(connection, mail.recipient, now=now)
    return mail


def drop(connection: Connection, id: int) -> Outbound:
    """A person decides that it never leaves, or that nobody will send that draft. Raises NotFound: no such mail waits."""
    mail = _waiting(connection, id, *UNDECIDED, State.DRAFT, State.DRAFTED)
    _set(connection, id, state=State.DROPPED.value)
    return mail


def withdraw(connection: Connection, conversation: int, recipients: Sequence[str], *, error: str) -> tuple[Outbound, ...]:
    """What the bot would still have said by itself, or proposes, to these in that conversation never leaves; gives them."""
    waiting = (State.QUEUED, State.HELD, State.STOPPED, State.PROPOSED)
    rows = connection.execute(
        select(*_ROW)
        .select_from(_WITH_TICKET)
        .where(
            tickets.c.conversation == conversation,
            outbound.c.automatic,
            outbound.c.recipient.in_(recipients),
            outbound.c.state.in_([state.value for state in waiting]),
        )
        .with_for_update(of=outbound)
    ).all()
    for row in rows:
        _set(connection, row.id, state=State.DROPPED.value, error=error)
    return tuple(_outbound(row, attempts=row.attempts) for row in rows)


def for_a_person(connection: Connection, conversation: int) -> tuple[Outbound, ...]:
    """The mails of a conversation that leave only by the word or hand of a person: proposals and drafts, oldest first."""
    wanted = (tickets.c.conversation == conversation, outbound.c.state.in_([state.value for state in _FOR_A_PERSON]))
    rows = connection.execute(select(*_ROW).select_from(_WITH_TICKET).where(*wanted).order_by(outbound.c.id))
    return tuple(_outbound(row, attempts=row.attempts) for row in rows)


def put_back(connection: Connection, id: int, state: State, *, cause: int | None, created: datetime) -> Outbound | None:
    """
    A mail waits for a person again, as it did before an order; gives it as it is now.

    None where nothing has changed, and where it has left or may have. What lay in Drafts goes there again where it was deleted.
    """
    found = select(*_ROW).select_from(_WITH_TICKET).where(outbound.c.id == id).with_for_update(of=outbound)
    row = connection.execute(found).one()
    if row.state == state.value or State(row.state) not in (*_NOT_LEFT, State.DROPPED):
        return None
    again = State.DRAFT if state is State.DRAFTED else state
    _set(connection, id, state=again.value, cause=cause, created=created, error=None, claimed_until=None)
    return get(connection, id)


def take_back(
    connection: Connection, conversations: Collection[int], *, cause: int | None, created: datetime
) -> tuple[tuple[Outbound, ...], tuple[Outbound, ...]]:
    """
    What was written at that moment about the tickets of these conversations, from that cause, never leaves.

    Gives, as they were, the mails that are withdrawn now, and those that had left already or may have; staff's own are
    among them. One that a sender holds just now is waited for.
    """
    rows = connection.execute(
        select(*_ROW)
        .select_from(_WITH_TICKET)
        .where(tickets.c.conversation.in_(conversations), outbound.c.cause == cause, outbound.c.created == created)
        .order_by(outbound.c.id)
        .with_for_update(of=outbound)
    )
    mails = [_outbound(row, attempts=row.attempts) for row in rows]
    stopped = tuple(mail for mail in mails if mail.state in _NOT_LEFT)
    for mail in stopped:
        _set(connection, mail.id, state=State.WITHDRAWN.value)
    return stopped, tuple(mail for mail in mails if mail.sent_at is not None or mail.state is State.SENDING)


def proposals(connection: Connection, conversation: int) -> tuple[Outbound, ...]:
    """The mails of a conversation that wait for a yes of staff, oldest first."""
    wanted = (tickets.c.conversation == conversation, outbound.c.state == State.PROPOSED.value)
    rows = connection.execute(select(*_ROW).select_from(_WITH_TICKET).where(*wanted).order_by(outbound.c.id))
    return tuple(_outbound(row, attempts=row.attempts) for row in rows)


def accept(connection: Connection, id: int, *, due_at: datetime, cause: int | None, now: datetime) -> None:
    """Staff say yes to a proposed mail: as if it were written now, it follows from their mail (None: from their command)."""
    _set(connection, id, state=State.QUEUED.value, due_at=due_at, cause=cause, created=now)


def returned(connection: Connection, id: int, *, now: datetime, error: str) -> None:
    """A delivery report says that it did not arrive, and never will."""
    _set(connection, id, state=State.RETURNED.value, due_at=now, error=error)


def comes_back(connection: Connection, recipient: str) -> bool:
    """Whether a mail to the address came back, and nothing has shown since that it can be reached."""
    return (
        connection.execute(
            select(outbound.c.id).where(outbound.c.recipient == recipient, outbound.c.state == State.RETURNED.value).limit(1)
        ).first()
        is not None
    )


_FORGIVEN = (
    update(outbound)
    .where(outbound.c.recipient == bindparam("whom"), outbound.c.state == State.RETURNED.value)
    .values(state=State.SENT.value)
)


def forgive(connection: Connection, recipient: str, *, now: datetime) -> None:
    """
    The address can be reached again: what was stopped goes on to where the limits are asked.

    No more than that: without a mail that came back nothing changes.
    """
    if connection.execute(_FORGIVEN, {"whom": recipient}).rowcount:
        stopped = (outbound.c.recipient == recipient, outbound.c.state == State.STOPPED.value)
        connection.execute(update(outbound).where(*stopped).values(state=State.QUEUED.value, due_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """
    Mails that one limit counts together: those to an address (also as a copy), about a ticket, the automatic ones;
    None is all of them.
    """

    recipient: str | None = None
    ticket: str | None = None
    automatic: bool | None = None
    transcripts: bool = False  # those alone that answer staff and are about no ticket


def newest(connection: Connection, kin: Kin, *, place: int, since: datetime) -> datetime | None:
    """
    When the mail of that kin was sent that stands at this place, counted from the newest (1).

    None where fewer have been sent after `since`.
    """
    newest_of_each = (
        select(outbound.c.sent_at)
        .where(outbound.c.sent_at > since, each)
        .order_by(outbound.c.sent_at.desc())
        .limit(place)
        .subquery()
        for each in _alike(kin)
    )
    times = union_all(*(select(each.c.sent_at) for each in newest_of_each)).subquery()
    newest = select(times.c.sent_at).order_by(times.c.sent_at.desc())
    return connection.execute(newest.offset(place - 1).limit(1)).scalar_one_or_none()


def held_before(connection: Connection, kin: Kin, id: int) -> int:
    """How many mails of that kin, written before the mail of that id, are held until the limits allow them."""
    held = and_(outbound.c.state == State.HELD.value, outbound.c.id < id)
    return int(connection.execute(select(func.count()).select_from(outbound).where(held, or_(*_alike(kin)))).scalar_one())


def _alike(kin: Kin) -> Sequence[ColumnElement[bool]]:
    """One or two conditions, each for an index of its own; no mail meets both."""
    also = and_(true(), *_also(kin))
    if kin.recipient is None:
        return [also]
    to_them = outbound.c.recipient == kin.recipient
    if kin.ticket is not None:  # It has few mails. In one condition, else they are looked for among all that staff get.
        return [and_(also, or_(to_them, _has_copy(kin.recipient)))]
    return [and_(also, to_them), and_(also, ~to_them, _has_copy(kin.recipient))]


def _also(kin: Kin) -> Iterator[ColumnElement[bool]]:
    if kin.ticket is not None:
        yield outbound.c.ticket == select(tickets.c.number).where(tickets.c.key == kin.ticket).scalar_subquery()
    if kin.automatic is not None:
        yield outbound.c.automatic.is_(kin.automatic)
    if kin.transcripts:
        yield and_(outbound.c.ticket.is_(None), outbound.c.cause.is_not(None))


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
    columns = (outbound.c.id, outbound.c.message_id, outbound.c.sent_at, outbound.c.raw)
    rows = connection.execute(
        select(*columns)
        .where(
            outbound.c.copied.is_(False),
            outbound.c.sent_at.is_not(None),
            outbound.c.mailbox == mailbox,
            is_free(connection.dialect.name, outbound, now=now),
        )
        .order_by(outbound.c.id)
        .limit(most.mails)
        .with_for_update(skip_locked=True)
    )
    sized = ((row, len(row.raw)) for row in rows)
    taken = tuple(
        Copy(id=row.id, message_id=row.message_id, sent_at=row.sent_at, raw=row.raw) for row in up_to(most.bytes, sized)
    )
    rows.close()
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
    _set(connection, id, copied=True)
    waiting = (outbound.c.id == id, outbound.c.state.in_([state.value for state in (*UNFINISHED, State.DRAFTED)]))
    left = update(outbound).where(*waiting).values(state=State.SENT.value, sent_at=at, claimed_until=None, error=None)
    return connection.execute(left).rowcount == 1


def newest_ids(connection: Connection, number: int) -> tuple[str, ...]:
    """The Message-IDs of the mails of ours that were written last."""
    return tuple(connection.execute(select(outbound.c.message_id).order_by(outbound.c.id.desc()).limit(number)).scalars())


def of_ticket(connection: Connection, key: str) -> tuple[Outbound, ...]:
    """Our mails about a ticket, in order."""
    rows = connection.execute(select(*_ROW).select_from(_WITH_TICKET).where(tickets.c.key == key).order_by(outbound.c.id))
    return tuple(_outbound(row, attempts=row.attempts) for row in rows)


def leaves(connection: Connection, key: str) -> bool:
    """Whether a mail about the ticket will leave by itself."""
    return any(mail.state in LEAVES for mail in of_ticket(connection, key))


_FIRST = (
    select(outbound.c.message_id)
    .select_from(_WITH_TICKET)
    .where(
        tickets.c.key == bindparam("about"),
        outbound.c.recipient == bindparam("whom"),
        outbound.c.state.not_in([State.WITHDRAWN.value, State.DROPPED.value]),
    )
    .order_by(outbound.c.id)
    .limit(1)
)


def first_to(connection: Connection, key: str, recipient: str) -> str | None:
    """The Message-ID of our first mail about a ticket to that address, but for what will never leave."""
    return connection.execute(_FIRST, {"about": key, "whom": recipient}).scalar_one_or_none()


def by_message_id(connection: Connection, message_id: str) -> Outbound | None:
    """The mail of ours with that Message-ID, with or without `<>`, or None."""
    here = outbound.c.message_id == _bare(message_id)
    row = connection.execute(select(*_ROW).select_from(_WITH_TICKET).where(here)).one_or_none()
    return None if row is None else _outbound(row, attempts=row.attempts)


def shown(connection: Connection, message_id: str, *, by: int) -> None:
    """An inbound mail has shown that Message-ID, with or without `<>`, to others than those who got it; the first counts."""
    first = (outbound.c.message_id == _bare(message_id), outbound.c.shown_by.is_(None))
    connection.execute(update(outbound).where(*first).values(shown_by=by))


def ticket_of(connection: Connection, message_id: str) -> str | None:
    """The key of the ticket that our mail of that Message-ID, with or without `<>`, is about; None for no mail of ours."""
    found = by_message_id(connection, message_id)
    return found.ticket if found else None


def in_state(connection: Connection, *states: State) -> tuple[Outbound, ...]:
    """All mails in one of these states, oldest first."""
    wanted = outbound.c.state.in_([state.value for state in states])
    rows = connection.execute(select(*_ROW).select_from(_WITH_TICKET).where(wanted).order_by(outbound.c.id))
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


def unreachable(connection: Connection, since: datetime) -> tuple[Outbound, ...]:
    """
    The mails that came back and still matter, oldest first.

    They came back since then, somebody waits for their ticket, or they are about none: then staff cannot be reached.
    """
    waits = or_(outbound.c.ticket.is_(None), tickets.c.state.in_(WAITED_FOR), outbound.c.due_at >= since)
    rows = connection.execute(
        select(*_ROW)
        .select_from(_WITH_TICKET)
        .where(outbound.c.state == State.RETURNED.value, waits)
        .order_by(outbound.c.due_at, outbound.c.id)
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


def get(connection: Connection, id: int) -> Outbound:
    """A mail of ours. Raises NotFound."""
    row = connection.execute(select(*_ROW).select_from(_WITH_TICKET).where(outbound.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no mail {id} in the outbox; see: mailbot outbox list")
    return _outbound(row, attempts=row.attempts)


def _bare(message_id: str) -> str:
    return message_id.strip().removeprefix("<").removesuffix(">")


def _is_due(dialect: str) -> ColumnElement[bool]:
    """At the moment `now`, also if a sender died over it. In one condition that an index has in its order, however many wait."""
    now = bindparam("now", type_=outbound.c.due_at.type)
    orphaned = and_(outbound.c.state == State.SENDING.value, is_free(dialect, outbound, now=now))
    return and_(ON_ITS_WAY, outbound.c.due_at <= now, or_(outbound.c.state != State.SENDING.value, orphaned))


def _has_copy(address: str) -> ColumnElement[bool]:
    """Whether the address is among the copies: in the text of the JSON list it stands in quotes."""
    as_text = cast(outbound.c.copies, String)
    return and_(as_text != NO_COPIES, as_text.contains(json.dumps(address), autoescape=True))


def _keep_back(connection: Connection, id: int, state: State, error: str, **values: Any) -> None:
    _end_try(connection, id, state, error=error, attempts=outbound.c.attempts - 1, **values)


def _end_try(connection: Connection, id: int, state: State, **values: Any) -> None:
    """It has not left. A sender that was taken for dead and wakes up changes nothing any more: another one may have sent it."""
    here = (outbound.c.id == id, outbound.c.state == State.SENDING.value)
    connection.execute(update(outbound).where(*here).values(state=state.value, claimed_until=None, **values))


def _waiting(connection: Connection, id: int, *states: State) -> Outbound:
    mail = get(connection, id)
    if mail.state not in states:
        raise NotFound(f"mail {id} is {mail.state.value}, not kept back; see: mailbot outbox list")
    return mail


_THAT = update(outbound).where(outbound.c.id == bindparam("which"))


def _set(connection: Connection, id: int, **values: Any) -> None:
    connection.execute(_THAT, {"which": id, **values})


def _outbound(row: Row[*tuple[Any, ...]], *, attempts: int) -> Outbound:
    return Outbound(
        id=row.id,
        message_id=row.message_id,
        ticket=row.key,
        mailbox=row.mailbox,
        recipient=row.recipient,
        copies=tuple(row.copies),
        cause=row.cause,
        shown_by=row.shown_by,
        automatic=row.automatic,
        state=State(row.state),
        attempts=attempts,
        due_at=row.due_at,
        created=row.created,
        sent_at=row.sent_at,
        error=row.error,
    )
