"""Staff are reminded of what waits for them: one mail a day for each of them, however many tickets it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbot.catalogue import Staff
from mailbot.mail.thread import Role
from mailbot.service.post import Post
from mailbot.store import histories, tickets
from mailbot.tickets.escalation import Urgent, due, who_is_reminded
from mailbot.tickets.ticket import UNFINISHED


def remind_staff(post: Post) -> None:
    """Write the mails of today, and note on each ticket who was reminded; a ticket that was put off until today is back."""
    theirs: dict[str, list[Urgent]] = {}
    for urgent in due(histories.in_states(post.connection, *UNFINISHED), post.catalogue, post.now):
        asked = who_is_reminded(urgent, post.catalogue, post.away)
        for member in asked:
            theirs.setdefault(member.id, []).append(urgent)
        if urgent.returned:
            _take_back(post, urgent.ticket.key)
        names = ", ".join(member.name for member in asked)
        post.note(urgent.ticket.key, "urged", f"Erinnerung an {names}")
    for member in post.catalogue.staff:
        if member.id in theirs:
            _write(post, member, theirs[member.id])


def _take_back(post: Post, key: str) -> None:
    tickets.save(post.connection, replace(tickets.lock(post.connection, key), waits_until=None))
    post.note(key, "resumed", "Wiedervorlage: war bis heute verschoben")


def _write(post: Post, member: Staff, urgents: Sequence[Urgent]) -> None:
    words = post.writer.urgent(urgents, member, away=post.away)
    if len(urgents) == 1:
        # Orders in a reply to it are about the ticket.
        ticket = urgents[0].ticket
        post.to_staff(ticket.key, member, words, mailbox=post.catalogue.mailbox(ticket.mailbox), role=Role.INTERNAL)
    else:
        post.notice(member, words, mailbox=post.catalogue.mailboxes[0])
