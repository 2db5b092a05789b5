"""
After a restore: the mail servers know what the database has forgotten.

The folders still hold the mails that came since the backup, and the bot would take them in as new: answer them a second
time, and give numbers a second time that members have in hand. But a copy of each mail of ours lies in Sent, under a
Message-ID that only we can have signed. So before anything is taken in or sent, the bot reads there

- which mails of its outbox have left since: they do not leave again;
- which numbers were given since: nobody else gets one of them;
- which mails were answered since, by which mail, under which number: they get that number again and their history, and
  what was said is not said again (service/repetition.py).

What was filed since the backup (`after: move`) is taken in again from where it lies. A mailbox that mails are delivered to by
LMTP has no folder, and nothing of this can be known of it.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection

from mailbot.catalogue import Mailbox
from mailbot.mail.imap import Arrived, Folder
from mailbot.mail.read import read
from mailbot.mail.thread import DIGEST, thread_of
from mailbot.service.canary import CANARY
from mailbot.service.identity import identity_of
from mailbot.service.inbox import inbox
from mailbot.service.office import Office
from mailbot.service.receiver import FILED, HELD
from mailbot.service.repetition import number_of
from mailbot.service.sentbox import sent_folder
from mailbot.store import delivery, inbound, numbers, outbound, restorations
from mailbot.store.inbound import New, Place, State

log = structlog.get_logger()

HEAD = ("MESSAGE-ID", "IN-REPLY-TO")


def recollect(office: Office) -> None:
    """
    Once after a restore, from every mailbox that is read by IMAP.

    Raises MailboxError: one cannot be reached. Then nobody knows what was answered from it, and nothing may be taken in
    or sent before that; what was learned already stays learned.
    """
    with office.database.read() as connection:
        taken_at = restorations.unsettled(connection)
    if taken_at is None:
        return
    log.warning("restored from a backup, looking for what was sent since", backup=f"{taken_at:%Y-%m-%d %H:%M} UTC")
    for box in office.catalogue.mailboxes:
        if box not in office.folders:
            log.warning("what came and left since the backup cannot be known; set first_ticket in rules.yaml", mailbox=box.id)
    for box in office.folders:
        with inbox(office, box) as folder:
            _look_into_sent(office, box, folder, taken_at)
            _take_back(office, box, folder, taken_at)
    with office.database.write() as connection:
        restorations.settle(connection, now=office.clock())


def _look_into_sent(office: Office, box: Mailbox, folder: Folder, taken_at: datetime) -> None:
    name = sent_folder(folder, box)
    if name is None:
        return
    with folder.beside(name) as sent:
        heads = tuple(sent.heads(sent.uids(since=taken_at), HEAD))
    with office.database.write() as connection:
        known = sum(_learn(office, connection, head) for head in heads)
    log.info("read in Sent", mailbox=box.id, mails=known)


def _learn(office: Office, connection: Connection, head: Arrived) -> bool:
    """Whether it is a mail of ours that the database did not know as sent."""
    mail = read(head.raw)
    thread = thread_of(mail.message_id, office.keys)
    if thread is None:
        return False
    ours = outbound.by_message_id(connection, mail.message_id)
    if ours is not None:
        return delivery.has_left(connection, ours.id, at=head.received)
    if thread.key in (DIGEST, CANARY):
        return False  # about no ticket: nothing is made of it
    numbers.reserve(connection, number_of(thread.key))
    answers = next(iter(mail.in_reply_to), "")
    restorations.recollect(connection, message_id=mail.message_id, key=thread.key, answers=answers, sent_at=head.received)
    return True


def _take_back(office: Office, box: Mailbox, folder: Folder, taken_at: datetime) -> None:
    """What was filed since the backup is in no inbox any more; it lies where we have put it, and stays there."""
    for name in dict.fromkeys(FILED.values()):
        if folder.known(name) is None:
            continue
        with folder.beside(name) as filed:
            for mail in filed.fetch(filed.uids(since=taken_at)):
                place = Place(mailbox=box.id, folder=name, uidvalidity=filed.uidvalidity, uid=mail.uid)
                with office.database.write() as connection:
                    _keep(connection, place, mail, held_until=office.clock() + HELD)


def _keep(connection: Connection, place: Place, mail: Arrived, *, held_until: datetime) -> None:
    identity = identity_of(mail.raw)
    if not inbound.is_known(connection, place.mailbox, identity):
        kept = New(
            place=place, identity=identity, raw=mail.raw, received=mail.received, state=State.PENDING, held_until=held_until
        )
        inbound.add(connection, kept)
