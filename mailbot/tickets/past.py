"""What a ticket's history tells of its state: since when it stands as it does, and how it stood on a day that is over. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailbot.catalogue import Service
from mailbot.tickets.ticket import Event, State, Ticket

_BROUGHT_BY = {
    State.ASKING: frozenset({"asked"}),
    State.OPEN: frozenset({"opened", "reopened"}),
    State.TRIAGE: frozenset({"triaged", "reopened"}),
    State.ON_HOLD: frozenset({"held"}),
    State.REFERRED: frozenset({"referred"}),
    State.CLOSED: frozenset({"closed"}),
}
TURNS = frozenset().union(*_BROUGHT_BY.values())
"""The kinds of events that bring a ticket into a state."""


def entered(ticket: Ticket, events: tuple[Event, ...]) -> Event | None:
    """
    What brought the ticket into its state: the first such event after the last one that brought it into another.

    So a second question, or a note, does not make the waiting look shorter than it is.
    """
    mine = _BROUGHT_BY[ticket.state]
    found: Event | None = None
    for event in sorted(events, key=lambda each: each.at):
        if event.kind in TURNS - mine:
            found = None
        elif event.kind in mine and found is None:
            found = event
    return found


def as_it_was(ticket: Ticket, events: tuple[Event, ...], at: datetime, service: Service) -> tuple[Ticket, tuple[Event, ...]]:
    """
    The ticket in the state that it was in at that moment, and its history up to then.

    Its history does not tell more than the state: what was known and who was responsible is as it is today.
    """
    told = tuple(event for event in events if event.at <= at)
    turn = max((event for event in told if event.kind in TURNS), key=lambda event: event.at, default=None)
    if len(told) == len(events) or turn is None:
        return ticket, told
    return replace(ticket, state=_state_after(turn, service)), told


def _state_after(turn: Event, service: Service) -> State:
    if turn.kind == "reopened":
        return State.TRIAGE if service.complete == "triage" else State.OPEN
    return next(state for state, kinds in _BROUGHT_BY.items() if turn.kind in kinds)
