"""Somebody asks for their own data by mail: what staff are told of it, what follows from their yes, and what ends it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from mailbot.catalogue import Staff
from mailbot.mail.letter import Origin as Submitted
from mailbot.mail.read import read
from mailbot.mail.thread import Role
from mailbot.service.access import pack
from mailbot.service.correspondence import is_proven, last_of_member
from mailbot.service.post import Answered, Post
from mailbot.store import erasures, histories, inbound, person, tickets
from mailbot.tickets.orders.order import Holdings
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import BOT, Event, Ticket

HELD = "Zu {} gespeichert: Vorgänge {}, Mails {}, dazu vielleicht Mails anderer. #auskunft zeigt dir, was die Person sehen darf."

OPEN_AGAIN = "nicht gelöscht: der Vorgang ist wieder offen"
UNDONE = "nicht gelöscht: der Befehl dazu gilt nicht mehr"
WROTE_AGAIN = "nicht gelöscht: die Person hat wieder geschrieben"


def hints(post: Post, ticket: Ticket) -> tuple[str, ...]:
    """For the mail to staff: how much is held of who asks for their data. Nothing for other tickets."""
    if not (post.catalogue.service(ticket.request.service).privacy and ticket.requester.email):
        return ()
    concerned, mails = person.count(post.connection, ticket.requester.email)
    return (HELD.format(ticket.requester.email, concerned, mails),)


def holdings(post: Post, ticket: Ticket) -> Holdings:
    """All that is held of who asked. Every mail is opened for it, but not for somebody who may be another."""
    service = post.catalogue.service(ticket.request.service)
    # Of a shared mailbox or staff it would be what others wrote.
    known = ticket.requester.email not in post.catalogue.own_addresses
    known = known and post.catalogue.member_of_staff(ticket.requester.email) is None
    if not (service.privacy and known and is_proven(post, ticket)):
        return Holdings(proven=False)
    found = person.find(post.connection, ticket.requester.email)
    mails = len(found.came) + len(found.went)
    return Holdings(
        proven=True,
        told=f"{len(found.own)} eigene Vorgänge, Angaben in {len(found.shared)} anderen, {mails} Mails",
        needed_for=tuple(key for key in found.unfinished if key != ticket.key),
        archive=pack(post.office, post.connection, found, with_notes=False),
    )


def show(post: Post, ticket: Ticket, archive: bytes, to: Staff) -> None:
    """Who works on it looks into the archive before the requester gets it."""
    box = post.catalogue.mailbox(ticket.mailbox)
    words = post.writer.to_look_into(ticket, archive=archive)
    asked = Answered.of(read(inbound.get(post.connection, post.cause)[1])) if post.cause is not None else None
    post.to_staff(ticket.key, to, words, mailbox=box, answered=asked, role=Role.INTERNAL)


def hand_over(post: Post, ticket: Ticket, archive: bytes) -> None:
    """A person has looked into it and said yes: the requester gets it."""
    box = post.catalogue.mailbox(ticket.mailbox)
    words = post.writer.handed_over(ticket, mailbox=box, archive=archive)
    _send(post, ticket, words)


def ask_to_erase(post: Post, ticket: Ticket, *, by: str) -> None:
    """The requester is told; `erasing` does it when the time for undoing is over and this has left."""
    box = post.catalogue.mailbox(ticket.mailbox)
    _send(post, ticket, post.writer.erased(ticket, mailbox=box))
    erasures.ask(post.connection, ticket.key, by=by, now=post.now)


def keep_after_all(connection: Connection, key: str, *, because: str, now: datetime, asked_at: datetime | None = None) -> bool:
    """Its requester is not erased; False when nobody had ordered that. `asked_at`: only what was ordered at that moment."""
    kept = erasures.take_back(connection, key, asked_at=asked_at)
    if kept:
        histories.note(connection, key, Event(at=now, kind="note", by=BOT, text=because))
    return kept


def keep_who_writes(post: Post, address: str) -> None:
    """Who shall be erased has written again: perhaps that they do not want it any more. Staff look, and may order it anew."""
    for key in erasures.waiting_of(post.connection, address):
        keep_after_all(post.connection, key, because=WROTE_AGAIN, now=post.now)
        ticket = tickets.get(post.connection, key)
        words = post.writer.kept(ticket)
        for member in post.responsible(ticket.request.service):
            post.to_staff(key, member, words, mailbox=post.catalogue.mailbox(ticket.mailbox), role=Role.INTERNAL)


def _send(post: Post, ticket: Ticket, words: Words) -> None:
    """To them alone, whoever reads along otherwise."""
    box, answered = post.catalogue.mailbox(ticket.mailbox), last_of_member(post, ticket)
    to, person = ticket.requester, Submitted.PERSON
    post.to_member(ticket.key, to, words, mailbox=box, origin=person, answered=answered, copies=())
