"""A person has answered from the shared mailbox, past the bot: from then on they talk with the member. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailbot.tickets.decision import Action, Decision, Outcome
from mailbot.tickets.ticket import State, Ticket

ANSWERED = "a person has answered from the mailbox"
TAKEN_OVER = "a person has taken the conversation over"
"""Why the bot says nothing to a member."""

WITH_STAFF = "nicht mehr beim Mitglied: ein Mensch hat geantwortet"


def taken_over(ticket: Ticket, *, now: datetime) -> Ticket:
    """
    The ticket after a person's answer: what was still asked for is theirs to ask; otherwise it stands where it stood.

    Whom they write to they vouch for.
    """
    state = State.OPEN if ticket.state is State.ASKING else ticket.state
    return replace(ticket, state=state, vouched=None if ticket.vouched is None else True, updated=now)


def is_taken_over(ticket: Ticket) -> bool:
    """Whether a person sees to what is missing: nothing else leaves a ticket open that lacks something."""
    return ticket.state is State.OPEN and bool(ticket.request.missing)


def left_to_person(decision: Decision) -> Decision:
    """For a mail that a person has answered before the bot has read it: the same tickets, and no word to the member."""
    outcomes = tuple(_without_question(outcome) for outcome in decision.outcomes)
    return replace(decision, outcomes=outcomes, reply=None, silence=ANSWERED)


def _without_question(outcome: Outcome) -> Outcome:
    if outcome.action is not Action.ASK:
        return outcome
    return replace(outcome, action=Action.OPEN, state=State.OPEN)
