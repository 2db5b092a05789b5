"""
The same words again and again: a machine that says nowhere that it is one.

Such a mail is kept on the ticket that has the words already, and nobody is written to: not the sender, who would
answer again, and not staff, who may be the sender. Digits do not count, for machines number and date their mails.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.mail.message import Kind, Mail
from mailbot.mail.read import read
from mailbot.service.member import BOT, Case
from mailbot.store import inbound, tickets
from mailbot.tickets.ticket import Event

AS_NEW_MAILS = 2
"""So many equal ones get their answers, for people press a button twice; each would be a new ticket."""

IN_CONVERSATION = 5
"""So many in one conversation; who says the same to three questions is handed to a person before."""

LATELY = timedelta(days=1)
LOOKED_AT = 20
"""Mails; so many are read again at most."""

ECHO = "dieselben Worte wie in einer früheren Mail; niemand hat eine Antwort bekommen"


def repeated(connection: Connection, mail: Mail, *, key: str | None, now: datetime) -> str | None:
    """
    The ticket that has the words of this mail from the same sender, too often within a day; None for a mail to answer.

    `key` is the ticket that the mail answers; without it those are looked at that the sender has opened.
    """
    since = now - LATELY
    if key is None:
        mails, most = tickets.lately_from(connection, mail.sender.email, since=since), AS_NEW_MAILS
    else:
        mails, most = tuple((key, id) for id in reversed(tickets.mails_of(connection, key))), IN_CONVERSATION
    same = [key for key, id in mails[:LOOKED_AT] if _same_words(connection, id, mail, since=since)]
    return same[0] if len(same) >= most else None


def said_before(connection: Connection, key: str, mail: Mail) -> bool:
    """Whether the same sender has said the same about that ticket before."""
    return any(_same_words(connection, id, mail) for id in tickets.mails_of(connection, key)[-LOOKED_AT:])


def note_echo(connection: Connection, case: Case, key: str) -> None:
    """Keep the mail on that ticket, in silence."""
    known = any(event.text == ECHO for event in tickets.history(connection, key))
    tickets.belongs(connection, key, case.row.id)
    # The digest tells it once: of a loop it would tell nothing else.
    kind = "note" if known else "trouble"
    tickets.note(connection, key, Event(at=case.now, kind=kind, by=BOT, text=ECHO, mail=case.row.id))
    inbound.finish(connection, case.row.id, inbound.State.TICKET, now=case.now, reason=ECHO)


def _same_words(connection: Connection, id: int, mail: Mail, *, since: datetime | None = None) -> bool:
    row, raw = inbound.get(connection, id)
    if since is not None and row.received < since:
        return False
    earlier = read(raw)
    return earlier.sender.email == mail.sender.email and _letters(earlier) == _letters(mail)


def _letters(mail: Mail) -> str:
    """What the mail says in its author's own words, by its letters alone; of an empty one the subject."""
    own = "".join(line.text for line in mail.body.of(Kind.OWN))
    return "".join(filter(str.isalpha, (own if own.strip() else mail.subject).casefold()))
