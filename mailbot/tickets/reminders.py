"""Members who do not answer: when they are reminded, and when we stop waiting. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from mailbot.catalogue import Catalogue, Hours, Reminders
from mailbot.tickets.calendar import day_of
from mailbot.tickets.ticket import Event, State, Ticket

Known = tuple[Ticket, tuple[Event, ...]]
"""A ticket with its whole history, oldest first."""

_ANEW = frozenset({"received", "asked", "answered", "reopened", "resumed"})
"""What sets the count to nothing: the member wrote, somebody wrote to them, or the ticket was put off and is back."""

_AT_LEAST = timedelta(days=7)
"""So long a member is left alone after a reminder, unless the rules want it quicker: weekends push one towards the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """The member is asked again; `closes` is the day before which the tickets are not closed, told in the last reminder."""

    closes: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """The tickets are closed; `since` is the day from which on nothing was heard."""

    since: date


Step = Remind | GiveUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Those tickets of one conversation that wait for the same member: they get one mail, not one each."""

    conversation: int
    tickets: tuple[Ticket, ...]
    step: Step


def due(known: Iterable[Known], catalogue: Catalogue, now: datetime) -> Iterator[Waiting]:
    """What is due on the day of `now`; nothing twice, for what was done stands in the histories."""
    waiting = sorted((each for each in known if _waits_for_member(each[0], catalogue.hours, now)), key=_whose)
    for (conversation, _), those in groupby(waiting, _whose):
        group = tuple(those)
        if step := _step([event for _, events in group for event in events], catalogue, now):
            yield Waiting(conversation=conversation, tickets=tuple(ticket for ticket, _ in group), step=step)


def _waits_for_member(ticket: Ticket, hours: Hours, now: datetime) -> bool:
    return ticket.state is State.ASKING and not is_put_off(ticket, hours, now)


def is_put_off(ticket: Ticket, hours: Hours, now: datetime) -> bool:
    """Whether staff have put the ticket off to a later day."""
    return ticket.waits_until is not None and day_of(ticket.waits_until, hours) > day_of(now, hours)


def _whose(each: Known) -> tuple[int, str]:
    return each[0].conversation, each[0].requester.email


def _step(events: Sequence[Event], catalogue: Catalogue, now: datetime) -> Step | None:
    rules, today = catalogue.reminders, day_of(now, catalogue.hours)
    begun = max(_beginnings(events, catalogue.hours), default=today)
    reminded = [day for event in events if event.kind == "reminded" and (day := day_of(event.at, catalogue.hours)) >= begun]
    last = max(reminded, default=None)
    if last is not None and today - last < _pause(rules):
        return None
    if _reached(rules, begun, today) > (_reached(rules, begun, last) if last else 0):
        return Remind(closes=_closes(rules, begun, today))
    if rules.close_after and today - begun >= rules.close_after:
        return GiveUp(since=begun)
    return None


def _beginnings(events: Iterable[Event], hours: Hours) -> Iterator[date]:
    for event in events:
        if event.kind in _ANEW:
            yield day_of(event.at, hours)
        elif event.kind == "absent" and (back := _back(event)):
            yield back


def _reached(rules: Reminders, begun: date, day: date) -> int:
    """How many reminders should have gone out by that day; after a pause of the bot several at once, which one makes good."""
    return sum(day - begun >= after for after in rules.member_after)


def _pause(rules: Reminders) -> timedelta:
    steps = (*rules.member_after, rules.close_after) if rules.close_after else rules.member_after
    return min((_AT_LEAST, *(later - earlier for earlier, later in pairwise(steps))))


def _closes(rules: Reminders, begun: date, today: date) -> date | None:
    if not rules.close_after or _reached(rules, begun, today) < len(rules.member_after):
        return None
    return max(begun + rules.close_after, today + _pause(rules))


# --- absence notes

_NOTED = "Abwesenheitsnotiz: wieder da am {:%d.%m.%Y}"
_NOTED_AS = re.compile(r"Abwesenheitsnotiz: wieder da am (\d\d)\.(\d\d)\.(\d{4})")


def absent(back: date, *, at: datetime, by: str, mail: int | None = None) -> Event:
    """For the history: a member's absence note names the day on which they are back, and until then nothing is due."""
    return Event(at=at, kind="absent", by=by, text=_NOTED.format(back), mail=mail)


def _back(event: Event) -> date | None:
    match = _NOTED_AS.fullmatch(event.text)
    return date(int(match[3]), int(match[2]), int(match[1])) if match else None
