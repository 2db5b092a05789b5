"""The daily overview for staff, as a value: what is new, who waits for whom and since when, what went wrong. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from mailbot.catalogue import Catalogue
from mailbot.tickets.calendar import day_of, last_working_day_before, working_days_between
from mailbot.tickets.ticket import Event, State, Ticket
from mailbot.tickets.wording import missing_labels

LANGUAGE = "de"  # of staff

WITH_STAFF = frozenset({State.OPEN, State.TRIAGE})
_ENTERED = {
    State.ASKING: frozenset({"asked"}),
    State.OPEN: frozenset({"opened", "reopened"}),
    State.TRIAGE: frozenset({"triaged", "reopened"}),
    State.ON_HOLD: frozenset({"held"}),
    State.REFERRED: frozenset({"referred"}),
    State.CLOSED: frozenset({"closed"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One ticket in the overview.

    `since` is the day its state began, `age` the working days from then to the day of the overview;
    `because` why it is on hold or how it was closed.
    """

    key: str
    service: str
    who: str
    since: date
    age: int
    missing: tuple[str, ...] = ()
    assignee: str | None = None
    due: date | None = None
    overdue: bool = False
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The overview of one day; `since` is the working day before it, the start of what counts as new."""

    day: date
    since: date
    new: tuple[Row, ...] = ()
    members: tuple[Row, ...] = ()  # we wait for them
    staff: tuple[Row, ...] = ()  # they wait for us; overdue first, then the oldest
    on_hold: tuple[Row, ...] = ()
    closed: tuple[Row, ...] = ()
    trouble: tuple[str, ...] = ()


def make_digest(
    tickets: Iterable[tuple[Ticket, tuple[Event, ...]]],
    trouble: tuple[str, ...],
    *,
    day: date,
    now: datetime,
    catalogue: Catalogue,
) -> Digest:
    """
    Sort the tickets into the sections of one day's overview.

    Args:
        tickets: each with its whole history; the order does not matter.
        trouble: sentences about what went wrong, passed on as they are.
        day: the day of the overview, in the association's time zone.
        now: aware; what happened later is not looked at.

    A new ticket stands among the new ones and in the section of its state; a referred one only among the new.
    """
    since = last_working_day_before(day, catalogue.hours)
    known = ((ticket, events) for ticket, events in tickets if ticket.opened <= now)
    rows = [(ticket, _row(ticket, _until(now, events), day, catalogue)) for ticket, events in known]

    def section(belongs: Callable[[Ticket, Row], bool]) -> tuple[Row, ...]:
        return tuple(sorted((row for ticket, row in rows if belongs(ticket, row)), key=_oldest_first))

    return Digest(
        day=day,
        since=since,
        new=section(lambda ticket, _: day_of(ticket.opened, catalogue.hours) >= since),
        members=section(lambda ticket, _: ticket.state is State.ASKING),
        staff=section(lambda ticket, _: ticket.state in WITH_STAFF),
        on_hold=section(lambda ticket, _: ticket.state is State.ON_HOLD),
        closed=section(lambda ticket, row: ticket.state is State.CLOSED and row.since >= since),
        trouble=trouble,
    )


def _until(now: datetime, events: tuple[Event, ...]) -> tuple[Event, ...]:
    return tuple(event for event in events if event.at <= now)


def _oldest_first(row: Row) -> tuple[bool, date, int, str]:
    """What the law wanted done by now comes before everything."""
    return not row.overdue, row.since, len(row.key), row.key


def _row(ticket: Ticket, events: tuple[Event, ...], day: date, catalogue: Catalogue) -> Row:
    service = catalogue.service(ticket.request.service)
    entered = _entered(ticket, events)
    since = day_of(entered.at if entered else _fallback(ticket), catalogue.hours)
    assignee = next((staff.name for staff in catalogue.staff if staff.id == ticket.assignee), ticket.assignee)
    return Row(
        key=ticket.key,
        service=service.label.in_(LANGUAGE),
        who=ticket.requester.name or ticket.requester.email,
        since=since,
        age=working_days_between(since, day, catalogue.hours),
        missing=missing_labels(ticket.request, catalogue, LANGUAGE) if ticket.state is State.ASKING else (),
        assignee=assignee,
        due=ticket.due,
        overdue=bool(ticket.due and ticket.due < day and ticket.state is not State.CLOSED),
        because=_because(ticket, entered, service.on_hold.in_(LANGUAGE) if service.on_hold else ""),
    )


def _entered(ticket: Ticket, events: tuple[Event, ...]) -> Event | None:
    """
    What brought the ticket into its state: the first such event after the last one that brought it into another.

    So a second question, or a note, does not make the waiting look shorter than it is.
    """
    mine = _ENTERED[ticket.state]
    others = frozenset().union(*_ENTERED.values()) - mine
    entered: Event | None = None
    for event in sorted(events, key=lambda each: each.at):
        if event.kind in others:
            entered = None
        elif event.kind in mine and entered is None:
            entered = event
    return entered


def _fallback(ticket: Ticket) -> datetime:
    return ticket.updated if ticket.state in (State.CLOSED, State.ON_HOLD) else ticket.opened


def _because(ticket: Ticket, entered: Event | None, on_hold: str) -> str:
    match ticket.state:
        case State.ON_HOLD:
            return on_hold or (entered.text if entered else "")
        case State.CLOSED:
            return entered.text if entered else ""
    return ""
