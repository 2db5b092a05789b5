"""
What was written goes; what counts and what is known again stays.

Of a mail that came in stay its place, state and times, its SHA-256, and its Message-ID behind a veil: the books balance,
and the same mail is never new. Of a mail of ours stay its state, times and signed Message-ID: a reply to it still finds
its ticket. Of a ticket stay key, service, state and times, and when what kind of thing happened to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, delete, select, update

from mailbot.store import histories
from mailbot.store import inbound as mails
from mailbot.store import outbound as ours
from mailbot.store import tickets as kept
from mailbot.store.portion import portions
from mailbot.store.tables import events, inbound, orders, outbound, participants, tickets
from mailbot.tickets.person import Subject, without
from mailbot.tickets.retention import forgotten
from mailbot.tickets.ticket import BOT, Event, Ticket

ENDS = ("expired", "erased")
"""The lines of a history that say why there is nothing else."""

NOBODY = (BOT, "cli", "")
"""Who is no person, in the history of a ticket."""


def forget_tickets(connection: Connection, numbers: Iterable[int], *, now: datetime, kind: str, because: str) -> None:
    """Whose they were and what they were about; `kind` and `because` are the last line of their histories."""
    for some in portions(numbers):
        keys = connection.execute(select(tickets.c.key).where(tickets.c.number.in_(some)).order_by(tickets.c.number)).scalars()
        for key in tuple(keys):
            kept.save(connection, forgotten(kept.lock(connection, key), now))
            histories.note(connection, key, Event(at=now, kind=kind, by=BOT, text=because))
        those = events.c.ticket.in_(some)
        connection.execute(update(events).where(those, events.c.kind.not_in(ENDS)).values(text=""))
        connection.execute(update(events).where(those, events.c.by.not_in(NOBODY)).values(by=""))
        connection.execute(delete(participants).where(participants.c.ticket.in_(some)))
        connection.execute(delete(orders).where(orders.c.ticket.in_(some)))


def forget_mails(connection: Connection, ids: Iterable[int], *, now: datetime, because: str) -> None:
    """What came in. What waited in quarantine, or to be read, waits no longer."""
    waited = inbound.c.state.in_([mails.State.QUARANTINED.value, mails.State.PENDING.value])
    state = case((waited, mails.State.IGNORED.value), else_=inbound.c.state)
    veil = update(inbound).where(inbound.c.id == bindparam("number")).values(message_id=bindparam("veiled"))
    for some in portions(ids):
        those = inbound.c.id.in_(some)
        rows = connection.execute(select(inbound.c.id, inbound.c.message_id).where(those)).all()
        connection.execute(veil, [{"number": row.id, "veiled": mails.veiled(row.message_id)} for row in rows])
        connection.execute(
            update(inbound).where(those).values(raw=b"", reason=because, claimed_until=None, state=state, forgotten_at=now)
        )


def forget_ours(connection: Connection, ids: Iterable[int], *, now: datetime) -> None:
    """What we wrote, and to whom. What had not left leaves no more."""
    unfinished = outbound.c.state.in_([state.value for state in (*ours.UNFINISHED, ours.State.DRAFTED)])
    state = case(
        (unfinished, ours.State.DROPPED.value),
        # Nobody knows any more which address it was that no mail reaches.
        (outbound.c.state == ours.State.RETURNED.value, ours.State.SENT.value),
        else_=outbound.c.state,
    )
    gone: dict[str, object] = {"raw": b"", "recipient": "", "copies": [], "error": None, "claimed_until": None, "copied": True}
    for some in portions(ids):
        connection.execute(update(outbound).where(outbound.c.id.in_(some)).values(state=state, forgotten_at=now, **gone))


def numbers_of(connection: Connection, keys: Sequence[str]) -> tuple[int, ...]:
    """The numbers of these tickets."""
    return tuple(connection.execute(select(tickets.c.number).where(tickets.c.key.in_(keys))).scalars())


def take_out(connection: Connection, ticket: Ticket, subject: Subject, *, now: datetime, because: str) -> None:
    """Of somebody else's ticket: the person leaves it, in its fields, in its history, and as one who takes part."""
    (number,) = numbers_of(connection, [ticket.key])
    kept.save(connection, without(kept.lock(connection, ticket.key), subject))
    connection.execute(delete(participants).where(participants.c.ticket == number, participants.c.address == subject.address))
    connection.execute(delete(orders).where(orders.c.ticket == number))
    connection.execute(update(events).where(events.c.ticket == number, events.c.by == subject.address).values(text="", by=""))
    blacken(connection, [ticket.key], subject)
    histories.note(connection, ticket.key, Event(at=now, kind="erased", by=BOT, text=because))


def blacken(connection: Connection, keys: Sequence[str], subject: Subject) -> None:
    """In the histories of these tickets nothing names the person any more."""
    for some in portions(numbers_of(connection, keys)):
        for row in connection.execute(select(events.c.id, events.c.text).where(events.c.ticket.in_(some))).all():
            if (text := subject.blackened(row.text)) != row.text:
                connection.execute(update(events).where(events.c.id == row.id).values(text=text))
