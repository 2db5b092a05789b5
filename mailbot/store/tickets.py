"""Tickets, their history, who takes part, and which mails belong to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, String, bindparam, cast, delete, func, select, text, update

from mailbot.errors import NotFound
from mailbot.mail.message import Address
from mailbot.store.database import insert_into
from mailbot.store.tables import counters, events, inbound, number_of, participants, ticket_mails, tickets
from mailbot.tickets.digits import Called
from mailbot.tickets.ticket import UNFINISHED, Event, Source, State, Ticket
from mailbot.understanding.record import request_from_json, request_to_json

WAITED_FOR = tuple(state.value for state in UNFINISHED)
"""Named one by one: an index finds what is in a list, and not what is in none."""

_KEY = bindparam("of", type_=tickets.c.key.type)
_NUMBER = number_of(_KEY)
"""The number of the ticket whose key is given as `of`."""


def next_number(connection: Connection, *, first: int) -> int:
    """
    The number of the next ticket.

    On SQLite nobody else writes meanwhile. On PostgreSQL it is taken in a transaction of its own, so that no other bot
    waits for the end of this one; where this one fails, the number stays without a ticket.
    """
    if connection.dialect.name == "sqlite":
        return _count(connection, 1, at_least=first)
    with connection.engine.begin() as aside:
        # It need not reach the disk before what uses it: the log is written in order.
        aside.execute(text("SET LOCAL synchronous_commit = off"))
        return _count(aside, 1, at_least=first)


def reserve(connection: Connection, number: int) -> None:
    """Nobody gets that number, or a lower one, from `next_number`."""
    _count(connection, 0, at_least=number)


def _count(connection: Connection, steps: int, *, at_least: int) -> int:
    """The last number, counted on by so many steps, or that one if it is greater."""
    counted = connection.execute(_counting(connection.dialect.name), {"steps": steps, "at_least": at_least})
    return int(counted.scalar_one())


@cache
def _counting(dialect: str) -> Any:
    greatest = func.greatest if dialect == "postgresql" else func.max
    at_least = bindparam("at_least", type_=counters.c.last.type)
    further = greatest(counters.c.last + bindparam("steps", type_=counters.c.last.type), at_least)
    first = insert_into(dialect, counters).values(name="ticket", last=at_least)
    return first.on_conflict_do_update(index_elements=["name"], set_={"last": further}).returning(counters.c.last)


_ADDED = tickets.insert()


def add(connection: Connection, number: int, ticket: Ticket) -> None:
    """Keep a new ticket; its requester takes part in it, unless they were found in a forwarded mail."""
    connection.execute(_ADDED, {"number": number, "key": ticket.key, **_values(ticket)})
    if ticket.vouched is not False:
        take_part(connection, ticket.key, ticket.requester.email)


_CHANGED = update(tickets).where(tickets.c.key == _KEY)


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
    return _ticket(row)


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
    return _ticket(row)


def conversation_of(connection: Connection, key: str) -> int | None:
    """The conversation that a ticket belongs to; None when there is no such ticket."""
    return connection.execute(select(tickets.c.conversation).where(tickets.c.key == key)).scalar_one_or_none()


_MERGED = select(tickets.c.merged_into).where(tickets.c.key == _KEY)


def goes_on_in(connection: Connection, key: str) -> str:
    """The ticket in which that one goes on: the one that it was merged into, or itself."""
    into = connection.execute(_MERGED, {"of": key}).scalar_one_or_none()
    return key if into is None else goes_on_in(connection, into)


def ticket_with(connection: Connection, message_ids: Sequence[str], address: str) -> str | None:
    """Key of the newest ticket that a mail of one of these Message-IDs belongs to and the address takes part in."""
    if not message_ids:
        return None
    return connection.execute(
        select(tickets.c.key)
        .join(ticket_mails, ticket_mails.c.ticket == tickets.c.number)
        .join(inbound, inbound.c.id == ticket_mails.c.mail)
        .join(participants, participants.c.ticket == tickets.c.number)
        .where(inbound.c.message_id.in_(message_ids), participants.c.address == _address(address))
        .order_by(tickets.c.number.desc())
        .limit(1)
    ).scalar_one_or_none()


def with_mail(connection: Connection, message_id: str, *, by_hand: bool = False) -> tuple[str, ...]:
    """Keys of the tickets that a mail of that Message-ID belongs to, in order; `by_hand`: written from a mailbox, past us."""
    found = (
        select(tickets.c.key, tickets.c.number)
        .join(ticket_mails, ticket_mails.c.ticket == tickets.c.number)
        .join(inbound, inbound.c.id == ticket_mails.c.mail)
        .where(inbound.c.message_id == message_id, *([inbound.c.by_hand] if by_hand else []))
        .order_by(tickets.c.number)
        .distinct()
    )
    return tuple(connection.execute(found).scalars())


def in_conversation(connection: Connection, conversation: int) -> tuple[Ticket, ...]:
    """
    All tickets of a conversation, in order, locked until the end of the transaction.

    Their keys are not: whoever adds a line to a history need not wait (FOR NO KEY UPDATE).
    """
    rows = connection.execute(
        select(tickets).where(tickets.c.conversation == conversation).order_by(tickets.c.number).with_for_update(key_share=True)
    )
    return tuple(_ticket(row) for row in rows)


def search(connection: Connection, *, state: State | None = None, service: str | None = None) -> tuple[Ticket, ...]:
    """Tickets in order of their numbers."""
    query = select(tickets).order_by(tickets.c.number)
    if state is not None:
        query = query.where(tickets.c.state == state.value)
    if service is not None:
        query = query.where(tickets.c.service == service)
    return tuple(_ticket(row) for row in connection.execute(query))


def with_histories(connection: Connection, *states: State) -> tuple[tuple[Ticket, tuple[Event, ...]], ...]:
    """The tickets in these states, in order of their numbers, with their histories; found by index, however many are done."""
    return _with_histories(connection, select(tickets.c.number).where(tickets.c.state.in_([state.value for state in states])))


def unfinished(connection: Connection) -> tuple[Ticket, ...]:
    """Every ticket that somebody waits for, in order of their numbers."""
    rows = connection.execute(select(tickets).where(tickets.c.state.in_(WAITED_FOR)).order_by(tickets.c.number))
    return tuple(_ticket(row) for row in rows)


def unfinished_keys(connection: Connection) -> tuple[str, ...]:
    """Their keys alone."""
    found = select(tickets.c.key, tickets.c.number).where(tickets.c.state.in_(WAITED_FOR))
    return tuple(row.key for row in sorted(connection.execute(found), key=lambda row: row.number))


def for_digest(
    connection: Connection, *, since: datetime, kinds: Collection[str]
) -> tuple[tuple[Ticket, tuple[Event, ...]], ...]:
    """Every ticket that somebody waits for, and all that have changed since then, with the events of these kinds."""
    # Each half by its index; of both in one condition SQLite makes a walk through all tickets.
    waiting = select(tickets.c.number).where(tickets.c.state.in_(WAITED_FOR))
    changed = select(tickets.c.number).where(tickets.c.updated >= since)
    # Cast, so that SQLite does not go by the index of the kinds: nearly every ticket has events of each.
    of_these_kinds = cast(events.c.kind, String).in_(sorted(kinds))
    return _with_histories(connection, select(waiting.union(changed).subquery().c.number), of_these_kinds)


def opened_between(connection: Connection, since: datetime, until: datetime) -> tuple[tuple[Ticket, tuple[Event, ...]], ...]:
    """The tickets that were opened from `since` on and before `until`, with their histories, in order of their numbers."""
    return _with_histories(connection, select(tickets.c.number).where(tickets.c.opened >= since, tickets.c.opened < until))


_NOTED = events.insert().values(ticket=_NUMBER)


def note(connection: Connection, key: str, *lines: Event) -> None:
    """Add lines to a ticket's history; none is ever changed."""
    rows = [{"of": key, "at": line.at, "kind": line.kind, "by": line.by, "text": line.text, "mail": line.mail} for line in lines]
    if rows:
        connection.execute(_NOTED, rows)


