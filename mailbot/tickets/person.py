"""A person whose data are asked for: what is theirs in a ticket, and what a ticket is without them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mailbot.tickets.ticket import Event, Ticket
from mailbot.understanding.request import Person, Request, Value

BLACK = "█████"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    The data subject (GDPR, Art. 4(1)): an address in lower case, and the full names that stand beside it.

    `pattern` finds all of them in a text. A name alone may be that of somebody else, so it counts only where the
    address is known to be meant.
    """

    address: str
    names: frozenset[str]
    pattern: re.Pattern[str]

    def blackened(self, text: str) -> str:
        """The text without them."""
        return self.pattern.sub(BLACK, text)

    def is_(self, person: Person) -> bool:
        """Whether that is them: by the address, or by the whole name where there is none."""
        if person.email:
            return person.email == self.address
        return person.name.lower() in map(str.lower, self.names)


def names_of(ticket: Ticket, address: str) -> Iterator[str]:
    """The full names that a ticket has for that address."""
    if ticket.requester.email == address:
        yield ticket.requester.name
    yield from (source.by.name for source in ticket.sources if source.by.email == address)
    yield from (person.name for person in persons_in(ticket.request) if person.email == address)


def is_full(name: str) -> bool:
    """Whether a name has more than one part: "Anna" alone is not theirs alone."""
    return len(name.split()) > 1 and "@" not in name


def persons_in(request: Request) -> Iterator[Person]:
    """Everybody in the fields of a request, and in what is asked back."""
    for value in request.fields.values():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Person):
                yield each
    yield from (guess.of for guess in request.guesses if guess.of is not None)


def without(ticket: Ticket, subject: Subject) -> Ticket:
    """Somebody else's ticket without them. What it lacks is not asked for anew: staff are told by its history."""
    request = ticket.request
    kept = {id: left for id, value in request.fields.items() if (left := _without(value, subject)) is not None}
    guesses = tuple(guess for guess in request.guesses if not _is_about(guess.of, (guess.written, guess.meant), subject))
    return replace(
        ticket,
        subject=subject.blackened(ticket.subject),
        held=subject.blackened(ticket.held) if ticket.held else None,
        request=replace(
            request,
            fields=MappingProxyType(kept),
            because=tuple(subject.blackened(reason) for reason in request.because),
            hints=MappingProxyType({id: subject.blackened(hint) for id, hint in request.hints.items()}),
            guesses=guesses,
        ),
        sources=tuple(
            source
            for source in ticket.sources
            if source.by.email != subject.address and subject.blackened(source.value) == source.value
        ),
    )


def _without(value: Value, subject: Subject) -> Value | None:
    match value:
        case Person():
            return None if subject.is_(value) else value
        case tuple():
            left = tuple(each for each in value if not _is_theirs(each, subject))
            return left or None  # type: ignore[return-value]
        case str():
            return subject.blackened(value)
    return value


def _is_theirs(value: Person | str, subject: Subject) -> bool:
    if isinstance(value, Person):
        return subject.is_(value)
    return subject.pattern.fullmatch(value.strip()) is not None


def _is_about(of: Person | None, texts: tuple[str | None, ...], subject: Subject) -> bool:
    return (of is not None and subject.is_(of)) or any(subject.pattern.search(text) for text in texts if text)


def only(request: Request, subject: Subject, *, own: bool) -> Mapping[str, Value]:
    """The fields with nobody but them: of persons and addresses theirs; the rest only if the request is their `own`."""
    theirs = {id: _only(value, subject, own=own) for id, value in request.fields.items()}
    return MappingProxyType({id: value for id, value in theirs.items() if value is not None})


def _only(value: Value, subject: Subject, *, own: bool) -> Value | None:
    match value:
        case Person():
            return value if subject.is_(value) else None
        case tuple():
            return tuple(each for each in value if _is_theirs(each, subject)) or None  # type: ignore[return-value]
        case str() if not own:
            return value if _is_theirs(value, subject) else None
    return value


def others_in(ticket: Ticket, events: tuple[Event, ...], subject: Subject) -> tuple[frozenset[str], frozenset[str]]:
    """Addresses and names of everybody else who stands in a ticket."""
    persons = [person for person in persons_in(ticket.request) if not subject.is_(person)]
    if ticket.requester.email != subject.address:
        persons.append(Person(surname=ticket.requester.name or None, email=ticket.requester.email or None))
    addresses = {person.email for person in persons if person.email} | {event.by for event in events if "@" in event.by}
    names = {part for person in persons for part in (person.name, person.surname) if part and "@" not in part and part != "?"}
    return frozenset(addresses - {subject.address}), frozenset(names)


def is_theirs(ticket: Ticket, subject: Subject) -> bool:
    """Whether they asked for it."""
    return ticket.requester.email == subject.address
