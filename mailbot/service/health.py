"""Is the bot alive, and do its books balance?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shutil import disk_usage

from sqlalchemy import URL

from mailbot.catalogue import Mailbox
from mailbot.errors import MailbotError
from mailbot.service.office import Office
from mailbot.service.post import DIGEST
from mailbot.store import inbound, jobs, mailboxes, outbound, tickets
from mailbot.store.mailboxes import Contact
from mailbot.store.outbound import Outbound
from mailbot.tickets.ticket import State as TicketState

PATIENCE = timedelta(hours=1)
"""After this long without contact, or with a mail that nobody took up, something is wrong."""

DAY = timedelta(days=1)
"""For so long a mail that was refused is told."""

ROOM = 100
"""Megabytes; with less the database will soon be unable to write."""

MINUTE = "%Y-%m-%d %H:%M UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A folder against the database: mails in it, those still to be taken in, and those that are missing in the books."""

    mails: int
    new: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One mailbox; `books` is None where the folder could not be asked, `trouble` says why."""

    id: str
    last_contact: datetime | None
    trouble: str | None
    states: dict[inbound.State, int] = field(default_factory=dict)
    books: Books | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """All figures, and what is `wrong` as sentences that say what to do."""

    mailboxes: tuple[Box, ...]
    smtp: Contact | None
    tickets: dict[TicketState, int]
    outbox: dict[outbound.State, int]
    pending: int
    oldest_pending: datetime | None
    oldest_unsent: datetime | None
    last_digest: datetime | None
    held: tuple[Outbound, ...]  # leave by themselves
    wrong: tuple[str, ...]


def examine(office: Office) -> Health:
    """Ask the database, and each folder where it can be reached."""
    now = office.clock()
    with office.database.read() as connection:
        contacts = mailboxes.all_contacts(connection)
        states = inbound.counts(connection)
        kept_tickets, outbox = tickets.counts(connection), outbound.counts(connection)
        oldest_pending, oldest_unsent = inbound.oldest_pending(connection), outbound.oldest_unsent(connection, now=now)
        refused = outbound.refused_since(connection, now - DAY)
        held = outbound.in_state(connection, outbound.State.HELD)
        stopped = outbound.in_state(connection, outbound.State.STOPPED)
        returned = outbound.in_state(connection, outbound.State.RETURNED)
        last_digest = jobs.last_done(connection, DIGEST)
    boxes = tuple(_box(office, box, contacts.get(box.id), states.get(box.id, {})) for box in office.catalogue.mailboxes)
    pending = sum(each.get(inbound.State.PENDING, 0) for each in states.values())
    smtp = contacts.get("smtp")
    wrong = [sentence for box in boxes for sentence in _wrong_with(box, now)]
    if smtp and smtp.trouble:
        wrong.append(f"smtp: {smtp.trouble}")
    if oldest_pending and oldest_pending < now - PATIENCE:
        wrong.append(f"{pending} mails wait to be processed since {oldest_pending:{MINUTE}}; see that `mailbot run` runs")
    if oldest_unsent and oldest_unsent < now - PATIENCE:
        wrong.append(f"a mail waits to be sent since {oldest_unsent:{MINUTE}}; see MAILBOT_SMTP, and that `mailbot run` runs")
    wrong += [_refused(mail) for mail in refused]
    wrong += [_stopped(mail) for mail in stopped]
    wrong += [
        f"a mail to {address} came back; correct the address of '{member.id}' in {office.settings.rules}, or write from it"
        for address in dict.fromkeys(mail.recipient for mail in returned)
        if (member := office.catalogue.member_of_staff(address)) is not None
    ]
    wrong += _want_of_room(office.settings.database)
    if office.rulebook.trouble:
        wrong.append(office.rulebook.trouble)
    return Health(
        mailboxes=boxes,
        tickets=kept_tickets,
        outbox=outbox,
        pending=pending,
        oldest_pending=oldest_pending,
        oldest_unsent=oldest_unsent,
        last_digest=last_digest,
        smtp=smtp,
        held=held,
        wrong=tuple(wrong),
    )


def _box(office: Office, box: Mailbox, contact: Contact | None, states: dict[inbound.State, int]) -> Box:
    books, trouble = None, contact.trouble if contact else None
    try:
        books = _books(office, box)
    except MailbotError as error:
        trouble = str(error)
    return Box(id=box.id, last_contact=contact.reached_at if contact else None, trouble=trouble, states=states, books=books)


def _books(office: Office, box: Mailbox) -> Books | None:
    with office.database.read() as connection:
        reading = mailboxes.reading(connection, box.id, box.folder)
        if reading is None:
            return None
        known = inbound.known_uids(connection, mailbox=box.id, folder=box.folder, uidvalidity=reading.uidvalidity)
    with office.open_folder(office.settings.mailbox(box.id), box.folder, readonly=True) as folder:
        there = folder.uids()
        if folder.uidvalidity != reading.uidvalidity:
            return Books(mails=len(there), new=len(there), missing=0)
    unknown = [uid for uid in there if uid not in known]
    new = [uid for uid in unknown if uid > reading.last_uid]
    return Books(mails=len(there), new=len(new), missing=len(unknown) - len(new))


def _want_of_room(database: URL) -> Iterator[str]:
    if database.drivername == "sqlite":
        folder = Path(database.database or "").absolute().parent
        left = disk_usage(folder).free // 1_000_000
        if left < ROOM:
            yield f"{folder}: the disk of the database has {left} MB left; make room, or mails can neither come in nor go out"


def _refused(mail: Outbound) -> str:
    if mail.ticket is None:
        return f"a mail to {mail.recipient} of the staff was refused: {mail.error}; correct the address in rules.yaml"
    return f"a mail about {mail.ticket} was refused: {mail.error}; see `mailbot show {mail.ticket}`"


def _stopped(mail: Outbound) -> str:
    return f"mail {mail.id} about {mail.ticket} waits for you: {mail.error}; see `mailbot outbox list`"


def _wrong_with(box: Box, now: datetime) -> Iterator[str]:
    if box.trouble:
        yield f"{box.id}: {box.trouble}"
    elif box.last_contact is None:
        yield f"{box.id}: has never been read; start `mailbot run`"
    elif box.last_contact < now - PATIENCE:
        yield f"{box.id}: last read {box.last_contact:{MINUTE}}; see that `mailbot run` runs"
    if box.books and box.books.missing:
        yield f"{box.id}: {box.books.missing} mails in the folder are missing in the books; run `mailbot run --once --since all`"
    quarantined = box.states.get(inbound.State.QUARANTINED, 0)
    if quarantined:
        yield f"{box.id}: {quarantined} mails in quarantine; see `mailbot quarantine list`"
