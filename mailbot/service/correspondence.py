"""The mails of members that belong to a ticket: how far they prove its requester, and what may follow from that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

from sqlalchemy import Connection

from mailbot.mail.letter import Origin as Submitted
from mailbot.mail.message import Address, Mail
from mailbot.mail.proof import Authenticity, prove
from mailbot.mail.read import read
from mailbot.mail.thread import was_sent_to
from mailbot.service.post import Answered, Post
from mailbot.store import inbound, tickets
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import Event, Ticket

UNTOLD = "keine automatische Mail an das Mitglied: der Absender fehlt oder ist gefälscht"


class Standing(StrEnum):
    """How far the requester of a ticket is believed; the best that one of their mails proves."""

    PROVEN = "proven"  # may read what the mails said
    UNPROVEN = "unproven"  # may be somebody whom a stranger named: reads nothing of what the mails said
    SILENT = "silent"  # forged, or without an address: gets nothing that no person wrote


def _standing(post: Post, ticket: Ticket, mails: Sequence[Mail]) -> Standing:
    """Told from the stored mails each time, so that it cannot differ from them."""
    if not ticket.requester.email:
        return Standing.SILENT
    theirs = [mail for mail in mails if mail.sender.email == ticket.requester.email]
    found = {_standing_of(mail, post) for mail in theirs}
    return next((each for each in Standing if each in found), Standing.UNPROVEN)


def is_proven(post: Post, ticket: Ticket) -> bool:
    """Whether the requester may read what the mails said."""
    return _standing(post, ticket, _mails(post.connection, ticket)) is Standing.PROVEN


def tell(post: Post, ticket: Ticket, write: Callable[[Address, bool], Words]) -> bool:
    """
    An automatic mail to the requester that no mail of theirs asks for; False for one who gets none.

    Args:
        write: gives the words, from whom they go to and whether that is proven (else nothing of the mails may stand there).
    """
    mails = _mails(post.connection, ticket)
    believed = _standing(post, ticket, mails)
    if believed is Standing.SILENT:
        tickets.note(post.connection, ticket.key, Event(at=post.now, kind="note", by="mailbot", text=UNTOLD))
        return False
    known = believed is Standing.PROVEN
    to = ticket.requester if known else replace(ticket.requester, name="")
    box = post.catalogue.mailbox(ticket.mailbox)
    answered = _last(mails, known=known)
    post.to_member(ticket.key, to, write(to, known), mailbox=box, origin=Submitted.GENERATED, answered=answered)
    return True


def last_of_member(connection: Connection, ticket: Ticket) -> Answered | None:
    """The members' last mail about the ticket: what we write now continues its thread."""
    return _last(_mails(connection, ticket))


def _last(mails: Sequence[Mail], *, known: bool = True) -> Answered | None:
    return Answered.of(mails[-1], known=known) if mails else None


def _mails(connection: Connection, ticket: Ticket) -> list[Mail]:
    kept = [inbound.get(connection, id) for id in tickets.mails_of(connection, ticket.key)]
    return [read(raw) for row, raw in kept if row.state is inbound.State.TICKET]


def _standing_of(mail: Mail, post: Post) -> Standing:
    authenticity, _ = prove(mail, post.catalogue.authserv_ids)
    if authenticity is Authenticity.FAIL:
        return Standing.SILENT
    answered = (*mail.in_reply_to, *mail.references)
    if authenticity is Authenticity.PASS or any(was_sent_to(id, mail.sender.email, post.office.keys) for id in answered):
        return Standing.PROVEN
    return Standing.UNPROVEN
