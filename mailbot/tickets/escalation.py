"""Tickets that staff have not answered: who is reminded of which, and when it becomes everybody's business. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mailbot.catalogue import Catalogue, Reminders, Staff
from mailbot.tickets.calendar import day_of, next_working_day_after, working_days_between
from mailbot.tickets.digest import WITH_STAFF, Row, make_digest
from mailbot.tickets.duty import present, responsible
from mailbot.tickets.reminders import Known, is_put_off
from mailbot.tickets.ticket import Event, Ticket


class Cause(StrEnum):
    """Why staff are reminded of a ticket; of several the first counts."""

    DEADLINE = "deadline"  # its legal deadline is near
    RETURNED = "returned"  # they have put it off until today
    UNANSWERED = "unanswered"  # nobody has answered for days


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """
    A ticket that staff are reminded of today.

    `returned`: it was put off until today. `everybody`: not only those who work on it hear of it. `urged` is the last
    reminder of the same waiting, None for the first.
    """

    ticket: Ticket
    row: Row
    cause: Cause
    returned: bool = False
    everybody: bool = False
    urged: Event | None = None


def due(known: Iterable[Known], catalogue: Catalogue, now: datetime) -> Iterator[Urgent]:
    """What staff must be reminded of on the day of `now`, a working day; nothing twice, for histories tell what was done."""
    histories = {ticket.key: (ticket, events) for ticket, events in known if not ticket.is_finished}
    today = day_of(now, catalogue.hours)
    rows = {row.key: row for row in make_digest(histories.values(), day=today, now=now, catalogue=catalogue).unfinished}
    for key, (ticket, events) in histories.items():
        urged = [event for event in events if event.kind == "urged"]
        since = _unanswered_since(ticket, events)
        age = working_days_between(day_of(since, catalogue.hours), today, catalogue.hours) if since else 0
        returned = ticket.waits_until is not None and not is_put_off(ticket, catalogue.hours, now)
        cause = next(_causes(ticket, urged, since, catalogue, now, returned=returned), None)
        if cause is not None:
            yield Urgent(
                ticket=ticket,
                row=rows[key],
                cause=cause,
                returned=returned,
                everybody=_is_everybodys(cause, ticket, age, today, catalogue),
                urged=next((event for event in reversed(urged) if since and event.at >= since), None),
            )


def _causes(
    ticket: Ticket, urged: Sequence[Event], since: datetime | None, catalogue: Catalogue, now: datetime, *, returned: bool
) -> Iterator[Cause]:
    hours, rules, today = catalogue.hours, catalogue.reminders, day_of(now, catalogue.hours)
    last = max((day_of(event.at, hours) for event in urged), default=None)
    if ticket.due and _warnings(ticket.due, today, catalogue) > (_warnings(ticket.due, last, catalogue) if last else 0):
        yield Cause.DEADLINE
    if returned:
        yield Cause.RETURNED
    if ticket.state in WITH_STAFF and since and not is_put_off(ticket, hours, now):
        begun = day_of(since, hours)
        before = _reached(rules, working_days_between(begun, last, hours)) if last else 0
        if _reached(rules, working_days_between(begun, today, hours)) > before:
            yield Cause.UNANSWERED


def _unanswered_since(ticket: Ticket, events: Iterable[Event]) -> datetime | None:
    """
    Since when staff owe the ticket something, None after their answer until the member writes again.

    Who takes a ticket or puts it off has all the time from then on; what members write meanwhile gives nobody more.
    """
    since, theirs = ticket.opened if ticket.state in WITH_STAFF else None, False
    for event in sorted(events, key=lambda each: each.at):
        match event.kind:
            case "asked" | "held" | "closed" | "referred":
                since, theirs = None, False
            case "opened" | "triaged" | "reopened":
                since, theirs = since or event.at, True
            case "answered":
                since, theirs = None, True
            case "received":
                since = since or (event.at if theirs else None)
            case "assigned" | "waits":
                since = event.at if since else None
            case "resumed" | "undone":
                since = event.at
    return since


def _reached(rules: Reminders, age: int) -> int:
    """How many reminders should have gone out for a ticket that has waited so many working days."""
    if not rules.staff_after:
        return 0
    days = {*range(rules.staff_after, age + 1, rules.staff_after)}
    return len(days | {day for day in (rules.escalate_after,) if 0 < day <= age})


def _warnings(due: date, day: date, catalogue: Catalogue) -> int:
    """How many warnings of a deadline should have gone out by that day; one for a free day goes out on the working day before."""
    reached = next_working_day_after(day, catalogue.hours) - timedelta(days=1)
    return sum(due - reached <= before for before in catalogue.reminders.before_due)


def _is_everybodys(cause: Cause, ticket: Ticket, age: int, today: date, catalogue: Catalogue) -> bool:
    """The last warning of a deadline, and every reminder from `escalate_after` on."""
    rules = catalogue.reminders
    if cause is Cause.DEADLINE and ticket.due:
        return _warnings(ticket.due, today, catalogue) == len(rules.before_due)
    return cause is Cause.UNANSWERED and 0 < rules.escalate_after <= age


def who_is_reminded(urgent: Urgent, catalogue: Catalogue, away: Collection[str]) -> tuple[Staff, ...]:
    """Who took it, or all who work on it where nobody did or who took it is away; later everybody."""
    here = present(catalogue.staff, away)
    if urgent.everybody:
        chosen = tuple(member for member in here if member.id in catalogue.reminders.escalate_to)
        return chosen or here
    taken_by = tuple(member for member in here if member.id == urgent.ticket.assignee)
    return taken_by or responsible(catalogue.staff, urgent.ticket.request.service, away)
