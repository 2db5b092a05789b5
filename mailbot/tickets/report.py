"""A month in figures: how many, how long, how often was asked, and what was missing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from mailbot.catalogue import Catalogue, Service
from mailbot.tickets.calendar import day_of
from mailbot.tickets.ticket import Event, Ticket

LANGUAGE = "de"  # of the histories
TOLD = 3  # what was missing most often
_COMPLETE = ("opened", "held")
_PARTS = ("Vorname", "Nachname", "Name", "E-Mail")  # what is asked of one person among several

History = tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """In how many of the requests for a service (`of`) a field was missing when the bot first asked."""

    service: str
    field: str
    times: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Up to seven days of the month, as days of the month, and how many tickets were opened and closed in them."""

    first: int
    last: int
    opened: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    One month; `month` is its first day.

    `services` counts the tickets opened, by service; `until_complete` and `until_closed` are medians, None where
    nothing was completed or closed; `asked` counts all questions, `unasked` the tickets that needed none.
    """

    month: date
    opened: int = 0
    closed: int = 0
    services: tuple[tuple[str, int], ...] = ()
    weeks: tuple[Week, ...] = ()
    until_complete: timedelta | None = None
    until_closed: timedelta | None = None
    asked: int = 0
    unasked: int = 0
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A month beside the one before."""

    month: Figures
    before: Figures


def month_before(day: date) -> date:
    """The first day of the month before the one of that day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_after(day: date) -> date:
    """The first day of the month after the one of that day."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def figures(
    month: date,
    opened: Sequence[tuple[Ticket, History]],
    closed: Sequence[tuple[datetime, datetime]],
    catalogue: Catalogue,
) -> Figures:
    """
    What a month was like.

    Args:
        month: its first day.
        opened: the tickets that were opened in it, with their histories; what of them happened later counts as well.
        closed: of each ticket that was closed in it, when it was opened and when closed.
    """
    hours = catalogue.hours
    completed = [
        found.at - ticket.opened
        for ticket, events in opened
        if catalogue.service(ticket.request.service).fields and (found := _first(events, *_COMPLETE))
    ]
    return Figures(
        month=month,
        opened=len(opened),
        closed=len(closed),
        services=tuple(Counter(ticket.request.service for ticket, _ in opened).most_common()),
        weeks=tuple(
            _weeks(month, [day_of(ticket.opened, hours) for ticket, _ in opened], [day_of(end, hours) for _, end in closed])
        ),
        until_complete=_median(completed),
        until_closed=_median([end - start for start, end in closed]),
        asked=sum(event.kind == "asked" for _, events in opened for event in events),
        unasked=sum(_first(events, "asked") is None for _, events in opened),
        missing=tuple(_missing(opened, catalogue)),
    )


def _first(events: History, *kinds: str) -> Event | None:
    return next((event for event in events if event.kind in kinds), None)


def _median(times: Iterable[timedelta]) -> timedelta | None:
    seconds = [time.total_seconds() for time in times]
    return timedelta(seconds=median(seconds)) if seconds else None


def _weeks(month: date, opened: Sequence[date], closed: Sequence[date]) -> Iterator[Week]:
    """The last one has what is left of the month, of February nothing but itself."""
    days = (month_after(month) - month).days
    for first, after in pairwise([*range(1, days + 1, 7), days + 1]):
        among = range(first, after)
        counted = [sum(day.day in among for day in each) for each in (opened, closed)]
        yield Week(first=first, last=after - 1, opened=counted[0], closed=counted[1])


def _missing(opened: Sequence[tuple[Ticket, History]], catalogue: Catalogue) -> Iterator[Missing]:
    """Told by the first question alone: what it asks for a better page would have brought at once."""
    tickets = Counter(ticket.request.service for ticket, _ in opened)
    times: Counter[tuple[str, str]] = Counter()
    for ticket, events in opened:
        if question := _first(events, "asked"):
            service = catalogue.service(ticket.request.service)
            times.update((ticket.request.service, field) for field in asked_for(question.text, service))
    for (service_id, field), number in times.most_common(TOLD):
        yield Missing(service=service_id, field=field, times=number, of=tickets[service_id])


def asked_for(text: str, service: Service) -> tuple[str, ...]:
    """
    The ids of the fields that a line of history names by their labels, in the order of the service.

    What is asked of one person ("E-Mail von Mehmet") counts for the field that holds persons.
    """
    found = set()
    for rule in sorted(service.fields, key=lambda rule: len(rule.label.in_(LANGUAGE)), reverse=True):
        label = rule.label.in_(LANGUAGE)
        if label in text:
            found.add(rule.id)
            text = text.replace(label, " ")
    persons = next((rule.id for rule in service.fields if rule.each), None)
    if persons and any(part in text for part in _PARTS):
        found.add(persons)
    return tuple(rule.id for rule in service.fields if rule.id in found)
