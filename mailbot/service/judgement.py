"""
What is wrong, in one place: `status`, `/healthz`, the metrics and the alarms ask here.

It takes a few looks into the database and one at the disk, so it may be asked as often as anybody likes. `status` adds what it
has `seen` in the folders themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from shutil import disk_usage
from types import MappingProxyType

from sqlalchemy import URL, Connection

from mailbot.service.office import Office
from mailbot.settings import Settings
from mailbot.store import beats, canaries, gauges, mailboxes, outbound, returns
from mailbot.store.database import Database
from mailbot.store.gauges import Pile
from mailbot.store.mailboxes import Contact
from mailbot.store.outbound import Outbound
from mailbot.tickets.calendar import minute
from mailbot.tickets.trouble import Kind, Trouble

PATIENCE = timedelta(hours=1)
"""After this long without contact, or with a mail that nobody took up, something is wrong."""

DAY = timedelta(days=1)
"""For so long a mail that was refused is told."""

ROOM = 100
"""Megabytes; with less the database will soon be unable to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A folder against the database: mails in it, those still to be taken in, and those that are missing in the books."""

    mails: int
    new: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A folder that was looked into just now: its `books`, or the `trouble` that was in the way."""

    books: Books | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is left on the disk of a folder."""

    folder: Path
    megabytes: int


def judge(office: Office, seen: Mapping[str, Seen] = MappingProxyType({})) -> tuple[Trouble, ...]:
    """Everything that is wrong now; `seen` are the folders that were looked into, by mailbox. Raises StoreError."""
    now, zone, boxes = office.clock(), office.catalogue.hours.timezone, [box.id for box in office.catalogue.mailboxes]
    with office.database.read() as connection:
        return (
            *_mailboxes(boxes, office.settings, connection, now, zone, seen),
            *_sending(connection, now, zone),
            *_undelivered(connection, now),
            *_staff_out_of_reach(office, connection),
            *_canaries(office, connection, now),
            *_clock(connection, now, zone),
            *_want_of_room(office.settings.database),
            *_rules(office),
        )


def judge_without_rules(settings: Settings, database: Database, *, mistake: str, now: datetime) -> tuple[Trouble, ...]:
    """What can be told while the rules are wrong, and that they are; the mailboxes are those that are set. Raises StoreError."""
    with database.read() as connection:
        return (
            *_mailboxes(settings.boxes, settings, connection, now, UTC, {}),
            *_sending(connection, now, UTC),
            *_undelivered(connection, now),
            *_clock(connection, now, UTC),
            *_want_of_room(settings.database),
            Trouble(
                kind=Kind.RULES, sentence=f"{mistake}\n(a running bot keeps the last good version; none starts with this one)"
            ),
        )


def _mailboxes(
    boxes: Collection[str],
    settings: Settings,
    connection: Connection,
    now: datetime,
    zone: tzinfo,
    seen: Mapping[str, Seen],
) -> Iterator[Trouble]:
    contacts, quarantined = mailboxes.all_contacts(connection), gauges.quarantined(connection)
    for id in boxes:
        look = seen.get(id, Seen())
        yield from _contact(id, contacts.get(id), look.trouble, now, zone, delivered=id in settings.lmtp)
        if look.books and look.books.missing:
            sentence = f"{look.books.missing} mails in the folder are missing in the books; run `mailbot run --once --since all`"
            yield _about(id, Kind.BOOKS, sentence)
        if pile := quarantined.get(id):
            sentence = f"{pile.mails} mails in quarantine; see `mailbot quarantine list`"
            yield _about(id, Kind.QUARANTINE, sentence, since=pile.oldest)


def _contact(
    id: str, contact: Contact | None, seen: str | None, now: datetime, zone: tzinfo, *, delivered: bool
) -> Iterator[Trouble]:
    trouble, last = seen or (contact.trouble if contact else None), contact.reached_at if contact else None
    if trouble:
        yield _about(id, Kind.MAILBOX, trouble, since=contact.trouble_since if contact else None)
    elif last is None:
        never = "nobody has listened yet" if delivered else "has never been read"
        yield _about(id, Kind.MAILBOX, f"{never}; start `mailbot run`")
    elif last < now - PATIENCE:
        once = "nobody has listened since" if delivered else "last read"
        yield _about(id, Kind.MAILBOX, f"{once} {minute(last, zone)}; see that `mailbot run` runs", since=last)


def _about(mailbox: str, kind: Kind, sentence: str, since: datetime | None = None) -> Trouble:
    return Trouble(kind=kind, about=mailbox, sentence=f"{mailbox}: {sentence}", since=since)


def _sending(connection: Connection, now: datetime, zone: tzinfo) -> Iterator[Trouble]:
    smtp = mailboxes.all_contacts(connection).get("smtp")
    if smtp and smtp.trouble:
        yield Trouble(kind=Kind.SENDING, sentence=f"smtp: {smtp.trouble}", since=smtp.trouble_since)
    pending, unsent = gauges.pending(connection), gauges.unsent(connection, now=now)
    if waits := _too_long(pending, now):
        sentence = f"{pending.mails} mails wait to be processed since {minute(waits, zone)}; see that `mailbot run` runs"
        yield Trouble(kind=Kind.PROCESSING, sentence=sentence, since=waits)
    if waits := _too_long(unsent, now):
        sentence = f"a mail waits to be sent since {minute(waits, zone)}; see MAILBOT_SMTP, and that `mailbot run` runs"
        yield Trouble(kind=Kind.SENDING, sentence=sentence, since=waits)


def _too_long(pile: Pile, now: datetime) -> datetime | None:
    """Since when the oldest waits, if that is too long."""
    return pile.oldest if pile.oldest and pile.oldest < now - PATIENCE else None


def _undelivered(connection: Connection, now: datetime) -> Iterator[Trouble]:
    sentences = [
        *(_refused(mail) for mail in returns.refused_since(connection, now - DAY)),
        *(_stopped(mail) for mail in outbound.in_state(connection, outbound.State.STOPPED)),
    ]
    yield from (Trouble(kind=Kind.UNDELIVERED, sentence=sentence) for sentence in sentences)


def _refused(mail: Outbound) -> str:
    if mail.ticket is None:
        return f"a mail to {mail.recipient} of the staff was refused: {mail.error}; correct the address in rules.yaml"
    return f"a mail about {mail.ticket} was refused: {mail.error}; see `mailbot show {mail.ticket}`"


def _stopped(mail: Outbound) -> str:
    return f"mail {mail.id} about {mail.ticket} waits for you: {mail.error}; see `mailbot outbox list`"


def _staff_out_of_reach(office: Office, connection: Connection) -> Iterator[Trouble]:
    returned = outbound.in_state(connection, outbound.State.RETURNED)
    for address in dict.fromkeys(mail.recipient for mail in returned):
        member = office.catalogue.member_of_staff(address)
        if member is not None:
            what = f"a mail to {address} came back"
            sentence = f"{what}; correct the address of '{member.id}' in {office.settings.rules}, or write from it"
            yield Trouble(kind=Kind.UNDELIVERED, sentence=sentence)


def _canaries(office: Office, connection: Connection, now: datetime) -> Iterator[Trouble]:
    rules, zone = office.catalogue, office.catalogue.hours.timezone
    for box in rules.mailboxes if rules.canary != "off" and not rules.in_shadow else ():
        lost = canaries.lost_since(connection, box.id, before=now - rules.alarms.canary_within)
        if lost is not None:
            sentence = (
                f"the canary of {minute(lost, zone)} has not come back; see that mails go out and come in, also the spam folder"
            )
            yield _about(box.id, Kind.CANARY, sentence, since=lost)


def _clock(connection: Connection, now: datetime, zone: tzinfo) -> Iterator[Trouble]:
    last = beats.last(connection, beats.CLOCK)
    if last is not None and last < now - PATIENCE:
        stands = f"the clock stands still since {minute(last, zone)}"
        sentence = f"{stands}: no digest, no reminders; see the log, and start `mailbot run` anew"
        yield Trouble(kind=Kind.CLOCK, sentence=sentence, since=last)


def _want_of_room(database: URL) -> Iterator[Trouble]:
    left = room(database)
    if left is not None and left.megabytes < ROOM:
        what = f"the disk of the database has {left.megabytes} MB left"
        yield Trouble(kind=Kind.DISK, sentence=f"{left.folder}: {what}; make room, or mails can neither come in nor go out")


def room(database: URL) -> Room | None:
    """What is left beside a SQLite file; None where the database is another server's care."""
    if database.drivername != "sqlite":
        return None
    folder = Path(database.database or "").absolute().parent
    return Room(folder=folder, megabytes=disk_usage(folder).free // 1_000_000)


def _rules(office: Office) -> Iterator[Trouble]:
    if office.rulebook.trouble:
        yield Trouble(kind=Kind.RULES, sentence=office.rulebook.trouble)
