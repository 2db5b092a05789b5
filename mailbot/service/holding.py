"""A service is put on hold, or goes on: its tickets wait or are open again, and their members are told, in order."""

from __future__ import annotations

from dataclasses import replace

from mailbot.service.post import Post
from mailbot.service.standing import tell_member, tell_staff
from mailbot.store import holds, tickets
from mailbot.tickets.ticket import State, Ticket


def hold(post: Post, service: str, because: str, *, by: str) -> tuple[Ticket, ...]:
    """
    Its open tickets wait, and their members are told why; gives those tickets. `by` stands in their history.

    Of a member with several tickets each is told: each has its own conversation.
    """
    holds.hold(post.connection, service, because=because, now=post.now)
    told = _by_new_rules(post)
    return tuple(_turned(told, each, State.ON_HOLD, because, by) for each in _of(post, service, State.OPEN))


def release(post: Post, service: str, *, by: str) -> tuple[Ticket, ...] | None:
    """What waited for it is open, and staff and members are told; gives those tickets, None where it was not on hold."""
    ended = holds.release(post.connection, service)
    waiting = [each for each in _of(post, service, State.ON_HOLD) if each.held is None]
    if not ended and not waiting:
        return None
    told = _by_new_rules(post)
    turned = tuple(_turned(told, each, State.OPEN, "wartet nicht mehr", by) for each in waiting)
    for ticket in turned:
        tell_staff(told, ticket)
    return turned


def _by_new_rules(post: Post) -> Post:
    """What is said now is said by the rules with the hold, or without it."""
    return replace(post, rules=post.office.rules(post.connection))


def _of(post: Post, service: str, state: State) -> list[Ticket]:
    """In order of their numbers, locked."""
    found = (tickets.lock(post.connection, each.key) for each in tickets.search(post.connection, state=state, service=service))
    return [ticket for ticket in found if (ticket.state, ticket.request.service) == (state, service)]


def _turned(post: Post, ticket: Ticket, state: State, because: str, by: str) -> Ticket:
    turned = replace(ticket, state=state, updated=post.now)
    tickets.save(post.connection, turned)
    kind = "held" if state is State.ON_HOLD else "opened"
    post.note(ticket.key, kind, because, by=by)
    tell_member(post, turned)
    return turned