def events_since(connection: Connection, kind: str, since: datetime) -> tuple[tuple[str, Event], ...]:
    """The events of that kind since then, with the keys of their tickets, oldest first; also of tickets that are done."""
    rows = connection.execute(
        select(tickets.c.key, events)
        .join(events, events.c.ticket == tickets.c.number)
        .where(events.c.kind == kind, events.c.at >= since)
        .order_by(events.c.id)
    )
    return tuple((row.key, _event(row)) for row in rows)


_HISTORY = select(events).where(events.c.ticket == _NUMBER).order_by(events.c.id)


def history(connection: Connection, key: str) -> tuple[Event, ...]:
    """A ticket's history, oldest first."""
    return tuple(_event(row) for row in connection.execute(_HISTORY, {"of": key}))


def copy_to(connection: Connection, key: str, address: Address) -> bool:
    """From now on the address gets our mails to the requester, too. False: it does already."""
    if address.email in {each.email for each in in_copy(connection, key)}:
        return False
    take_part(connection, key, address.email)
    _set_copied(connection, key, address.email, copied=True, name=address.name)
    return True


def copy_no_more(connection: Connection, key: str, address: str) -> bool:
    """The address takes part still, and gets no copies any more. False: it got none."""
    if address.lower() not in {each.email for each in in_copy(connection, key)}:
        return False
    _set_copied(connection, key, address, copied=False)
    return True


