"""
A database as years of work leave it, filled in bulk: tickets in every state, their mails, histories and people.

What has had its time is forgotten as `store/forgetting.py` does it. The same number of tickets gives the same rows.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Index,
    LargeBinary,
    String,
    bindparam,
    case,
    cast,
    create_engine,
    func,
    literal,
    select,
    text,
)

from mailbot.store.columns import Moment
from mailbot.store.database import open_database
from mailbot.store.inbound import veiled
from mailbot.store.portion import portions
from mailbot.store.retention import BECAUSE, TOLD
from mailbot.store.tables import counters, events, folders, inbound, outbound, participants, ticket_mails, tickets
from mailbot.tickets.ticket import BOT, State

FIRST = 1001
A_DAY = 274
"""Tickets; a million of them are ten years."""

KEPT = timedelta(days=90)
"""So long after its end a ticket is forgotten; as in rules.yaml."""

STAFF = "technik@die-linke-koeln.de"
FOLDER, UIDVALIDITY = "INBOX", 7
PORTION = 2000
ALIKE = 10_000
"""So many tickets that are long forgotten are made one by one; the others are copies of them, which the database makes."""

TABLES = (tickets, inbound, ticket_mails, participants, events, outbound)
Row = dict[str, Any]

_NOISE = b64encode(Random(6).randbytes(3000)).decode()  # packed it is as long as what we write
_PACKED, _EMPTY = zlib.compress(_NOISE.encode()), zlib.compress(b"")
_THEIRS = "From: {0} <{0}>\r\nTo: support@die-linke-koeln.de\r\nSubject: Nextcloud\r\nMessage-ID: <{1}>\r\n\r\n"
_WORDS = "Hallo,\r\n\r\nder OV Kalk hätte gern eine Gruppe in der Nextcloud.\r\n\r\n" + _NOISE[:900] + "\r\n"
_REQUESTS = {
    "nextcloud": {"group": "OV Kalk", "users": [{"given": "Anna", "surname": "Schmidt", "email": "anna@posteo.example"}]},
    "video": {"group": "AG Wohnen", "role": "Sprecherin"},
    "website": {"group": "OV Nippes"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What became of one ticket: who wrote, when, and how it stands at `now`."""

    rank: int  # counted from 1, oldest first
    state: State
    opened: datetime
    updated: datetime
    forgotten_at: datetime | None

    @property
    def number(self) -> int:
        return FIRST - 1 + self.rank

    @property
    def key(self) -> str:
        return f"KV-{self.number}"

    @property
    def address(self) -> str:
        """Everybody writes three times, years apart or within days."""
        return f"mitglied{self.rank * 7919 % 1_000_003 // 3}@posteo.example"


def lives(number: int, now: datetime, *, a_day: float = A_DAY, after: int = 0) -> Iterator[Life]:
    """
    That many tickets until `now`, oldest first; those alone that come after so many.

    One of 200 is not finished: a tenth of those that were opened in the last twentieth of the time.
    """
    for rank in range(after + 1, number + 1):
        opened = now - timedelta(days=(number - rank + 1) / a_day)
        waits = rank > number - number // 20 and rank % 10 == 0
        updated = min(opened + timedelta(hours=20 + rank % 90), opened + (now - opened) / 2)
        state = _waiting(rank, now - opened) if waits else State.REFERRED if rank % 10 == 3 else State.CLOSED
        over = not waits and updated + KEPT < now
        yield Life(
            rank=rank,
            state=state,
            opened=opened,
            updated=opened if waits else updated,
            forgotten_at=updated + KEPT if over else None,
        )


