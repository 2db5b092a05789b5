"""What follows from a mail, as values: tests compare them, `explain` prints them, the shell carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbot.tickets.ticket import State
from mailbot.understanding.request import Request


class Action(StrEnum):
    """What the bot does about a mail; of several the first in this order names the whole."""

    ASK = "ask"  # ask the member for exactly what is missing
    TRIAGE = "triage"  # a person must read it; the member gets a receipt
    OPEN = "open"  # staff get the ticket, the member a confirmation
    REFER = "refer"  # a standard answer
    IGNORE = "ignore"  # no reply and no ticket


ACTION_IN = {
    State.ASKING: Action.ASK,
    State.OPEN: Action.OPEN,
    State.ON_HOLD: Action.OPEN,
    State.REFERRED: Action.REFER,
    State.TRIAGE: Action.TRIAGE,
    State.CLOSED: Action.TRIAGE,
}
"""What the bot does where a ticket stands so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What becomes of one request.

    `ticket` is the key of the ticket it belongs to, None for a new one; `changed` whether this mail changed
    its fields or state (an unchanged outcome needs no event); `questions` the ticket's new count.
    """

    request: Request
    action: Action
    state: State
    ticket: str | None = None
    changed: bool = True
    questions: int = 0


class Reply(StrEnum):
    """What kind of mail the member gets; the name of a template in templates/."""

    ANSWER = "answer"  # what was understood, what is missing, what happens now; one part for each outcome
    WITHDRAWN = "withdrawn"  # closed at the member's wish
    STATUS = "status"  # how things stand
    NEWS = "news"  # what staff have changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """
    All that follows from one mail.

    `action` names the whole; `reply` is None where silence is the answer, `silence` then says why.
    `tell_staff` are indices of `outcomes` that staff must hear of now; `doubts` go with them. `remark` is what the
    author, one of us, must know besides.
    """

    action: Action
    outcomes: tuple[Outcome, ...] = ()
    reply: Reply | None = None
    silence: str | None = None
    tell_staff: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()
    remark: str = ""
    language: str = "de"
