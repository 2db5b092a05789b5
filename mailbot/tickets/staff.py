"""
What staff order by mail, and what becomes of it. Pure.

The first lines of a mail may be commands, each beginning with `#`; all other words go to the member. Either
everything in a mail is carried out or, where one line cannot be understood, nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from mailbot.catalogue import Catalogue, Staff
from mailbot.mail.message import Body, Kind
from mailbot.tickets.blocks import flat, printable
from mailbot.tickets.decide import reopened
from mailbot.tickets.greeting import is_farewell
from mailbot.tickets.ticket import Event, State, Ticket
from mailbot.tickets.views import STATES

# What is written → what is meant.
NAMES = {
    "erledigt": "close",
    "fertig": "close",
    "close": "close",
    "done": "close",
    "wieder-auf": "reopen",
    "wieder auf": "reopen",
    "reopen": "reopen",
    "notiz": "note",
    "note": "note",
    "an": "assign",
    "to": "assign",
    "assign": "assign",
    "nehme ich": "take",
    "ich nehme": "take",
    "take": "take",
}
TOLD = ("#erledigt", "#wieder-auf", "#notiz", "#an", "#nehme ich")

TOO_LATE = "Befehle stehen in den ersten Zeilen, vor allen anderen Worten"
ALONE = "hinter #{} darf nichts stehen; Worte an das Mitglied gehören in eine eigene Zeile"
UNKNOWN = "diesen Befehl gibt es nicht; es gibt {}"
MEANT = "diesen Befehl gibt es nicht, meintest du #{}?"
NO_ADDRESS = "zu diesem Ticket gibt es keine Adresse, an die das gehen kann"
AGAIN = "Nichts wurde ausgeführt oder gesendet. Bitte schick die Mail berichtigt noch einmal."

_NAME = "|".join(sorted(map(re.escape, NAMES), key=len, reverse=True))
_COMMAND = re.compile(rf"#\s*({_NAME})(?![\w-])[:,]?\s*(.*)", re.IGNORECASE)
_MAYBE_COMMAND = re.compile(r"#\s*([^\W\d_][\w-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One order: close, reopen, note, assign or take. `line` is what was written."""

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
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOutcome:
    """
    What becomes of an order.

    `lines` is the transcript: (what was written, what was done); `tell_closed` whether the member gets the mail
    that says it is done (not beside an answer: one mail is enough); `answer` the words to the member, or "".
    """

    ticket: Ticket
    events: tuple[Event, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    tell_closed: bool = False
    answer: str = ""


def read_order(body: Body) -> Order:
    """Read a mail of staff. Only their own new words count; whatever stands in quotes or signatures is not looked at."""
    lines = [printable(line.text).strip() for line in body.of(Kind.OWN)]
    first_words = next((n for n, line in enumerate(lines) if line and not _MAYBE_COMMAND.match(line)), len(lines))
    commands, refused = _read_commands([line for line in lines[:first_words] if line])
    words = "\n".join(lines[first_words:]).strip()
    refused += [(line, TOO_LATE) for line in lines[first_words:] if _COMMAND.fullmatch(line) or _nearest(line)]
    if any(command.name == "note" for command in commands):
        return Order(commands=tuple(_with_note(commands, words)), refused=tuple(refused))
    return Order(commands=tuple(commands), answer=words, refused=tuple(refused))


def _read_commands(lines: Sequence[str]) -> tuple[list[Command], list[tuple[str, str]]]:
    commands, refused = [], []
    for line in lines:
        match = _COMMAND.fullmatch(line)
        if match is None:
            refused.append((line, _unknown(line)))
            continue
        name, argument = NAMES[match[1].lower()], match[2].strip()
        if name not in ("note", "assign") and argument.strip(" .!"):
            refused.append((line, ALONE.format(match[1].lower())))
        else:
            commands.append(Command(name=name, argument=argument, line=line))
    return commands, refused


def _unknown(line: str) -> str:
    near = _nearest(line)
    return MEANT.format(near) if near else UNKNOWN.format(", ".join(TOLD))


def _nearest(line: str) -> str | None:
    """The command that a line which is none was probably meant to be."""
    match = _MAYBE_COMMAND.match(line)
    near = get_close_matches(match[1].lower(), NAMES, n=1, cutoff=0.7) if match else []
    return near[0] if near else None


def _with_note(commands: Sequence[Command], words: str) -> Iterator[Command]:
    """The words below belong to the last note."""
    last = max(n for n, command in enumerate(commands) if command.name == "note")
    for n, command in enumerate(commands):
        if n == last:
            yield replace(command, argument="\n".join(part for part in (command.argument, words) if part))
        else:
            yield command


def apply_order(ticket: Ticket, order: Order, by: Staff, catalogue: Catalogue, now: datetime) -> StaffOutcome:
    """
    Carry out an order of a proven member of staff: all of it, or nothing.

    Args:
        now: aware, UTC; the time of the events.
    """
    order = replace(order, answer=_worth_sending(order.answer, by))
    refused = (*order.refused, *_cannot(order.commands, catalogue, by))
    if order.answer and not ticket.requester.email:
        refused = (*refused, (_short(order.answer), NO_ADDRESS))
    if refused or not (order.commands or order.answer):
        return StaffOutcome(ticket=ticket, lines=_nothing_done(order, refused))
    after, events, lines = ticket, [], []
    for command in order.commands:
        after, done, line = _DO[command.name](after, command, by, catalogue, now)
        events += done
        lines.append((command.line, line))
    if order.answer:
        events.append(_event("answered", order.answer, by, now))
        lines.append((_short(order.answer), f"geht an {flat(ticket.requester.name) or ticket.requester.email}"))
    elif any(command.name == "note" for command in order.commands):
        lines.append(("", "Nichts davon geht an das Mitglied."))
    closed = after.state is State.CLOSED and ticket.state is not State.CLOSED
    return StaffOutcome(
        ticket=replace(after, updated=now) if events else after,
        events=tuple(events),
        lines=tuple(lines),
        tell_closed=closed and not order.answer,
        answer=order.answer,
    )


def _worth_sending(answer: str, by: Staff) -> str:
    """
    Nothing, where the words are only the writer's name and farewell.

    Programs add such a signature below a lone `#erledigt`, often without the `-- ` that would tell it from words.
    """
    names = (by.name.lower(), by.name.lower().split()[0], by.email)
    lines = [line.strip(" ,") for line in answer.splitlines() if line.strip(" ,")]
    return "" if all(line.lower() in names or is_farewell(line) for line in lines) else answer


def _cannot(commands: Sequence[Command], catalogue: Catalogue, by: Staff) -> Iterator[tuple[str, str]]:
    for command in commands:
        if command.name == "note" and not command.argument:
            yield command.line, "die Notiz hat keinen Text"
        if command.name == "assign" and _named(command.argument, catalogue, by) is None:
            yield command.line, f"wer ist gemeint? Es gibt {', '.join(f'#an {staff.id}' for staff in catalogue.staff)}"


def _nothing_done(order: Order, refused: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    if not refused:
        return (("", "In der Mail stand nichts, das ich ausführen oder weitergeben kann."),)
    bad = {line for line, _ in refused}
    spared = [command.line for command in order.commands if command.line not in bad]
    spared += [short] if (short := _short(order.answer)) and short not in bad else []
    rest = tuple((line, "nicht ausgeführt") for line in spared)
    return (*refused, *rest, ("", AGAIN))


def _named(argument: str, catalogue: Catalogue, by: Staff) -> Staff | None:
    """The one member of staff whose id, address, name or given name that is."""
    wanted = argument.strip(" .!").lower()
    if wanted in ("mich", "me"):
        return by
    fits = [
        staff for staff in catalogue.staff if wanted in (staff.id, staff.email, staff.name.lower(), staff.name.lower().split()[0])
    ]
    return fits[0] if len(fits) == 1 else None


_Done = tuple[Ticket, list[Event], str]


def _close(ticket: Ticket, command: Command, by: Staff, catalogue: Catalogue, now: datetime) -> _Done:
    if ticket.state is State.CLOSED:
        return ticket, [], "war schon abgeschlossen"
    return replace(ticket, state=State.CLOSED), [_event("closed", f"abgeschlossen von {by.name}", by, now)], "abgeschlossen"


def _reopen(ticket: Ticket, command: Command, by: Staff, catalogue: Catalogue, now: datetime) -> _Done:
    if ticket.state not in (State.CLOSED, State.REFERRED):
        return ticket, [], "war nicht abgeschlossen"
    again = reopened(ticket, catalogue)
    if again.state is State.REFERRED:  # the standard answer was not enough, and a person has it now
        again = replace(again, state=State.TRIAGE)
    told = "wieder geöffnet" if again.state is State.OPEN else f"wieder geöffnet: {STATES[again.state]}"
    return again, [_event("reopened", f"wieder geöffnet von {by.name}", by, now)], told


def _note(ticket: Ticket, command: Command, by: Staff, catalogue: Catalogue, now: datetime) -> _Done:
    return ticket, [_event("note", command.argument, by, now)], "als Notiz aufgenommen"


def _assign(ticket: Ticket, command: Command, by: Staff, catalogue: Catalogue, now: datetime) -> _Done:
    to = by if command.name == "take" else _named(command.argument, catalogue, by) or by
    if ticket.assignee == to.id:
        return ticket, [], f"war schon bei {to.name}"
    event = _event("assigned", f"zuständig: {to.name}", by, now)
    return replace(ticket, assignee=to.id), [event], f"zuständig ist jetzt {to.name}"


_DO: dict[str, Callable[[Ticket, Command, Staff, Catalogue, datetime], _Done]] = {
    "close": _close,
    "reopen": _reopen,
    "note": _note,
    "assign": _assign,
    "take": _assign,
}


def _event(kind: str, text: str, by: Staff, now: datetime) -> Event:
    return Event(at=now, kind=kind, by=by.email, text=text)


def _short(text: str) -> str:
    line = flat(text)
    return line if len(line) <= 60 else line[:59].rstrip() + "…"
