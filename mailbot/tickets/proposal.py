"""
A requester whom staff have named by passing their mail on: nobody has written to us from that address.

Until staff say yes, the ticket lies with them, and what the bot would answer is only proposed. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailbot.catalogue import Catalogue
from mailbot.tickets.decide import decide, reopened
from mailbot.tickets.decision import Decision
from mailbot.tickets.ticket import State, Ticket
from mailbot.understanding.request import Reading


def awaits_yes(ticket: Ticket) -> bool:
    """Whether staff have not said yet that the requester may hear from the bot."""
    return ticket.vouched is False


def agreed(ticket: Ticket, catalogue: Catalogue) -> Ticket:
    """The ticket after a yes, where it would stand if its requester had written to us; what is closed stays so."""
    vouched = replace(ticket, vouched=True)
    return vouched if vouched.state is State.CLOSED else reopened(vouched, catalogue)


def would_be(tickets: Sequence[Ticket], catalogue: Catalogue) -> Decision:
    """What a first mail that asks for all this would lead to; its outcomes are parallel to `tickets`."""
    reading = Reading(requests=tuple(ticket.request for ticket in tickets), language=tickets[0].language)
    return decide(reading, (), catalogue)