def _waiting(rank: int, age: timedelta) -> State:
    """Members are not waited for much longer than a fortnight: then their tickets are closed."""
    states = (State.OPEN, State.TRIAGE, State.ON_HOLD, State.OPEN if age > timedelta(days=4) else State.ASKING)
    return states[rank // 10 % 4]


def fill(url: URL, number: int, now: datetime, *, a_day: float = A_DAY) -> None:
    """
    Make the database there, and fill it with so many tickets until `now`.

    Its statistics are as the databases keep them by themselves: SQLite has none, PostgreSQL those of its autovacuum.
    """
    open_database(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for pragma in ("synchronous=OFF", "cache_size=-400000"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
        else:
            connection.exec_driver_sql("SET synchronous_commit = off")
        connection.commit()
        indices = sorted((index for table in TABLES for index in table.indexes), key=lambda index: str(index.name))
        _drop(connection, indices)
        alike = _copied(connection, number, now, a_day)
        for some in portions(lives(number, now, a_day=a_day, after=alike), PORTION):
            _insert(connection, some)
        _make(connection, indices)
        _finish(connection, number)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _drop(connection: Connection, indices: list[Index]) -> None:
    """Into a table without indices rows go much faster."""
    for index in indices:
        index.drop(connection)
    connection.commit()


def _make(connection: Connection, indices: list[Index]) -> None:
    for index in indices:
        index.create(connection)
        connection.commit()


def _copied(connection: Connection, number: int, now: datetime, a_day: float) -> int:
    """The tickets that are long forgotten; tells how many they are."""
    times = (number - int(1.2 * KEPT.days * a_day) - number // 20) // ALIKE
    if times < 1:
        return 0
    for some in portions(islice(lives(number, now, a_day=a_day), ALIKE), PORTION):
        _insert(connection, some)
    for time in range(1, times):
        _copy(connection, time * ALIKE, timedelta(days=time * ALIKE / a_day))
    return times * ALIKE


def _copy(connection: Connection, further: int, later: timedelta) -> None:
    """The first `ALIKE` tickets once more, so many numbers and so much time further on."""
    mails = _mails_before(further + 1)
    first = FIRST - 1 + ALIKE

    def moment(column: Column[Any]) -> ColumnElement[Any]:
        if connection.dialect.name == "postgresql":
            return column + literal(later)
        return func.strftime("%Y-%m-%d %H:%M:%S.000000", column, f"{later.total_seconds()} seconds")

    def key(number: ColumnElement[int]) -> ColumnElement[str]:
        return literal("KV-").concat(cast(number, String))

    many = func.md5(cast(func.random(), String)) if connection.dialect.name == "postgresql" else func.hex(func.randomblob(16))
    name = many.concat(many)
    changed: dict[Column[Any], ColumnElement[Any]] = {
        tickets.c.number: tickets.c.number + further,
        tickets.c.key: key(tickets.c.number + further),
        tickets.c.conversation: tickets.c.conversation + further,
        tickets.c.merged_into: case((tickets.c.merged_into.is_not(None), key(tickets.c.number + further - 1))),
        inbound.c.id: inbound.c.id + mails,
        inbound.c.uid: inbound.c.uid + mails,
        inbound.c.message_id: literal("veiled ").concat(name),
        inbound.c.sha256: name,
        ticket_mails.c.ticket: ticket_mails.c.ticket + further,
        ticket_mails.c.mail: ticket_mails.c.mail + mails,
        events.c.ticket: events.c.ticket + further,
        events.c.mail: events.c.mail + mails,
        outbound.c.message_id: func.replace(outbound.c.message_id, key(outbound.c.ticket), key(outbound.c.ticket + further)),
        outbound.c.ticket: outbound.c.ticket + further,
        outbound.c.cause: outbound.c.cause + mails,
    }
    here = {
        tickets: tickets.c.number <= first,
        inbound: inbound.c.id <= _mails_before(ALIKE + 1),
        ticket_mails: ticket_mails.c.ticket <= first,
        events: events.c.ticket <= first,
        outbound: outbound.c.ticket <= first,
    }
    for table, which in here.items():
        columns = [column for column in table.c if column not in (events.c.id, outbound.c.id)]
        values = [changed.get(column, moment(column) if isinstance(column.type, Moment) else column) for column in columns]
        connection.execute(table.insert().from_select(columns, select(*values).where(which)))
    connection.commit()


def _insert(connection: Connection, some: Sequence[Life]) -> None:
    connection.execute(tickets.insert(), [_ticket(life) for life in some])
    connection.execute(inbound.insert(), [row for life in some for row in _inbound(life)])
    connection.execute(ticket_mails.insert(), [row for life in some for row in _ticket_mails(life)])
    if taking_part := [_participant(life) for life in some if life.forgotten_at is None]:
        connection.execute(participants.insert(), taking_part)
    connection.execute(events.insert(), [row for life in some for row in _events(life)])
    packed = bindparam("packed", type_=LargeBinary)  # as it lies there: packing all anew takes most of the time
    connection.execute(outbound.insert().values(raw=packed), [row for life in some for row in _outbound(life)])
    connection.commit()


def _finish(connection: Connection, number: int) -> None:
    """What counts on goes on behind the last row."""
    connection.execute(counters.insert().values(name="ticket", last=FIRST - 1 + number))
    if last := connection.execute(select(func.max(inbound.c.uid))).scalar_one():
        values = {"mailbox": "support", "folder": FOLDER, "uidvalidity": UIDVALIDITY, "last_uid": last, "since": None}
        connection.execute(folders.insert().values(values))
    if connection.dialect.name == "postgresql":
        for table in (inbound, events, outbound):
            sequence = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))
    connection.commit()


def _ticket(life: Life) -> Row:
    service = tuple(_REQUESTS)[life.rank % len(_REQUESTS)]
    gone = life.forgotten_at is not None
    request = {"service": service, "kind": "new", "fields": {} if gone else _REQUESTS[service]}
    return {
        "number": life.number,
        "key": life.key,
        "conversation": life.number,
        "request": {**request, "missing": [], "because": [], "hints": {}, "guesses": []},
        "service": service,
        "state": life.state.value,
        "mailbox": "support",
        "requester_name": "" if gone else "Anna Schmidt",
        "requester_email": "" if gone else life.address,
        "subject": "" if gone else "Nextcloud für den OV Kalk",
        "language": "de",
        "questions": 0,
        "opened": life.opened,
        "updated": life.updated,
        "forgotten_at": life.forgotten_at,
        "merged_into": f"KV-{life.number - 1}" if life.rank % 400 == 3 else None,
    }


def _inbound(life: Life) -> Iterator[Row]:
    """What the member wrote, and each fifth time a machine."""
    yield _mail(life, 0, "ticket", life.opened)
    yield _mail(life, 1, "ticket", life.updated)
    if life.rank % 5 == 0:
        yield _mail(life, 2, "ignored", life.opened)


def _mail(life: Life, which: int, state: str, at: datetime) -> Row:
    id = _mails_before(life.rank) + which + 1
    name = sha256(b"%d" % id).hexdigest()
    message_id, gone = f"{name[:24]}@posteo.example", life.forgotten_at is not None
    return {
        "id": id,
        "mailbox": "support",
        "folder": FOLDER,
        "uidvalidity": UIDVALIDITY,
        "uid": id,
        "message_id": veiled(message_id) if gone else message_id,
        "sha256": name,
        "raw": b"" if gone else (_THEIRS.format(life.address, message_id) + _WORDS).encode(),
        "received": at,
        "state": state,
        "reason": BECAUSE if gone else "a newsletter" if state == "ignored" else None,
        "attempts": 1,
        "done_at": at,
        "forgotten_at": life.forgotten_at,
    }


def _mails_before(rank: int) -> int:
    before = rank - 1
    return 2 * before + before // 5


def _ticket_mails(life: Life) -> Iterator[Row]:
    first = _mails_before(life.rank) + 1
    yield {"ticket": life.number, "mail": first}
    yield {"ticket": life.number, "mail": first + 1}


def _participant(life: Life) -> Row:
    return {"ticket": life.number, "address": life.address}


def _events(life: Life) -> Iterator[Row]:
    first, gone = _mails_before(life.rank) + 1, life.forgotten_at is not None
    finished = life.state in (State.CLOSED, State.REFERRED)
    told = [
        ("received", life.address, f"Mail von {life.address}: Nextcloud", first),
        ("asked" if life.state is State.ASKING else "opened", BOT, "vollständig", None),
        ("sent", BOT, f"Mail an {life.address}", None),
        ("sent", BOT, f"Mail an {STAFF}", None),
        ("answered", STAFF, "Ist eingerichtet.", first + 1) if life.state is not State.ASKING else None,
        ("closed", STAFF, "erledigt", first + 1) if finished else None,
        ("sent", BOT, f"Mail an {life.address}", None) if finished else None,
    ]
    for at, each in enumerate(told):
        if each is not None:
            kind, by, words, mail = each
            moment = life.opened if at < 4 else life.updated
            yield _event(life, moment, kind, "" if gone and by != BOT else by, "" if gone else words, mail)
    if life.forgotten_at is not None:
        yield _event(life, life.forgotten_at, "expired", BOT, TOLD, None)


def _event(life: Life, at: datetime, kind: str, by: str, words: str, mail: int | None) -> Row:
    return {"ticket": life.number, "at": at, "kind": kind, "by": by, "text": words, "mail": mail}


def _outbound(life: Life) -> Iterator[Row]:
    """A receipt, a mail to staff, and that it is done; one in a hundred was a draft, one in 500 came back or was refused."""
    yield _ours(life, "m", life.address, life.opened, unchanged=True if life.rank % 100 == 1 else None)
    yield _ours(life, "s", STAFF, life.opened)
    state = {499: "returned", 249: "refused"}.get(life.rank % 500, "sent")
    yield _ours(life, "d", life.address, life.updated, state=state)


def _ours(life: Life, to: str, recipient: str, at: datetime, *, state: str = "sent", unchanged: bool | None = None) -> Row:
    name = sha256(f"{life.rank} {to}".encode()).hexdigest()
    gone, refused = life.forgotten_at is not None, state == "refused"
    return {
        "message_id": f"{life.key}.{to}.{name[:16]}.{name[16:32]}.{name[32:58]}@die-linke-koeln.de",
        "ticket": life.number,
        "mailbox": "support",
        "recipient": "" if gone else recipient,
        "copies": [],
        "cause": _mails_before(life.rank) + 1,
        "packed": _EMPTY if gone else _PACKED,
        "automatic": to != "s",
        "state": "sent" if gone and state == "returned" else state,
        "attempts": 1,
        "due_at": at,
        "created": at,
        "sent_at": None if refused else at,
        "copied": gone or not refused,
        "unchanged": unchanged,
        "forgotten_at": life.forgotten_at,
    }
