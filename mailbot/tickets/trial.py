"""A trial is over: what becomes of the tickets that the bot has opened in shadow, of which no member has heard. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from mailbot.tickets.ticket import BOT, Event, State, Ticket

OVER = "Probelauf beendet"
ANSWERED = f"{OVER}: ein Mensch hat geantwortet"
UNANSWERED = f"{OVER}: keine Antwort des Bots ging hinaus, und soweit er sieht, hat auch niemand sonst geantwortet"


def laid_down(ticket: Ticket, events: Sequence[Event], thanks: Collection[int], now: datetime) -> tuple[Ticket, Event]:
    """
    The ticket from now on, and the line that tells so.

    Who works in shadow works as ever: what a person has answered last is theirs and done with, and closed in silence.
    Everything else is for a person to read. No question was ever asked, so none counts.

    Args:
        thanks: ids of the mails that only say thank you; they want no answer.
    """
    answered = _last_word(events, thanks) == "answered"
    event = Event(at=now, kind="closed" if answered else "triaged", by=BOT, text=ANSWERED if answered else UNANSWERED)
    return replace(ticket, state=State.CLOSED if answered else State.TRIAGE, questions=0, updated=now), event


def _last_word(events: Sequence[Event], thanks: Collection[int]) -> str:
    words = (event for event in reversed(events) if event.kind in ("received", "answered"))
    return next((event.kind for event in words if event.mail not in thanks), "received")