_IN_COPY = (
    select(participants.c.name, participants.c.address)
    .where(participants.c.ticket == _NUMBER, participants.c.copied)
    .order_by(participants.c.address)
)


def in_copy(connection: Connection, key: str) -> tuple[Address, ...]:
    """Who gets our mails to the requester, too, in order of their addresses."""
    return tuple(Address(name=row.name, email=row.address) for row in connection.execute(_IN_COPY, {"of": key}))


def take_part(connection: Connection, key: str, address: str) -> None:
    """From now on the address belongs to the ticket."""
    connection.execute(_taking_part(connection.dialect.name), {"of": key, "who": _address(address)})


@cache
def _taking_part(dialect: str) -> Any:
    there = select(tickets.c.number, bindparam("who", type_=participants.c.address.type)).where(tickets.c.key == _KEY)
    return insert_into(dialect, participants).from_select(["ticket", "address"], there).on_conflict_do_nothing()


def participants_of(connection: Connection, key: str) -> tuple[tuple[Address, bool], ...]:
    """Who belongs to the ticket, in order of their addresses, each with whether they get copies."""
    found = select(participants).where(participants.c.ticket == number_of(key)).order_by(participants.c.address)
    return tuple((Address(name=row.name, email=row.address), row.copied) for row in connection.execute(found))


def set_participants(connection: Connection, key: str, those: Iterable[tuple[Address, bool]]) -> None:
    """They belong to the ticket, and nobody else."""
    connection.execute(delete(participants).where(participants.c.ticket == number_of(key)))
    for each, copied in those:
        take_part(connection, key, each.email)
        _set_copied(connection, key, each.email, copied=copied, name=each.name)


def takes_part(connection: Connection, key: str, *addresses: str) -> bool:
    """Whether one of the addresses belongs to the ticket, or to one that was merged into it."""
    found = select(participants.c.address).where(
        participants.c.ticket.in_(_whole(key)), participants.c.address.in_([_address(each) for each in addresses])
    )
    return connection.execute(found).first() is not None


def belongs(connection: Connection, key: str, mail: int) -> None:
    """From now on the inbound mail belongs to the ticket."""
    connection.execute(_belonging(connection.dialect.name), {"of": key, "mail": mail})


