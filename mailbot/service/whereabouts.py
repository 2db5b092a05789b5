"""Which conversation a mail belongs to, and what its references prove about its author."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import Connection

from mailbot.mail.message import Mail
from mailbot.mail.thread import DIGEST, Role, thread_of, was_sent_to
from mailbot.service.secrecy import proves
from mailbot.store import merging, outbound, participants, ticket_mails, tickets


class Notice(StrEnum):
    """A mail of ours to staff that is about no ticket."""

    OVERVIEW = "overview"  # also a report, or that a mailbox is out of reach
    TRANSCRIPT = "transcript"  # it answers a mail of theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """
    `key` is the ticket that the mail answers, None for none; `role` as whom its author got our mail (None: no
    mail of ours is answered). `proven`: this author, and nobody else, has its Message-ID. `mentioned` is a key
    that is not believed: the mail names it, and its author has nothing to do with that ticket. `forgotten` is one
    that stands for another ticket by now: the mail answers one of ours that this database does not know. `notice`: what
    is answered is about no ticket.
    """

    key: str | None = None
    role: Role | None = None
    proven: bool = False
    mentioned: str | None = None
    forgotten: str | None = None
    notice: Notice | None = None


def whereabouts(
    connection: Connection, mail: Mail, *, prefix: str, secrets: Sequence[bytes], is_staff: bool, vouched: bool = False
) -> Whereabouts:
    """
    Our own signed Message-IDs come first, then earlier mails of the ticket, then a key in the subject.

    All count only for addresses that take part in the ticket, or that we sent the answered mail to, also as a copy: a
    mail is forwarded easily, a key is guessed easily, and who has them is told nothing of others. A key counts for the
    requester, and for others who take part if our mail server has `vouched` for them. A mail that went to several leads
    each of them to the ticket, and proves none of them. What staff got proves nothing about
    somebody who `is_staff` no longer. An id counts only while the outbox knows its mail: in a database that was lost and
    begun again the same key may stand for the ticket of somebody else. What answers a ticket that was merged belongs to
    the one in which it goes on.
    """
    place = _whereabouts(connection, mail, prefix, secrets, is_staff=is_staff, vouched=vouched)
    return replace(place, key=merging.goes_on_in(connection, place.key)) if place.key else place


def _whereabouts(
    connection: Connection, mail: Mail, prefix: str, secrets: Sequence[bytes], *, is_staff: bool, vouched: bool
) -> Whereabouts:
    author = mail.sender.email
    answered = (*mail.in_reply_to, *reversed(mail.references))
    mentioned = forgotten = None
    for message_id in answered:
        thread = thread_of(message_id, secrets)
        if thread is None:
            continue
        ours = outbound.by_message_id(connection, message_id)
        if ours is not None and thread.key == DIGEST:
            proven = is_staff and proves(connection, message_id, author, secrets)
            notice = Notice.OVERVIEW if ours.cause is None else Notice.TRANSCRIPT
            return Whereabouts(role=thread.role, proven=proven, notice=notice)
        if ours is None or ours.ticket != thread.key:
            forgotten = forgotten or thread.key
            continue
        may_be_theirs = is_staff or thread.role is Role.MEMBER
        got_it = may_be_theirs and (was_sent_to(message_id, author, secrets) or author in ours.copies)
        if got_it or participants.takes_part(connection, thread.key, author):
            proven = got_it and proves(connection, message_id, author, secrets)
            return Whereabouts(key=thread.key, role=thread.role, proven=proven)
        mentioned = mentioned or thread.key
    earlier = ticket_mails.ticket_with(connection, answered, author)
    if earlier is not None:
        return Whereabouts(key=earlier)
    key = key_in(mail.subject, prefix)
    if key is None or key == forgotten or tickets.conversation_of(connection, key) is None:
        return Whereabouts(mentioned=mentioned, forgotten=forgotten)
    if _may_name(connection, key, author, vouched=vouched):
        return Whereabouts(key=key)
    return Whereabouts(mentioned=mentioned or key)


def key_in(subject: str, prefix: str) -> str | None:
    """The ticket that a subject names: "Re: [KV-1042] …"."""
    named = re.search(rf"\[({re.escape(prefix)}-\d{{1,9}})\]", subject, re.IGNORECASE)
    return named[1].upper() if named else None


def _may_name(connection: Connection, key: str, author: str, *, vouched: bool) -> bool:
    is_theirs = tickets.get(connection, key).requester.email == author
    return (is_theirs or vouched) and participants.takes_part(connection, key, author)
