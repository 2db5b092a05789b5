"""Staff are reminded of what waits for them: one mail a day for each of them, however many tickets it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbot.catalogue import Staff
from mailbot.mail.thread import Role
from mailbot.service.post import Post
from mailbot.service.rulebook import Rules
from mailbot.store import tickets
from mailbot.tickets.digest import DONE
from mailbot.tickets.escalation import Urgent, due, who_is_reminded
from mailbot.tickets.ticket import Event, State

_UNFINISHED = tuple(state for state in State if state not in DONE)


def remind_staff(post: Post, rules: Rules) -> None:
    """Write the mails of today, and note on each ticket who was reminded; a ticket that was put off until today is back."""
    theirs: dict[str, list[Urgent]] = {}
    for urgent in due(tickets.with_histories(post.connection, *_UNFINISHED), rules.catalogue, post.now):
        asked = who_is_reminded(urgent, rules.catalogue, post.away)
        for member in asked:
            theirs.setdefault(member.id, []).append(urgent)
        if urgent.returned:
            _take_back(post, urgent.ticket.key)
        names = ", ".join(member.name for member in asked)
        _note(post, urgent.ticket.key, "urged", f"Erinnerung an {names}")
    for member in rules.catalogue.staff:
        if member.id in theirs:
            _write(post, rules, member, theirs[member.id])


def _take_back(post: Post, key: str) -> None:
    tickets.save(post.connection, replace(tickets.lock(post.connection, key), waits_until=None))
    _note(post, key, "resumed", "Wiedervorlage: war bis heute verschoben")


def _note(post: Post, key: str, kind: str, text: str) -> None:
    tickets.note(post.connection, key, Event(at=post.now, kind=kind, by="mailbot", text=text))


def _write(post: Post, rules: Rules, member: Staff, urgents: Sequence[Urgent]) -> None:
    words = rules.writer.urgent(urgents, member, away=post.away)
    if len(urgents) == 1:
        # Orders in a reply to it are about the ticket.
        ticket = urgents[0].ticket
        post.to_staff(ticket.key, member, words, mailbox=rules.catalogue.mailbox(ticket.mailbox), role=Role.INTERNAL)
    else:
        post.notice(member, words, mailbox=rules.catalogue.mailboxes[0])
