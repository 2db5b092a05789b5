"""
The Sent folder of a mailbox: what people write from there themselves is found, and kept if it belongs to a ticket.

Nothing is stored of their other mails; of those only a few header fields are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from mailbot.catalogue import Mailbox
from mailbot.mail.imap import SENT, Arrived, Folder
from mailbot.mail.read import read
from mailbot.mail.thread import thread_of
from mailbot.service.by_hand import concern_of
from mailbot.service.identity import identity_of
from mailbot.service.office import Office
from mailbot.service.receiver import Since, begin, read_up_to
from mailbot.store import drafts, inbound, mailboxes, places
from mailbot.store.inbound import New, Place, State
from mailbot.store.mailboxes import Reading
from mailbot.store.portion import portions

log = structlog.get_logger()

HEAD = ("MESSAGE-ID", "IN-REPLY-TO", "REFERENCES", "SUBJECT", "TO", "CC", "BCC")

SETTLED = timedelta(hours=1)
"""So long a mail that answers one we do not know is looked at again: that one may be on its way to us from another mailbox."""


def sent_folder(folder: Folder, box: Mailbox) -> str | None:
    """The name of the mailbox's Sent folder, as rules.yaml or else the server says; None: there is none yet."""
    return folder.known(box.sent) if box.sent else folder.known_special(SENT)


def look_into_sent(office: Office, box: Mailbox, folder: Folder, *, since: Since | None = None) -> int:
    """
    Keep what people have written from the mailbox about tickets; tells how many mails that are.

    Args:
        folder: the mailbox's inbox; it is open again at the end.
    """
    name = sent_folder(folder, box)
    if name is None or (since is None and _is_read(office, box, name, folder)):
        return 0
    with folder.beside(name) as sent:
        reading = begin(office, box.id, name, sent, since)
        uids = sent.uids(after=reading.last_uid, since=reading.since)
        last = max(sent.newest, uids[-1] if uids else 0)
        chosen, unsettled = _look_through(office, reading, sent.heads(uids, HEAD))
        kept = 0
        for mail in sent.fetch(chosen):  # each is one transaction: none waits for the server
            with office.database.write() as connection:
                kept += _keep(connection, reading, mail)
        with office.database.write() as connection:
            read_up_to(connection, reading, max(reading.last_uid, min([last, *(uid - 1 for uid in unsettled)])))
    if kept:
        log.info("written by hand", mailbox=box.id, mails=kept)
    return kept


def _is_read(office: Office, box: Mailbox, name: str, folder: Folder) -> bool:
    """Whether the server has nothing that the books do not know; one short question, each minute."""
    standing = folder.standing(name)
    with office.database.read() as connection:
        reading = mailboxes.reading(connection, box.id, name)
    return reading is not None and (reading.uidvalidity, reading.last_uid) == (standing.uidvalidity, standing.newest)


def _look_through(office: Office, reading: Reading, heads: Iterator[Arrived]) -> tuple[Sequence[int], Sequence[int]]:
    """The UIDs of the mails to be kept, and of those that may prove to be such soon."""
    chosen, unsettled = list[int](), list[int]()
    now = office.clock()
    recent = (head for head in heads if reading.since is None or head.received >= reading.since)
    for some in portions(recent):
        with office.database.read() as connection:
            for head, message_id in _by_people(office, connection, some):
                match _belongs(office, connection, head, message_id):
                    case True:
                        chosen.append(head.uid)
                    case None if head.received > now - SETTLED:
                        unsettled.append(head.uid)
    return chosen, unsettled


def _by_people(office: Office, connection: Connection, heads: Sequence[Arrived]) -> Iterator[tuple[Arrived, str]]:
    """
    With their Message-IDs, without those that the bot has sent itself: most of what lies in Sent, so the books are asked of
    all at once.

    Of ours people send those that lay in Drafts, and of which the books do not know yet that they left.
    """
    named = [(head, identity_of(head.raw).message_id) for head in heads]
    ours = {id for _, id in named if thread_of(id, office.keys) is not None}
    by_people = drafts.among(connection, list(ours))
    yield from ((head, id) for head, id in named if id not in ours or id in by_people)


def _belongs(office: Office, connection: Connection, head: Arrived, message_id: str) -> bool | None:
    """Whether the mail is to be kept; None: not by what is known today."""
    mail = read(head.raw)
    if inbound.is_known_by_hand(connection, message_id):
        return False
    concern = concern_of(office, connection, mail)
    if concern.keys or concern.pending:
        return True
    return None if mail.in_reply_to or mail.references else False


def _keep(connection: Connection, reading: Reading, mail: Arrived) -> bool:
    place = Place(mailbox=reading.mailbox, folder=reading.folder, uidvalidity=reading.uidvalidity, uid=mail.uid)
    identity = identity_of(mail.raw)
    if places.is_here(connection, place) or places.attach(connection, place=place, identity=identity):
        return False
    kept = New(place=place, identity=identity, raw=mail.raw, received=mail.received, state=State.PENDING, by_hand=True)
    return inbound.add(connection, kept) == 1
