"""What an order is, and what follows from it. Values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from mailbot.catalogue import Catalogue, Staff
from mailbot.mail.letter import File
from mailbot.mail.message import Address
from mailbot.tickets.enclosing import Enclosure
from mailbot.tickets.ticket import Event, State, Ticket
from mailbot.understanding.request import Request

Row = tuple[str, str]
"""A line of the transcript: what was written, and what was done; "" where it goes on from the line above."""


class Refused(Exception):
    """Why something cannot be done, as a sentence for staff, in German and without a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One order. `name` is that of its verb, `line` what was written; `key` is the ticket where one is named."""

    name: str
    argument: str = ""
    line: str
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """
    What a mail of staff says.

    `answer` are the plain words for the member, without quotes and signature; with `by_hand` their writer has sent them
    there already. `refused` the lines that were not
    understood, each with the reason in German. Words after `#notiz` are the note's: they are never an answer.
    `enclosures` are the files of the mail, which go with the answer.
    """

    commands: tuple[Command, ...] = ()
    answer: str = ""
    by_hand: bool = False
    enclosures: tuple[Enclosure, ...] = ()
    refused: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellMember:
    """The member hears where the ticket stands now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellStaff:
    """Those responsible get the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Another ticket takes this one up: as it is then, and what is noted there."""

    into: Ticket
    events: tuple[Event, ...]
    told: bool  # it stands elsewhere now: its member hears of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A new ticket of the same member, for another service."""

    request: Request
    state: State
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldService:
    """All tickets of a service wait, and members are told why."""

    service: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseService:
    """They wait no longer."""

    service: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What an earlier order has changed is as it was, and its mails that have not left never leave."""

    order: Earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Who orders is away up to and including that day; None: is back."""

    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Who orders gets the data of who asked, packed, to look into."""

    archive: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Who asked gets their data, packed."""

    archive: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMember:
    """Who asked is told so, and erased when the time for undoing is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What is proposed to the requester leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """What is proposed never leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredInstead:
    """What is proposed never leaves, for staff write to the requester themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredByHand:
    """The requester has these words already; what the bot would still have said by itself never leaves."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTo:
    """The address gets our mails to the member in copy."""

    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyNoMore:
    """It gets them no longer."""

    email: str


Effect = (
    TellMember
    | TellStaff
    | Merge
    | Split
    | HoldService
    | ReleaseService
    | Undo
    | Away
    | Show
    | HandOver
    | EraseMember
    | Agreed
    | Declined
    | AnsweredInstead
    | AnsweredByHand
    | CopyTo
    | CopyNoMore
)
"""What follows besides the ticket itself."""

AtLarge = HoldService | ReleaseService | Away
"""What is about no ticket of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """
    An order that was carried out.

    Attributes:
        mail: id of the mail that it stood in; None at the command line.
        before: the tickets that it changed, as they were.
        since: the same tickets as they are now, in the same order.
    """

    at: datetime
    mail: int | None
    before: tuple[Ticket, ...]
    since: tuple[Ticket, ...]
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """
    What is held of who asked.

    Attributes:
        proven: whether it is surely them who asked.
        told: how much it is, as a sentence for staff.
        needed_for: keys of other tickets for which it is still needed.
        archive: all of it, packed for them; empty where it is not proven.
    """

    proven: bool
    told: str = ""
    needed_for: tuple[str, ...] = ()
    archive: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    Who orders, by which rules, and when (aware, UTC), with what orders may be about.

    Attributes:
        others: tickets that the orders name, by key.
        history: of the ticket, oldest first.
        last: the last order of the same member of staff about the ticket, None where there is none.
        holdings: what is held of who asked, where an order is about that.
        away: who of the staff is away: id to the last day.
    """

    by: Staff
    catalogue: Catalogue
    now: datetime
    others: Mapping[str, Ticket] = field(default_factory=dict)
    history: tuple[Event, ...] = ()
    last: Earlier | None = None
    holdings: Holdings | None = None
    away: Mapping[str, date] = field(default_factory=dict)

    @property
    def author(self) -> Address:
        """Who orders, as one who says something."""
        return Address(name=self.by.name, email=self.by.email)

    def event(self, kind: str, text: str) -> Event:
        """A line of history: they did it, now."""
        return Event(at=self.now, kind=kind, by=self.by.email, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """
    What one command does.

    `ticket` is what it makes of the ticket, None where it changes nothing about it; `told` stands in the transcript
    beside the line, `rows` below.
    """

    told: str
    ticket: Ticket | None = None
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
        do: carries it out about a ticket, and raises Refused; None where it never is about one.
        anywhere: the same about no ticket; None where it needs one.
        bare: nothing may stand behind it but courtesy.
        again: words that may stand there, too, for they say the same once more.
        idle: it takes nothing up, so a ticket that waits goes on waiting.
        alone: nothing else may stand in the mail.
        last: it is about what the other orders of the mail leave, wherever they stand.
    """

    name: str
    german: tuple[str, ...]
    english: tuple[str, ...]
    usage: str
    help: str
    do: Callable[[Ticket, Command, Desk], Done] | None = None
    anywhere: Callable[[Command, Desk], Done] | None = None
    bare: bool = False
    again: tuple[str, ...] = ()
    idle: bool = False
    alone: bool = False
    last: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All that may be written."""
        return (*self.german, *self.english)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What becomes of an order.

    `rows` is the transcript; `answer` the words to the member, or "", and `files` what goes with them. Where lines are
    `refused` (with the reason) nothing was done: the ticket is what it was, and there are no events.
    """

    ticket: Ticket | None = None
    refused: tuple[Row, ...] = ()
    events: tuple[Event, ...] = ()
    rows: tuple[Row, ...] = ()
    effects: tuple[Effect, ...] = ()
    answer: str = ""
    files: tuple[File, ...] = ()

    @property
    def concerns_ticket(self) -> bool:
        """Whether anything is done about the ticket, that can be undone."""
        return bool(self.events) or any(not isinstance(effect, AtLarge) for effect in self.effects)
