"""What an order is, and what follows from it. Values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mailbot.catalogue import Catalogue, Staff
from mailbot.tickets.ticket import Event, Ticket

Row = tuple[str, str]
"""A line of the transcript: what was written, and what was done; "" where it goes on from the line above."""


class Refused(Exception):
    """Why something cannot be done, as a sentence for staff, in German and without a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One order. `name` is that of its verb, `line` what was written."""

    name: str
    argument: str = ""
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What a mail of staff says.

    `answer` are the plain words for the member, without quotes and signature; `refused` the lines that were not
    understood, each with the reason in German. Words after `#notiz` are the note's: they are never an answer.
    """

    commands: tuple[Command, ...] = ()
    answer: str = ""
    refused: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellMember:
    """The member hears where the ticket stands now."""


Effect = TellMember
"""What follows besides the ticket itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who orders, by which rules, and when (aware, UTC)."""

    by: Staff
    catalogue: Catalogue
    now: datetime

    def event(self, kind: str, text: str) -> Event:
        """A line of history: they did it, now."""
        return Event(at=self.now, kind=kind, by=self.by.email, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one command makes of a ticket; `told` stands in the transcript beside its line, `rows` below."""

    ticket: Ticket
    told: str
    events: tuple[Event, ...] = ()
    rows: tuple[Row, ...] = ()
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """
    Something that can be ordered.

    Attributes:
        german, english: what may be written behind `#`, in any case of letters; the first German one is what is told.
        usage: an example, as staff would write it.
        help: what happens then, for staff, in German.
        do: carries it out; raises Refused.
        bare: nothing may stand behind it.
        idle: it changes nothing about the ticket, so a ticket that waits goes on waiting.
    """

    name: str
    german: tuple[str, ...]
    english: tuple[str, ...]
    usage: str
    help: str
    do: Callable[[Ticket, Command, Desk], Done]
    bare: bool = False
    idle: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All that may be written."""
        return (*self.german, *self.english)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What becomes of an order.

    `rows` is the transcript; `answer` the words to the member, or "". Where lines are `refused` (with the reason)
    nothing was done: the ticket is what it was, and there are no events.
    """

    ticket: Ticket
    refused: tuple[Row, ...] = ()
    events: tuple[Event, ...] = ()
    rows: tuple[Row, ...] = ()
    effects: tuple[Effect, ...] = ()
    answer: str = ""
