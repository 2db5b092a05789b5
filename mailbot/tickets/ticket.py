"""A ticket, its states and its history. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailbot.mail.message import Address
from mailbot.understanding.request import Request

BOT = "mailbot"
"""Who notes what no person noted; stands in `Event.by`."""


class State(StrEnum):
    """Where a ticket stands, and with whom the next step lies."""

    ASKING = "asking"  # with the member: something is missing
    OPEN = "open"  # with staff: complete
    ON_HOLD = "on_hold"  # with nobody: the service waits
    REFERRED = "referred"  # done: answered with a standard text
    TRIAGE = "triage"  # with staff: a person must read it
    CLOSED = "closed"  # done


FINISHED = (State.CLOSED, State.REFERRED)
"""Where nobody waits for anything."""

UNFINISHED = tuple(state for state in State if state not in FINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A value that somebody else than the requester has told: the field's id, what the value says, and who said it."""

    field: str
    value: str
    by: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """
    One request of one member. Several tickets of one conversation share `conversation` (the id of the first).

    All times are aware and in UTC; `due` is the day by which the law or the rules want it done.
    """

    key: str  # "KV-1042"
    conversation: int
    request: Request
    state: State
    mailbox: str  # id of the mailbox it came to
    requester: Address
    subject: str = ""
    language: str = "de"
    assignee: str | None = None  # id of a staff member
    questions: int = 0  # questions and other answers in a row that brought nothing new
    opened: datetime
    updated: datetime
    due: date | None = None
    held: str | None = None  # why it waits by itself, whatever its service does; in the words that the member reads
    waits_until: datetime | None = None  # staff have put it off until then
    merged_into: str | None = None  # key of the ticket in which it goes on
    follows: str | None = None  # key of the earlier ticket that it goes on from
    forgotten_at: datetime | None = None  # since then nothing tells whose it was, and what it was about
    sources: tuple[Source, ...] = ()  # of what the requester has not said
    vouched: bool | None = None  # whether staff have confirmed a requester found in a forwarded mail; None: they wrote themselves

    @property
    def is_finished(self) -> bool:
        """Whether nobody waits for anything about it."""
        return self.state in FINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a ticket's history; append-only. `by` is an address, "mailbot", or "cli"."""

    at: datetime
    # received | asked | opened | held | referred | triaged | answered | note | assigned | closed | reopened | waits
    # | vouched | told | service | forwarded | merged | split | undone | reminded | absent | urged | resumed
    # | drafted | dropped | sent | shadow | trouble | expired | erased
    # | copied (who is in copy) | linked (to a ticket before or after)
    kind: str
    by: str
    text: str
    mail: int | None = None  # id of the inbound mail that caused it
