"""What colleagues hear when one of them takes a ticket, gives it on, or ends it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.catalogue import Catalogue, Staff
from mailbot.tickets.ticket import State, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A ticket as it is now, and what was done to it: "übernommen und abgeschlossen"."""

    ticket: Ticket
    told: str


def turn(before: Ticket, after: Ticket, by: Staff, catalogue: Catalogue) -> Turn | None:
    """What an order of `by` means for colleagues who have got the ticket, too; None where it is nothing to them."""
    whose, whether = _whose(before, after, by, catalogue), _whether(before, after)
    told = [text for text in ((whose, whether) if after.assignee else (whether, whose)) if text]
    return Turn(ticket=after, told=" und ".join(told)) if told else None


def _whose(before: Ticket, after: Ticket, by: Staff, catalogue: Catalogue) -> str:
    if after.assignee == before.assignee:
        return ""
    if after.assignee is None:
        return "wieder abgegeben, niemand ist zuständig"
    if after.assignee == by.id:
        return "übernommen"
    return f"an {next((each.name for each in catalogue.staff if each.id == after.assignee), after.assignee)} gegeben"


def _whether(before: Ticket, after: Ticket) -> str:
    if (after.state is State.CLOSED) is (before.state is State.CLOSED):
        return ""
    if after.merged_into:
        return f"mit {after.merged_into} zusammengelegt"
    return "abgeschlossen" if after.state is State.CLOSED else "wieder geöffnet"
