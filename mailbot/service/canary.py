"""
The bot writes to its own mailboxes, by SMTP, and waits until IMAP shows the mail: so it notices what no login tells.

A canary is nobody's request. It goes past the outbox (`direct.py`), so no limit, no copy in Sent and no books of ours know it.
Its Message-ID is signed and stands in the database, so only our own counts, and only in the mailbox that it was sent to; whoever
sends it on sends a mail of ours that came back. In the inbox it is a mail like others: its row says `ignored`, and why.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection

from mailbot.catalogue import Mailbox
from mailbot.errors import DeliveryError
from mailbot.mail.message import Address
from mailbot.service.direct import letter_of, send_now
from mailbot.service.office import Office
from mailbot.store import canaries, jobs, mailboxes
from mailbot.store.canaries import Canary

log = structlog.get_logger()

CANARY = "canary"
FOUND = "It is a canary of the bot: sent to itself to see whether mails go out and come in."
DUE = {"hourly": "%Y-%m-%d %H", "daily": "%Y-%m-%d"}
"""What tells one hour or day from the next, in UTC."""


def send_if_due(office: Office) -> int:
    """Once an hour or day, however many bots there are: write to each mailbox. Tells how many mails have left."""
    how_often, now = office.catalogue.canary, office.clock()
    if how_often == "off" or office.catalogue.in_shadow:
        return 0
    with office.database.write() as connection:
        if not jobs.take(connection, CANARY, f"{now:{DUE[how_often]}}", now=now):
            return 0
    return sum(_send(office, box) for box in office.catalogue.mailboxes)


def _send(office: Office, box: Mailbox) -> bool:
    """Noted before it leaves: one that cannot leave is missing later, like one that gets lost."""
    now = office.clock()
    with office.database.write() as connection:
        words = office.rules(connection).writer.canary(box, at=now)
        letter = letter_of(office, words, key=CANARY, box=box, to=Address(name=box.name, email=box.address))
        canaries.keep(connection, Canary(message_id=letter.message_id, mailbox=box.id, sent_at=now))
    try:
        send_now(office, letter)
    except DeliveryError as error:
        log.warning("canary not sent", mailbox=box.id, error=str(error).partition(" (")[0])
        with office.database.write() as connection:
            mailboxes.in_trouble(connection, "smtp", str(error), now=office.clock())
        return False
    with office.database.write() as connection:
        mailboxes.reached(connection, "smtp", now=office.clock())
    return True


def is_ours(connection: Connection, message_id: str, *, mailbox: str, now: datetime) -> bool:
    """Whether the mail of that Message-ID is a canary that has come to its mailbox; from now on it counts as found."""
    found = canaries.found(connection, message_id, mailbox=mailbox, now=now)
    if found is not None and found.found_at is not None:
        log.info("canary found", mailbox=mailbox, seconds=round((found.found_at - found.sent_at).total_seconds()))
    return found is not None
