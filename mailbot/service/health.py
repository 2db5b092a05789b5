"""All figures for `mailbot status`: what the database says, and each folder counted against its books."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from importlib.metadata import version
from platform import python_version

from sqlalchemy import Connection

from mailbot.catalogue import Mailbox
from mailbot.catalogue.values import Mode
from mailbot.errors import MailbotError
from mailbot.listener import Door
from mailbot.mail.thread import DIGEST
from mailbot.service.judgement import Books, Room, Seen, judge, judge_without_rules, room
from mailbot.service.office import Office
from mailbot.settings import Settings
from mailbot.store import beats, canaries, gauges, inbound, jobs, mailboxes, migrate, outbound, places, tickets
from mailbot.store.canaries import Canary
from mailbot.store.database import Database
from mailbot.store.gauges import Pile
from mailbot.store.mailboxes import Contact
from mailbot.store.outbound import Outbound
from mailbot.tickets.ticket import State as TicketState
from mailbot.tickets.trouble import Trouble

PROGRAMS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """
    One mailbox; `books` is None where the folder could not be asked, `trouble` says why.

    Where mails are delivered to it, at `door`, there is no folder, and it was last reached when a bot last listened.
    """

    id: str
    door: Door | None
    last_contact: datetime | None
    trouble: str | None
    states: dict[inbound.State, int] = field(default_factory=dict)
    books: Books | None = None
    canary: Canary | None = None  # the newest that came back


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What runs on what: mailbot, Python, the database's program, and the version of the tables in it."""

    mailbot: str
    python: str
    database: str
    tables: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """All figures, and the troubles that there are."""

    zone: tzinfo  # of the clock that people look at
    mode: Mode | None  # None: the rules are wrong, and only a bot that runs knows
    mailboxes: tuple[Box, ...]
    smtp: Contact | None
    tickets: dict[TicketState, int]
    outbox: dict[outbound.State, int]
    pending: Pile
    unsent: Pile
    last_digest: datetime | None
    last_beat: datetime | None  # of the clock; None where no bot runs, or none has yet
    room: Room | None
    versions: Versions
    held: tuple[Outbound, ...]  # leave by themselves
    troubles: tuple[Trouble, ...]

    @property
    def wrong(self) -> tuple[str, ...]:
        """What is wrong, as sentences that say what to do."""
        return tuple(trouble.sentence for trouble in self.troubles)


def examine(office: Office) -> Health:
    """Ask the database, and each folder where it can be reached. Raises StoreError."""
    seen = {box.id: _look_into(office, box) for box in office.catalogue.mailboxes}
    rules, troubles, now = office.catalogue, judge(office, seen), office.clock()
    with office.database.read() as connection:
        return _figures(connection, office.settings, seen, zone=rules.hours.timezone, mode=rules.mode, troubles=troubles, now=now)


def examine_without_rules(settings: Settings, database: Database, *, mistake: str, now: datetime) -> Health:
    """Ask the database alone, while `mistake` is in the rules. Raises StoreError."""
    troubles = judge_without_rules(settings, database, mistake=mistake, now=now)
    with database.read() as connection:
        seen = {id: Seen() for id in settings.boxes}
        return _figures(connection, settings, seen, zone=UTC, mode=None, troubles=troubles, now=now)


def _figures(
    connection: Connection,
    settings: Settings,
    seen: Mapping[str, Seen],
    *,
    zone: tzinfo,
    mode: Mode | None,
    troubles: tuple[Trouble, ...],
    now: datetime,
) -> Health:
    contacts, states = mailboxes.all_contacts(connection), inbound.counts(connection)
    boxes = (
        _box(id, settings.lmtp.get(id), look, contacts.get(id), states.get(id, {}), canaries.newest_found(connection, id))
        for id, look in seen.items()
    )
    return Health(
        zone=zone,
        mode=mode,
        mailboxes=tuple(boxes),
        smtp=contacts.get("smtp"),
        tickets=tickets.counts(connection),
        outbox=outbound.counts(connection),
        pending=gauges.pending(connection),
        unsent=gauges.unsent(connection, now=now),
        last_digest=jobs.last_done(connection, DIGEST),
        last_beat=beats.last(connection, beats.CLOCK),
        room=room(settings.database),
        versions=_versions(connection),
        held=outbound.in_state(connection, outbound.State.HELD),
        troubles=troubles,
    )


def _versions(connection: Connection) -> Versions:
    dialect = connection.dialect
    number = ".".join(map(str, dialect.server_version_info or ()))
    return Versions(
        mailbot=version("mailbot"),
        python=python_version(),
        database=f"{PROGRAMS[dialect.name]} {number}",
        tables=migrate.version_of(connection) or "",
    )


def _box(
    id: str,
    door: Door | None,
    look: Seen,
    contact: Contact | None,
    states: dict[inbound.State, int],
    canary: Canary | None,
) -> Box:
    return Box(
        id=id,
        door=door,
        last_contact=contact.reached_at if contact else None,
        trouble=look.trouble or (contact.trouble if contact else None),
        states=states,
        books=look.books,
        canary=canary,
    )


def _look_into(office: Office, box: Mailbox) -> Seen:
    try:
        return Seen(books=_books(office, box))
    except MailbotError as error:
        return Seen(trouble=str(error))


def _books(office: Office, box: Mailbox) -> Books | None:
    if box not in office.folders:
        return None
    with office.database.read() as connection:
        reading = mailboxes.reading(connection, box.id, box.folder)
    if reading is None:
        return None
    with office.open_folder(office.settings.mailbox(box.id), box.folder, readonly=True) as folder:
        there = folder.uids()
        if folder.uidvalidity != reading.uidvalidity:
            return Books(mails=len(there), new=len(there), missing=0)
    with office.database.read() as connection:
        known = places.known_uids(connection, there, mailbox=box.id, folder=box.folder, uidvalidity=reading.uidvalidity)
    unknown = [uid for uid in there if uid not in known]
    new = [uid for uid in unknown if uid > reading.last_uid]
    return Books(mails=len(there), new=len(new), missing=len(unknown) - len(new))
