"""Colleagues who have got a ticket hear who has it now, or that it is done: one mail each, however many tickets it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailbot.catalogue import Staff
from mailbot.mail.thread import Role
from mailbot.service.post import Post
from mailbot.store import outbound
from mailbot.tickets.announcing import turn
from mailbot.tickets.ticket import Ticket

Change = tuple[Ticket, Ticket]
"""A ticket as it was, and as it is."""


def announce(post: Post, changes: Iterable[Change], by: Staff) -> None:
    """
    Tell them what an order has changed.

    Args:
        changes: each ticket as it was and as it is.
        by: who ordered it, and hears it by the transcript.
    """
    turns = [each for before, after in changes if (each := turn(before, after, by, post.catalogue))]
    for member in post.catalogue.staff:
        theirs = tuple(each for each in turns if member.id != by.id and _concerns(post, each.ticket, member))
        if not theirs:
            continue
        words, box = post.writer.taken(theirs, by=by, member=member), post.catalogue.mailbox(theirs[0].ticket.mailbox)
        if len(theirs) == 1:
            post.to_staff(theirs[0].ticket.key, member, words, mailbox=box, role=Role.INTERNAL)
        else:
            post.notice(member, words, mailbox=box)


def _concerns(post: Post, ticket: Ticket, member: Staff) -> bool:
    """Whose it is now, and who has got a mail about it; nobody who is away."""
    if member not in post.present():
        return False
    return ticket.assignee == member.id or member.email in _told(outbound.of_ticket(post.connection, ticket.key))


def _told(mails: Sequence[outbound.Outbound]) -> set[str]:
    return {mail.recipient for mail in mails if mail.state is not outbound.State.WITHDRAWN}
