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

    delivery   on their way to SMTP, and into Sent        verdicts   what people decide about those that wait
    returns    what came back or was refused              kin        those that one limit counts together
    drafts     those that a person is to send
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from mailbot.errors import NotFound
from mailbot.store.tables import number_of, outbound, tickets


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

MAY_LEAVE = tuple(state for state in UNFINISHED if state is not State.STOPPED)
"""What may leave still: by itself, or by the word or hand of a person."""


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


ROW = (
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
WITH_TICKET = outbound.outerjoin(tickets, tickets.c.number == outbound.c.ticket)
"""What is selected to read a mail of ours, and from where."""


_QUEUED = outbound.insert().values(ticket=number_of(bindparam("about")))


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


def newest_ids(connection: Connection, number: int) -> tuple[str, ...]:
    """The Message-IDs of the mails of ours that were written last."""
    return tuple(connection.execute(select(outbound.c.message_id).order_by(outbound.c.id.desc()).limit(number)).scalars())


def of_ticket(connection: Connection, key: str) -> tuple[Outbound, ...]:
    """Our mails about a ticket, in order."""
    rows = connection.execute(select(*ROW).select_from(WITH_TICKET).where(tickets.c.key == key).order_by(outbound.c.id))
    return tuple(of_row(row) for row in rows)


def may_leave(connection: Connection, key: str) -> bool:
    """Whether a mail about the ticket may leave still."""
    return any(mail.state in MAY_LEAVE for mail in of_ticket(connection, key))


_FIRST = (
    select(outbound.c.message_id)
    .select_from(WITH_TICKET)
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
    row = connection.execute(select(*ROW).select_from(WITH_TICKET).where(here)).one_or_none()
    return None if row is None else of_row(row)


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
    rows = connection.execute(select(*ROW).select_from(WITH_TICKET).where(wanted).order_by(outbound.c.id))
    return tuple(of_row(row) for row in rows)


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
    row = connection.execute(select(*ROW).select_from(WITH_TICKET).where(outbound.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no mail {id} in the outbox; see: mailbot outbox list")
    return of_row(row)


def _bare(message_id: str) -> str:
    return message_id.strip().removeprefix("<").removesuffix(">")


_THAT = update(outbound).where(outbound.c.id == bindparam("which"))


def change(connection: Connection, id: int, **values: Any) -> None:
    """Set columns of one row."""
    connection.execute(_THAT, {"which": id, **values})


def of_row(row: Row[*tuple[Any, ...]]) -> Outbound:
    """The mail of a row of `ROW`."""
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
        attempts=row.attempts,
        due_at=row.due_at,
        created=row.created,
        sent_at=row.sent_at,
        error=row.error,
    )
