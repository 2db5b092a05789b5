"""The mail about a ticket to those who work on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailbot.catalogue import Staff
from mailbot.mail.message import Attachment, Mail
from mailbot.mail.read import read
from mailbot.service.correspondence import mails_of_members
from mailbot.service.post import Post
from mailbot.store import histories, outbound
from mailbot.tickets.ticket import Event, Ticket
from mailbot.tickets.verbatim import without_known_quotes


def tell_of_ticket(
    post: Post,
    ticket: Ticket,
    *,
    events: tuple[Event, ...] | None = None,
    news: str = "",
    original: str = "",
    attachments: tuple[Attachment, ...] = (),
    doubts: tuple[str, ...] = (),
    to: Sequence[Staff] | None = None,
) -> None:
    """
    All there is to know about the ticket.

    Args:
        events: its history; None: to be looked up.
        news: why they get it now, in a few words.
        original: the words of the member's mail that brings it.
        to: None: to all who work on it and are here.
    """
    history = histories.of(post.connection, ticket.key) if events is None else events
    box = post.catalogue.mailbox(ticket.mailbox)
    for member in post.responsible(ticket.request.service) if to is None else to:
        words = post.writer.for_staff(
            ticket, events=history, news=news, original=original, attachments=attachments, doubts=doubts, member=member
        )
        post.to_staff(ticket.key, member, words, mailbox=box)


def last_told(post: Post, ticket: Ticket) -> datetime | None:
    """When the last mail about the ticket was written to staff; None: there is none yet that they have got or will get."""
    mails = (mail for mail in outbound.of_ticket(post.connection, ticket.key) if mail.state is not outbound.State.DROPPED)
    return max((mail.created for mail in mails if post.catalogue.member_of_staff(mail.recipient)), default=None)


def words_of(post: Post, ticket: Ticket, mail: Mail) -> str:
    """The member's mail without what it quotes of earlier mails about the ticket, ours and theirs."""
    if not (mail.in_reply_to or mail.references):
        return mail.text
    ours = (each for each in outbound.of_ticket(post.connection, ticket.key) if each.recipient == mail.sender.email)
    earlier = [read(outbound.raw_of(post.connection, each.id)).text for each in ours]
    theirs = [each.text for each in mails_of_members(post, ticket) if each.message_id != mail.message_id]
    return without_known_quotes(mail.body, (*earlier, *theirs))
