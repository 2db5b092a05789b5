"""What people decide about mails of ours that wait: let them go, or never; and what is taken back with an order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from mailbot.errors import NotFound
from mailbot.store.outbound import KEPT_BACK, ROW, UNDECIDED, WITH_TICKET, Outbound, State, change, get, of_row
from mailbot.store.returns import forgive
from mailbot.store.tables import outbound, tickets

_FOR_A_PERSON = (State.PROPOSED, State.DRAFT, State.DRAFTED)
"""What leaves only by the word or hand of a person."""

_NOT_LEFT = (State.QUEUED, State.HELD, State.STOPPED, State.RELEASED, *_FOR_A_PERSON)


def release(connection: Connection, id: int, *, now: datetime) -> Outbound:
    """A person lets it go, and forgives its address what came back. Raises NotFound: no such mail is kept back."""
    mail = _waiting(connection, id, *KEPT_BACK)
    change(connection, id, state=State.RELEASED.value, due_at=now)
    forgive(connection, mail.recipient, now=now)
    return mail


def drop(connection: Connection, id: int) -> Outbound:
    """A person decides that it never leaves, or that nobody will send that draft. Raises NotFound: no such mail waits."""
    mail = _waiting(connection, id, *UNDECIDED, State.DRAFT, State.DRAFTED)
    change(connection, id, state=State.DROPPED.value)
    return mail


def withdraw(connection: Connection, conversation: int, recipients: Sequence[str], *, error: str) -> tuple[Outbound, ...]:
    """What the bot would still have said by itself, or proposes, to these in that conversation never leaves; gives them."""
    waiting = (State.QUEUED, State.HELD, State.STOPPED, State.PROPOSED)
    rows = connection.execute(
        select(*ROW)
        .select_from(WITH_TICKET)
        .where(
            tickets.c.conversation == conversation,
            outbound.c.automatic,
            outbound.c.recipient.in_(recipients),
            outbound.c.state.in_([state.value for state in waiting]),
        )
        .with_for_update(of=outbound)
    ).all()
    for row in rows:
        change(connection, row.id, state=State.DROPPED.value, error=error)
    return tuple(of_row(row) for row in rows)


def for_a_person(connection: Connection, conversation: int) -> tuple[Outbound, ...]:
    """The mails of a conversation that leave only by the word or hand of a person: proposals and drafts, oldest first."""
    wanted = (tickets.c.conversation == conversation, outbound.c.state.in_([state.value for state in _FOR_A_PERSON]))
    rows = connection.execute(select(*ROW).select_from(WITH_TICKET).where(*wanted).order_by(outbound.c.id))
    return tuple(of_row(row) for row in rows)


def put_back(connection: Connection, id: int, state: State, *, cause: int | None, created: datetime) -> Outbound | None:
    """
    A mail waits for a person again, as it did before an order; gives it as it is now.

    None where nothing has changed, and where it has left or may have. What lay in Drafts goes there again where it was deleted.
    """
    found = select(*ROW).select_from(WITH_TICKET).where(outbound.c.id == id).with_for_update(of=outbound)
    row = connection.execute(found).one()
    if row.state == state.value or State(row.state) not in (*_NOT_LEFT, State.DROPPED):
        return None
    again = State.DRAFT if state is State.DRAFTED else state
    change(connection, id, state=again.value, cause=cause, created=created, error=None, claimed_until=None)
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
        select(*ROW)
        .select_from(WITH_TICKET)
        .where(tickets.c.conversation.in_(conversations), outbound.c.cause == cause, outbound.c.created == created)
        .order_by(outbound.c.id)
        .with_for_update(of=outbound)
    )
    mails = [of_row(row) for row in rows]
    stopped = tuple(mail for mail in mails if mail.state in _NOT_LEFT)
    for mail in stopped:
        change(connection, mail.id, state=State.WITHDRAWN.value)
    return stopped, tuple(mail for mail in mails if mail.sent_at is not None or mail.state is State.SENDING)


def proposals(connection: Connection, conversation: int) -> tuple[Outbound, ...]:
    """The mails of a conversation that wait for a yes of staff, oldest first."""
    wanted = (tickets.c.conversation == conversation, outbound.c.state == State.PROPOSED.value)
    rows = connection.execute(select(*ROW).select_from(WITH_TICKET).where(*wanted).order_by(outbound.c.id))
    return tuple(of_row(row) for row in rows)


def accept(connection: Connection, id: int, *, due_at: datetime, cause: int | None, now: datetime) -> None:
    """Staff say yes to a proposed mail: as if it were written now, it follows from their mail (None: from their command)."""
    change(connection, id, state=State.QUEUED.value, due_at=due_at, cause=cause, created=now)


def _waiting(connection: Connection, id: int, *states: State) -> Outbound:
    # Locked: a sender may take it at this very moment, and nobody must decide about what is on its way.
    connection.execute(select(outbound.c.id).where(outbound.c.id == id).with_for_update())
    mail = get(connection, id)
    if mail.state not in states:
        raise NotFound(f"mail {id} is {mail.state.value}, not kept back; see: mailbot outbox list")
    return mail
