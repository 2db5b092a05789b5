"""Somebody asks for their own data by mail: what staff are told of it, and what follows from their yes."""

from __future__ import annotations

from mailbot.mail.letter import Origin as Submitted
from mailbot.service.access import pack
from mailbot.service.correspondence import is_proven, last_of_member
from mailbot.service.post import Post
from mailbot.store import erasures, person
from mailbot.tickets.orders.order import Holdings
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import Ticket

HELD = "Zu {} gespeichert: Vorgänge {}, Mails {}, dazu vielleicht Mails anderer. #auskunft schickt, was die Person sehen darf."


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
    mails = len({*found.sent, *found.naming, *found.beside}) + len({*found.received, *found.telling})
    return Holdings(
        proven=True,
        told=f"{len(found.own)} eigene Vorgänge, Angaben in {len(found.shared)} anderen, {mails} Mails",
        needed_for=tuple(key for key in found.unfinished if key != ticket.key),
        archive=pack(post.office, post.connection, found),
    )


def hand_over(post: Post, ticket: Ticket, archive: bytes) -> None:
    """A person has said yes: the requester gets it."""
    box = post.catalogue.mailbox(ticket.mailbox)
    words = post.office.rules(post.connection).writer.handed_over(ticket, mailbox=box, archive=archive)
    _send(post, ticket, words)


def ask_to_erase(post: Post, ticket: Ticket, *, by: str) -> None:
    """The requester is told; `erasing` does it when the time for undoing is over and this has left."""
    box = post.catalogue.mailbox(ticket.mailbox)
    _send(post, ticket, post.office.rules(post.connection).writer.erased(ticket, mailbox=box))
    erasures.ask(post.connection, ticket.key, by=by, now=post.now)


def _send(post: Post, ticket: Ticket, words: Words) -> None:
    box, answered = post.catalogue.mailbox(ticket.mailbox), last_of_member(post, ticket)
    post.to_member(ticket.key, ticket.requester, words, mailbox=box, origin=Submitted.PERSON, answered=answered)
