"""Who of the staff goes away hands over what they have taken: they and the others get one mail about it."""

from __future__ import annotations

from datetime import date

from mailbot.catalogue import Staff
from mailbot.service.post import Post
from mailbot.store import absences, histories
from mailbot.tickets.calendar import day_of
from mailbot.tickets.digest import Digest, make_digest
from mailbot.tickets.ticket import UNFINISHED


def go_away(post: Post, member: Staff, until: date) -> None:
    """Up to and including that day the others get what is theirs, and each of them hears at once which tickets that are."""
    absences.go_away(post.connection, member.id, until=until)
    known = [each for each in histories.in_states(post.connection, *UNFINISHED) if each[0].assignee == member.id]
    if not known:
        return
    heirs = {ticket.key: _heirs(post, member, ticket.request.service) for ticket, _ in known}
    for reader in post.catalogue.staff:
        theirs = [each for each in known if reader == member or reader in heirs[each[0].key]]
        if theirs:
            digest = make_digest(theirs, day=day_of(post.now, post.catalogue.hours), now=post.now, catalogue=post.catalogue)
            _tell(post, reader, member, until, digest, alone=not any(heirs.values()))


def _heirs(post: Post, member: Staff, service: str) -> tuple[Staff, ...]:
    """Nobody where all others are away, too: then everything goes to everybody as ever."""
    return tuple(each for each in post.responsible(service) if each != member and each.id not in post.away)


def _tell(post: Post, reader: Staff, member: Staff, until: date, digest: Digest, *, alone: bool) -> None:
    words = post.writer.away(member, until=until, rows=digest.unfinished, own=reader == member, alone=alone)
    post.notice(reader, words, mailbox=post.catalogue.mailboxes[0], at_once=reader == member)
