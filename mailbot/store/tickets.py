"""Tickets, as they are now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from mailbot.errors import NotFound
from mailbot.mail.message import Address
from mailbot.store.participants import take_part
from mailbot.store.tables import KEY, tickets
from mailbot.tickets.digits import Called
from mailbot.tickets.ticket import UNFINISHED, Source, State, Ticket
from mailbot.understanding.record import request_from_json, request_to_json

WAITED_FOR = tuple(state.value for state in UNFINISHED)
"""Named one by one: an index finds what is in a list, and not what is in none."""

_ADDED = tickets.insert()


def add(connection: Connection, number: int, ticket: Ticket) -> None:
    """Keep a new ticket; its requester takes part in it, unless they were found in a forwarded mail."""
    connection.execute(_ADDED, {"number": number, "key": ticket.key, **_values(ticket)})
    if ticket.vouched is not False:
        take_part(connection, ticket.key, ticket.requester.email)


_CHANGED = update(tickets).where(tickets.c.key == KEY)


def save(connection: Connection, ticket: Ticket) -> None:
    """Keep what has changed of a ticket. Raises NotFound."""
    changed = connection.execute(_CHANGED, {"of": ticket.key, **_values(ticket)})
    if changed.rowcount == 0:
        raise no_ticket(ticket.key)


def get(connection: Connection, key: str) -> Ticket:
    """The ticket of that key, which may be written as `meant` says. Raises NotFound."""
    row = connection.execute(select(tickets).where(meant(key))).one_or_none()
    if row is None:
        raise no_ticket(key)
    return of_row(row)


def meant(words: str) -> ColumnElement[bool]:
    """Which ticket somebody names who types: "KV-1042", "kv1042", or the number alone."""
    called = Called.read(words)
    if called is None:
        return tickets.c.key == words.upper()
    return tickets.c.key == str(called) if called.letters else tickets.c.number == called.number


def lock(connection: Connection, key: str) -> Ticket:
    """Like `get`, and nobody else changes the ticket until the end of the transaction; see `in_conversation`."""
    row = connection.execute(select(tickets).where(meant(key)).with_for_update(key_share=True)).one_or_none()
    if row is None:
        raise no_ticket(key)
    return of_row(row)


def conversation_of(connection: Connection, key: str) -> int | None:
    """The conversation that a ticket belongs to; None when there is no such ticket."""
    return connection.execute(select(tickets.c.conversation).where(tickets.c.key == key)).scalar_one_or_none()


def in_conversation(connection: Connection, conversation: int) -> tuple[Ticket, ...]:
    """
    All tickets of a conversation, in order, locked until the end of the transaction.

    Their keys are not: whoever adds a line to a history need not wait (FOR NO KEY UPDATE).
    """
    rows = connection.execute(
        select(tickets).where(tickets.c.conversation == conversation).order_by(tickets.c.number).with_for_update(key_share=True)
    )
    return tuple(of_row(row) for row in rows)


def search(connection: Connection, *, state: State | None = None, service: str | None = None) -> tuple[Ticket, ...]:
    """Tickets in order of their numbers."""
    query = select(tickets).order_by(tickets.c.number)
    if state is not None:
        query = query.where(tickets.c.state == state.value)
    if service is not None:
        query = query.where(tickets.c.service == service)
    return tuple(of_row(row) for row in connection.execute(query))


def unfinished(connection: Connection) -> tuple[Ticket, ...]:
    """Every ticket that somebody waits for, in order of their numbers."""
    rows = connection.execute(select(tickets).where(tickets.c.state.in_(WAITED_FOR)).order_by(tickets.c.number))
    return tuple(of_row(row) for row in rows)


def unfinished_keys(connection: Connection) -> tuple[str, ...]:
    """Their keys alone."""
    found = select(tickets.c.key, tickets.c.number).where(tickets.c.state.in_(WAITED_FOR))
    return tuple(row.key for row in sorted(connection.execute(found), key=lambda row: row.number))


def counts(connection: Connection) -> dict[State, int]:
    """How many tickets stand in each state."""
    rows = connection.execute(select(tickets.c.state, func.count()).group_by(tickets.c.state))
    return {State(state): number for state, number in rows}


def no_ticket(key: str) -> NotFound:
    """What to say of a key that no ticket has."""
    return NotFound(f"there is no ticket '{key}'; see: mailbot tickets")


def _values(ticket: Ticket) -> dict[str, Any]:
    return {
        "conversation": ticket.conversation,
        "request": request_to_json(ticket.request),
        "service": ticket.request.service,
        "state": ticket.state.value,
        "mailbox": ticket.mailbox,
        "requester_name": ticket.requester.name,
        "requester_email": ticket.requester.email,
        "subject": ticket.subject,
        "language": ticket.language,
        "assignee": ticket.assignee,
        "questions": ticket.questions,
        "opened": ticket.opened,
        "updated": ticket.updated,
        "due": ticket.due,
        "held": ticket.held,
        "waits_until": ticket.waits_until,
        "merged_into": ticket.merged_into,
        "follows": ticket.follows,
        "forgotten_at": ticket.forgotten_at,
        "sources": [[each.field, each.value, each.by.name, each.by.email] for each in ticket.sources],
        "vouched": ticket.vouched,
    }


def of_row(row: Row[*tuple[Any, ...]]) -> Ticket:
    """The ticket of a whole row."""
    return Ticket(
        key=row.key,
        conversation=row.conversation,
        request=request_from_json(row.request),
        state=State(row.state),
        mailbox=row.mailbox,
        requester=Address(name=row.requester_name, email=row.requester_email),
        subject=row.subject,
        language=row.language,
        assignee=row.assignee,
        questions=row.questions,
        opened=row.opened,
        updated=row.updated,
        due=row.due,
        held=row.held,
        waits_until=row.waits_until,
        merged_into=row.merged_into,
        follows=row.follows,
        forgotten_at=row.forgotten_at,
        sources=tuple(
            Source(field=field, value=value, by=Address(name=name, email=email)) for field, value, name, email in row.sources
        ),
        vouched=row.vouched,
    )
