"""
The same words again and again: a machine that says nowhere that it is one.

Such a mail is kept on the ticket that has the words already, and nobody is written to: not the sender, who would
answer again, and not staff, who may be the sender. Numbers do not count, for machines number their mails; a day, another
subject or another file do: people ask for the same thing for several groups and days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.mail.message import Kind, Mail
from mailbot.mail.read import read
from mailbot.mail.subject import ANSWER
from mailbot.service.member import Case
from mailbot.store import claims, histories, inbound, ticket_mails
from mailbot.tickets.ticket import BOT, Event

AS_NEW_MAILS = 2
"""So many equal ones get their answers, for people press a button twice; each would be a new ticket."""

IN_CONVERSATION = 5
"""So many in one conversation; who says the same to three questions is handed to a person before."""

LATELY = timedelta(days=1)
LOOKED_AT = 20
"""Mails; so many are read again at most."""

ECHO_OF_STAFF = "dieselben Worte wie in einer früheren Mail von uns; nichts davon ging hinaus"
ECHO = "dieselben Worte wie in einer früheren Mail; niemand hat eine Antwort bekommen"


def repeated(connection: Connection, mail: Mail, *, key: str | None, now: datetime) -> str | None:
    """
    The ticket that has the words of this mail from the same sender, too often within a day; None for a mail to answer.

    `key` is the ticket that the mail answers; without it those are looked at that the sender has opened.
    """
    since = now - LATELY
    if key is None:
        mails, most = ticket_mails.lately_from(connection, mail.sender.email, since=since), AS_NEW_MAILS
    else:
        mails, most = tuple((key, id) for id in reversed(ticket_mails.mails_of(connection, key))), IN_CONVERSATION
    same = [key for key, id in mails[:LOOKED_AT] if _same_words(connection, id, mail, since=since)]
    return same[0] if len(same) >= most else None


def said_before(connection: Connection, key: str, mail: Mail, *, now: datetime) -> bool:
    """
    Whether the same sender has said the same about that ticket within a day, and no member has said anything new since.

    To that it may be the answer once more, as often as in any conversation. What says the same each time is a machine.
    """
    ids = ticket_mails.mails_of(connection, key)[-LOOKED_AT:]
    same = [id for id in ids if _same_words(connection, id, mail, since=now - LATELY)]
    if not same or len(same) >= IN_CONVERSATION:
        return bool(same)
    return not any(id > same[-1] for id in _first_said_by_others(connection, ids, mail))


def same_own_words(one: Mail, other: Mail) -> bool:
    """Whether the authors of both say the same, however programs have wrapped it; where nothing is said, it is not the same."""
    said = _own_words(one)
    return bool(said) and said == _own_words(other)


def note_echo(connection: Connection, case: Case, key: str, text: str = ECHO) -> bool:
    """Keep the mail on that ticket, in silence; whether it is the first of which its history says that."""
    known = any(event.text == text for event in histories.of(connection, key))
    ticket_mails.add(connection, key, case.row.id)
    # The digest tells it once: of a loop it would tell nothing else.
    kind = "note" if known else "trouble"
    histories.note(connection, key, Event(at=case.now, kind=kind, by=BOT, text=text, mail=case.row.id))
    claims.finish(connection, case.row.id, inbound.State.TICKET, now=case.now, reason=text)
    return not known


def _same_words(connection: Connection, id: int, mail: Mail, *, since: datetime) -> bool:
    row, raw = inbound.get(connection, id)
    if row.received < since:
        return False
    earlier = read(raw)
    return earlier.sender.email == mail.sender.email and _words(earlier) == _words(mail)


def _first_said_by_others(connection: Connection, ids: Sequence[int], mail: Mail) -> Iterator[int]:
    """Which of them say what other members than that mail's sender had not said before; an echo is kept as a member's."""
    said: set[tuple[str, str]] = set()
    for id in ids:
        row, raw = inbound.get(connection, id)
        other = read(raw)
        words = (other.sender.email, _own_words(other))
        if row.state is inbound.State.TICKET and other.sender.email != mail.sender.email and words not in said:
            said.add(words)
            yield id


def _words(mail: Mail) -> tuple[str, str, tuple[tuple[str, int], ...]]:
    """What the mail says in its author's own words and its subject, but for numbers, and the files that it brings."""
    return _own_words(mail), _plain(_KEY.sub(" ", mail.subject)), tuple((each.name, each.size) for each in mail.attachments)


def _own_words(mail: Mail) -> str:
    return _plain("".join(line.text for line in mail.body.of(Kind.OWN)))


# What our own subjects add to what a conversation is about: its key, and behind a dot why we write.
_KEY = re.compile(rf"\[[^\]]*\]|^(?:\s*{ANSWER})+|\s·\s.*", re.IGNORECASE)
_WHEN = re.compile(r"\d{1,2}\.\s?\d{1,2}\.|\d{4}-\d\d-\d\d|\d{1,2}(?:[:.]\d\d)?\s?uhr")


def _plain(text: str) -> str:
    """The letters of a text, and the days and hours in it."""
    text = text.casefold()
    return "".join(filter(str.isalpha, text)) + "".join(re.sub(r"\s", "", when) for when in _WHEN.findall(text))
