"""The daily overview for staff, as a value: who waits for whom and since when, and what went wrong. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from mailbot.catalogue import Catalogue
from mailbot.tickets.calendar import day_of, last_working_day_before, working_days_between
from mailbot.tickets.past import TURNS, as_it_was, entered
from mailbot.tickets.ticket import Event, State, Ticket
from mailbot.tickets.wording import missing_labels

LANGUAGE = "de"  # of staff

WITH_STAFF = frozenset({State.OPEN, State.TRIAGE})

TELLING = TURNS | {"resumed"}
"""The kinds of events that the overview is made of; the others need not be read for it."""


class Overdue(StrEnum):
    """Why something should have been done by now."""

    LAW = "law"  # its legal deadline is over
    WAITING = "waiting"  # it has waited for us longer than the association wants


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One ticket in the overview.

    `since` is the day its state began, `age` the working days from then to the day of the overview; `missing` what
    the member has still to say; `assignee` the id of a member of staff; `until` the day to which staff have put it
    off; `because` why it is on hold or how it was closed; `new` whether it came since the last overview.
    """

    key: str
    service: str
    who: str
    state: State
    since: date
    age: int
    missing: tuple[str, ...] = ()
    assignee: str | None = None
    due: date | None = None
    overdue: Overdue | None = None
    until: date | None = None
    because: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How many tickets were opened on a day, and how many closed."""

    day: date
    opened: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What staff must know besides the tickets: sentences, in their language."""

    trouble: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()  # mails that could not be processed
    proposed: tuple[str, ...] = ()  # mails of ours that wait for a yes of staff
    unreachable: tuple[str, ...] = ()  # addresses from which our mails came back
    misspelt: tuple[str, ...] = ()  # mails that name an address of a domain that is only nearly ours
    kept_back: tuple[str, ...] = ()  # mails of ours that must not leave now
    drafts: tuple[str, ...] = ()  # mails that a person is to send, and services for which that is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    The overview of one day; `since` is the working day before it, the start of what counts as new.

    Each ticket stands in one section. In all of them what is overdue comes first, then the oldest.
    """

    day: date
    since: date
    staff: tuple[Row, ...] = ()  # wait for us
    members: tuple[Row, ...] = ()  # we wait for them
    put_off: tuple[Row, ...] = ()  # wait for a day
    on_hold: tuple[Row, ...] = ()
    referred: tuple[Row, ...] = ()  # new, and done without us
    closed: tuple[Row, ...] = ()  # since then
    days: tuple[Day, ...] = ()
    notices: Notices = Notices()
    away: Mapping[str, date] = field(default_factory=dict)  # who of the staff is not here: id to the last day

    @property
    def unfinished(self) -> tuple[Row, ...]:
        """Every ticket that somebody waits for."""
        return (*self.staff, *self.put_off, *self.members, *self.on_hold)

    @property
    def new(self) -> int:
        """How many have come since then."""
        return sum(row.new for row in (*self.unfinished, *self.referred, *self.closed))

    @property
    def overdue(self) -> int:
        """How many we should have dealt with by now."""
        return sum(row.overdue is not None for row in self.unfinished)

    def of(self, id: str) -> tuple[Row, ...]:
        """What that member of staff is responsible for."""
        return tuple(row for row in self.unfinished if row.assignee == id)

    def without(self, rows: Sequence[Row]) -> Digest:
        """The same without those tickets."""
        keys = {row.key for row in rows}

        def rest(section: tuple[Row, ...]) -> tuple[Row, ...]:
            return tuple(row for row in section if row.key not in keys)

        return replace(
            self,
            staff=rest(self.staff),
            members=rest(self.members),
            put_off=rest(self.put_off),
            on_hold=rest(self.on_hold),
        )


def make_digest(
    tickets: Iterable[tuple[Ticket, tuple[Event, ...]]],
    *,
    day: date,
    now: datetime,
    catalogue: Catalogue,
    days: tuple[Day, ...] = (),
    notices: Notices = Notices(),
    away: Mapping[str, date] = MappingProxyType({}),
) -> Digest:
    """
    Sort the tickets into the sections of one day's overview.

    Args:
        tickets: each with its history, of which only the `TELLING` kinds count; the order does not matter.
        day: the day of the overview, in the association's time zone.
        now: aware; what happened later is not looked at, so that days that are over can be seen as they were.
        days: what was opened and closed on the days before, for the chart; passed on as they are.
        notices: passed on as they are.
        away: who of the staff is not here that day, passed on.
    """
    since = last_working_day_before(day, catalogue.hours)
    rows = [_row(ticket, events, day, since, now, catalogue) for ticket, events in tickets if ticket.opened <= now]

    def section(belongs: Callable[[Row], bool]) -> tuple[Row, ...]:
        return tuple(sorted((row for row in rows if belongs(row)), key=_most_pressing_first))

    def waits(row: Row) -> bool:
        return row.until is None

    return Digest(
        day=day,
        since=since,
        staff=section(lambda row: row.state in WITH_STAFF and waits(row)),
        members=section(lambda row: row.state is State.ASKING and waits(row)),
        put_off=section(lambda row: not waits(row)),
        on_hold=section(lambda row: row.state is State.ON_HOLD and waits(row)),
        referred=section(lambda row: row.state is State.REFERRED and row.new),
        closed=section(lambda row: row.state is State.CLOSED and row.since >= since),
        days=days,
        notices=notices,
        away=away,
    )


def _most_pressing_first(row: Row) -> tuple[bool, bool, date, date, int, str]:
    """What the law wanted done by now, what has waited too long, what comes back soonest, what is oldest."""
    return row.overdue is not Overdue.LAW, row.overdue is None, row.until or date.min, row.since, len(row.key), row.key


def _row(ticket: Ticket, events: tuple[Event, ...], day: date, since: date, now: datetime, catalogue: Catalogue) -> Row:
    service = catalogue.service(ticket.request.service)
    ticket, events = as_it_was(ticket, events, now, service)
    start = entered(ticket, events)
    begun = start.at if start else _fallback(ticket)
    waits_since = day_of(max((begun, *_back(ticket, events, begun, now))), catalogue.hours)
    age = working_days_between(waits_since, day, catalogue.hours)
    put_off = ticket.waits_until and ticket.waits_until > now and not ticket.is_finished
    return Row(
        key=ticket.key,
        service=service.label.in_(LANGUAGE),
        who=ticket.requester.name or ticket.requester.email,
        state=ticket.state,
        since=waits_since,
        age=age,
        missing=missing_labels(ticket.request, catalogue, LANGUAGE) if ticket.state is State.ASKING else (),
        assignee=ticket.assignee,
        due=ticket.due,
        overdue=_overdue(ticket, age, day, catalogue, put_off=bool(put_off)),
        until=day_of(ticket.waits_until, catalogue.hours) if put_off and ticket.waits_until else None,
        because=_because(ticket, start, service.on_hold.in_(LANGUAGE) if service.on_hold else ""),
        new=day_of(ticket.opened, catalogue.hours) >= since,
    )


def _overdue(ticket: Ticket, age: int, day: date, catalogue: Catalogue, *, put_off: bool) -> Overdue | None:
    if ticket.is_finished:
        return None
    if ticket.due and ticket.due < day:
        return Overdue.LAW
    too_long = ticket.state in WITH_STAFF and age > catalogue.digest.overdue_after and not put_off
    return Overdue.WAITING if too_long else None


def _back(ticket: Ticket, events: Iterable[Event], begun: datetime, now: datetime) -> Iterator[datetime]:
    """When a ticket that staff had put off came back to them: from then on it waits anew."""
    if ticket.state not in WITH_STAFF:
        return
    if ticket.waits_until and ticket.waits_until <= now:
        yield ticket.waits_until
    yield from (event.at for event in events if event.kind == "resumed" and event.at > begun)


def _fallback(ticket: Ticket) -> datetime:
    return ticket.updated if ticket.state in (State.CLOSED, State.ON_HOLD) else ticket.opened


def _because(ticket: Ticket, start: Event | None, on_hold: str) -> str:
    match ticket.state:
        case State.ON_HOLD:
            return on_hold or (start.text if start else "")
        case State.CLOSED:
            return start.text if start else ""
    return ""