@cache
def _belonging(dialect: str) -> Any:
    return insert_into(dialect, ticket_mails).values(ticket=_NUMBER).on_conflict_do_nothing()


def mails_of(connection: Connection, key: str) -> tuple[int, ...]:
    """Ids of the inbound mails that belong to the ticket, or to one that was merged into it, in order."""
    found = select(ticket_mails.c.mail).where(ticket_mails.c.ticket.in_(_whole(key))).distinct().order_by(ticket_mails.c.mail)
    return tuple(connection.execute(found).scalars())


_LATELY = (
    select(tickets.c.key, ticket_mails.c.mail)
    .join(ticket_mails, ticket_mails.c.ticket == tickets.c.number)
    .where(tickets.c.requester_email == bindparam("who"), tickets.c.opened >= bindparam("since"))
    .order_by(ticket_mails.c.mail.desc(), tickets.c.number)
)


def lately_from(connection: Connection, address: str, *, since: datetime) -> tuple[tuple[str, int], ...]:
    """Tickets that the address has opened since then, each with the mails that belong to it, the newest first."""
    found = connection.execute(_LATELY, {"who": address, "since": since})
    return tuple((row.key, row.mail) for row in found)


_OF_MAIL = (
    select(tickets.c.key)
    .join(ticket_mails, ticket_mails.c.ticket == tickets.c.number)
    .where(ticket_mails.c.mail == bindparam("which"))
    .order_by(tickets.c.number)
)


def of_mail(connection: Connection, mail: int) -> tuple[str, ...]:
    """Keys of the tickets that the inbound mail belongs to."""
    return tuple(connection.execute(_OF_MAIL, {"which": mail}).scalars())


def counts(connection: Connection) -> dict[State, int]:
    """How many tickets stand in each state."""
    rows = connection.execute(select(tickets.c.state, func.count()).group_by(tickets.c.state))
    return {State(state): number for state, number in rows}


def no_ticket(key: str) -> NotFound:
    """What to say of a key that no ticket has."""
    return NotFound(f"there is no ticket '{key}'; see: mailbot tickets")


def _set_copied(connection: Connection, key: str, address: str, **values: Any) -> None:
    here = (participants.c.ticket == number_of(key), participants.c.address == _address(address))
    connection.execute(update(participants).where(*here).values(**values))


def _whole(key: str) -> Select[Any]:
    """The numbers of the ticket and of all that were merged into it: told each time, so that it ends when that is undone."""
    whole = select(tickets.c.number, tickets.c.key).where(tickets.c.key == key).cte(recursive=True)
    merged = select(tickets.c.number, tickets.c.key).join(whole, tickets.c.merged_into == whole.c.key)
    return select(whole.union(merged).c.number)


def _address(address: str) -> str:
    # No address is longer (RFC 5321, 4.5.3.1); a longer one is rubbish that must not burst the index.
    return address.lower()[:320]


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


def _ticket(row: Row[*tuple[Any, ...]]) -> Ticket:
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


def _event(row: Row[*tuple[Any, ...]]) -> Event:
    return Event(at=row.at, kind=row.kind, by=row.by, text=row.text, mail=row.mail)


def _with_histories(
    connection: Connection, numbers: Select[Any], *which: ColumnElement[bool]
) -> tuple[tuple[Ticket, tuple[Event, ...]], ...]:
    # Ordered here: asked for the order, SQLite reads all tickets in the order of their numbers instead of using the index.
    rows = connection.execute(select(tickets).where(tickets.c.number.in_(numbers)))
    found = sorted(((row.number, _ticket(row)) for row in rows), key=lambda each: each[0])
    histories = _histories(connection, numbers, *which)
    return tuple((ticket, tuple(histories.get(number, ()))) for number, ticket in found)


def _histories(connection: Connection, numbers: Select[Any], *which: ColumnElement[bool]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {}
    for row in connection.execute(select(events).where(events.c.ticket.in_(numbers), *which).order_by(events.c.id)):
        found.setdefault(row.ticket, []).append(_event(row))
    return found
