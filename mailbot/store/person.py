"""Where a person stands in the database: in tickets, in mails that came in, in mails of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, Text, and_, cast, func, or_, select

from mailbot.mail.read import read
from mailbot.mail.search import says, speaks_of, wanted
from mailbot.store import inbound as mails
from mailbot.store import outbound as ours
from mailbot.store import tickets as kept
from mailbot.store.participants import takes_part
from mailbot.store.tables import events, inbound, outbound, participants, tickets
from mailbot.store.ticket_mails import mails_of, tickets_of
from mailbot.tickets.person import Subject, is_full, is_theirs, names_of
from mailbot.tickets.ticket import Ticket
from mailbot.understanding.record import request_to_json

AT_ONCE = 1_000
"""Mails that are named at a time; in memory is one."""

UNREAD = (mails.State.PENDING, mails.State.QUARANTINED)
"""Mails whose words nobody has made anything of yet."""

Progress = Callable[[int, int], None]
"""Told how many mails of how many have been looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """
    All that the database holds about a person.

    `own` are the tickets that they asked for; `shared` those of others in which they take part, or that name them.
    `sent` and `naming` are ids of mails that came in, from them and from others; `received` and `telling` those of mails
    of ours, to them and to others; `beside` those of the mails in their own tickets that others wrote. `unread` are those
    mails of all these that nobody has made anything of yet.

    `told_in` are keys of tickets whose histories have the address; `called_in` of those of others that have a full name
    alone, which may be that of somebody else.
    """

    subject: Subject
    own: tuple[Ticket, ...] = ()
    shared: tuple[Ticket, ...] = ()
    sent: tuple[int, ...] = ()
    naming: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    received: tuple[int, ...] = ()
    telling: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()
    unsent: int = 0  # mails to them, or about them, that leave by themselves
    told_in: tuple[str, ...] = ()
    called_in: tuple[str, ...] = ()
    searched: tuple[int, int, int] = (0, 0, 0)  # the last mails, in and out, that were opened, and the last line of a history

    @property
    def came(self) -> frozenset[int]:
        """All mails that came in, of theirs and about them."""
        return frozenset({*self.sent, *self.naming, *self.beside})

    @property
    def went(self) -> frozenset[int]:
        """All mails of ours, to them and about them."""
        return frozenset({*self.received, *self.telling})

    @property
    def wishes_of_others(self) -> frozenset[int]:
        """Those of the unread that others wrote: nothing else tells what they want."""
        return frozenset(self.unread) - frozenset(self.sent)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Keys of the tickets for which their data are still needed."""
        return tuple(ticket.key for ticket in (*self.own, *self.shared) if not ticket.is_finished)

    def __bool__(self) -> bool:
        return bool(self.own or self.shared or self.sent or self.naming or self.received or self.telling)


def find(
    connection: Connection, address: str, progress: Progress = lambda done, total: None, *, known: Traces | None = None
) -> Traces:
    """
    Look everywhere for an address (lower case), and for the names beside it where it is known that they are meant.

    Mails lie compressed, so each is opened: some thousands a minute. With what was `known` a moment ago only those are
    that came since.
    """
    before = known or Traces(subject=_subject(address, ()))
    searched = (_last(connection, inbound), _last(connection, outbound), _last(connection, events))
    told_in = tuple(dict.fromkeys((*before.told_in, *_told_in(connection, address, after=before.searched[2]))))
    concerned = _tickets(connection, address, told_in)
    step = _counting(progress, _number(connection, inbound) + _number(connection, outbound))
    by_address = wanted([address])
    sent, naming, called = list(before.sent), list(before.naming), list(before.subject.names)
    for id, raw in _raws(connection, inbound, step, after=before.searched[0]):
        if speaks_of(raw, by_address):
            sender = read(raw).sender
            (sent if sender.email == address else naming).append(id)
            called += [sender.name] if sender.email == address else []
    names = (*called, *_names(connection, address), *(name for ticket in concerned for name in names_of(ticket, address)))
    subject = _subject(address, names)
    shared = tuple(ticket for ticket in concerned if not is_theirs(ticket, subject))
    naming += _naming(connection, [ticket.key for ticket in shared], subject, known={*sent, *naming})
    own = tuple(ticket for ticket in concerned if is_theirs(ticket, subject))
    to_them, about_them = _ours(connection, subject, own, shared, _raws(connection, outbound, step, after=before.searched[1]))
    same_names = subject.names == before.subject.names
    called_in = (*before.called_in, *_called_in(connection, subject, after=before.searched[2] if same_names else 0))
    beside = _beside(connection, own, known={*sent, *naming})
    return Traces(
        subject=subject,
        own=own,
        shared=shared,
        sent=tuple(sent),
        naming=tuple(naming),
        beside=beside,
        received=(*before.received, *to_them),
        telling=(*before.telling, *about_them),
        unread=_unread(connection, (*sent, *naming, *beside)),
        unsent=_unsent(connection, (*before.received, *to_them, *before.telling, *about_them)),
        told_in=told_in,
        called_in=tuple(dict.fromkeys(key for key in called_in if key not in [ticket.key for ticket in concerned])),
        searched=searched,
    )


def count(connection: Connection, address: str) -> tuple[int, int]:
    """At a glance, without opening a mail: how many tickets, and how many mails of and about them."""
    concerned = [ticket.key for ticket in _tickets(connection, address)]
    came = {id for key in concerned for id in mails_of(connection, key)}
    to_them = select(func.count()).select_from(outbound).where(outbound.c.recipient == address)
    return len(concerned), len(came) + int(connection.execute(to_them).scalar_one())


def in_the_way(connection: Connection, address: str) -> bool:
    """At a glance, before every mail is opened: a ticket is not finished, or a mail that has the address is unread."""
    if any(not ticket.is_finished for ticket in _tickets(connection, address)):
        return True
    unread = select(inbound.c.id).where(inbound.c.state.in_([state.value for state in UNREAD]), inbound.c.forgotten_at.is_(None))
    by_address = wanted([address])
    raws = (_raw(connection, inbound, id) for id in connection.execute(unread).scalars().all())
    return any(speaks_of(raw, by_address) for raw in raws)


def _told_in(connection: Connection, address: str, *, after: int) -> Iterator[str]:
    """Tickets that have the address in a line of their histories behind that one."""
    by_address = wanted([address])
    here = or_(events.c.by == address, events.c.text.icontains(address, autoescape=True))
    yield from (row.key for row in _lines(connection, here, after=after) if row.by == address or by_address.search(row.text))


def _called_in(connection: Connection, subject: Subject, *, after: int) -> Iterator[str]:
    """The same for their full names. What the database cannot tell, whole words, is told here."""
    parts = ([events.c.text.icontains(part, autoescape=True) for part in name.split()] for name in subject.names)
    if here := [and_(*each) for each in parts]:
        yield from (row.key for row in _lines(connection, or_(*here), after=after) if subject.pattern.search(row.text))


def _lines(connection: Connection, here: ColumnElement[bool], *, after: int) -> Sequence[Row[*tuple[Any, ...]]]:
    found = select(tickets.c.key, events.c.by, events.c.text).join(tickets, tickets.c.number == events.c.ticket)
    return connection.execute(found.where(events.c.id > after, here).order_by(events.c.id)).all()


def _tickets(connection: Connection, address: str, told_in: Sequence[str] = ()) -> tuple[Ticket, ...]:
    """Those that have the address in a column, and those of these keys."""
    as_json = json.dumps(address)[1:-1]  # as the column has it, umlauts escaped
    takes_part = select(participants.c.ticket).where(participants.c.address == address)
    in_json = (func.lower(cast(column, Text)) for column in (tickets.c.request, tickets.c.sources))
    named = or_(*(each.contains(as_json.lower(), autoescape=True) for each in in_json))
    rows = select(tickets.c.number, tickets.c.key).where(
        tickets.c.forgotten_at.is_(None),
        or_(tickets.c.requester_email == address, tickets.c.number.in_(takes_part), named, tickets.c.key.in_(told_in)),
    )
    # Ordered here: asked for the order, databases read all tickets ever, instead of those by index that are not forgotten.
    keys = [row.key for row in sorted(connection.execute(rows), key=lambda row: row.number)]
    found = [kept.get(connection, key) for key in keys]
    return tuple(ticket for ticket in found if ticket.key in told_in or _means(connection, ticket, address))


def _means(connection: Connection, ticket: Ticket, address: str) -> bool:
    """Whether it is exactly that address, not one that ends with it."""
    if ticket.requester.email == address or takes_part(connection, ticket.key, address):
        return True
    told = f"{json.dumps(request_to_json(ticket.request), ensure_ascii=False)} {ticket.sources}"
    return wanted([address]).search(told) is not None


def _names(connection: Connection, address: str) -> Sequence[str]:
    return connection.execute(select(participants.c.name).where(participants.c.address == address)).scalars().all()


def _subject(address: str, names: Iterable[str]) -> Subject:
    full = {each.lower(): each for name in names if is_full(each := " ".join(name.split()))}
    return Subject(address=address, names=frozenset(full.values()), pattern=wanted([address], sorted(full)))


def _naming(connection: Connection, keys: Sequence[str], subject: Subject, *, known: set[int]) -> list[int]:
    """In the tickets of others that name them: the mails that have only their name."""
    ids = sorted({id for key in keys for id in mails_of(connection, key)} - known)
    found = ((id, *mails.get(connection, id)) for id in ids)
    return [id for id, row, raw in found if row.forgotten_at is None and says(read(raw), subject.pattern)]


def _beside(connection: Connection, own: Sequence[Ticket], *, known: set[int]) -> tuple[int, ...]:
    """What others wrote in their tickets, unless a ticket of somebody else needs it too."""
    keys = {ticket.key for ticket in own}
    ids = sorted({id for key in keys for id in mails_of(connection, key)} - known)
    return tuple(id for id in ids if keys.issuperset(tickets_of(connection, id)))


def _ours(
    connection: Connection,
    subject: Subject,
    own: Sequence[Ticket],
    shared: Sequence[Ticket],
    raws: Iterable[tuple[int, bytes]],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """To them, and to others about them: all about their own tickets, and what speaks of them."""
    theirs, named = {ticket.key for ticket in own}, {None, *(ticket.key for ticket in shared)}  # None: digests
    by_address, received, telling = wanted([subject.address]), list[int](), list[int]()
    for id, raw in raws:
        mail = ours.get(connection, id)
        if subject.address in (mail.recipient, *mail.copies):
            received.append(id)
        elif mail.ticket in theirs or speaks_of(raw, by_address) or (mail.ticket in named and says(read(raw), subject.pattern)):
            telling.append(id)
    return tuple(received), tuple(telling)


def _unread(connection: Connection, ids: Iterable[int]) -> tuple[int, ...]:
    return tuple(id for id in ids if mails.get(connection, id)[0].state in UNREAD)


def _unsent(connection: Connection, ids: Sequence[int]) -> int:
    return sum(ours.get(connection, id).state in ours.MAY_LEAVE for id in ids)


def _number(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(table.c.forgotten_at.is_(None))).scalar_one())


def _counting(progress: Progress, total: int) -> Callable[[], None]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    return step


def _last(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one())


def _raws(connection: Connection, table: Table, step: Callable[[], None], *, after: int) -> Iterator[tuple[int, bytes]]:
    """Every mail behind that one which is not forgotten, one by one: each may be large."""
    last = after
    while ids := connection.execute(_next(table, last)).scalars().all():
        for id in ids:
            yield id, _raw(connection, table, id)
            step()
        last = ids[-1]


def _next(table: Table, last: int) -> Select[Any]:
    here = (table.c.forgotten_at.is_(None), table.c.id > last)
    return select(table.c.id).where(*here).order_by(table.c.id).limit(AT_ONCE)


def _raw(connection: Connection, table: Table, id: int) -> bytes:
    raw: bytes | None = connection.execute(select(table.c.raw).where(table.c.id == id)).scalar_one_or_none()
    return raw or b""  # it may be gone by now
