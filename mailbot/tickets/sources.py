"""
Who said which value.

A source is kept with what the value says, so that a value that somebody corrects loses it by itself. Parts of
persons count one by one: one may have named Paul, another given his address.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mailbot.catalogue import Catalogue
from mailbot.mail.message import Address
from mailbot.tickets.ticket import Source, Ticket
from mailbot.tickets.wording import label_of
from mailbot.understanding.form import OF_LABELS
from mailbot.understanding.request import Person, Request, Value

Part = Literal["given", "surname", "email"]
PARTS: tuple[Part, ...] = ("given", "surname", "email")
LANGUAGE = "de"
"""Of what staff read."""


def sources_after(ticket: Ticket, request: Request, by: Address) -> tuple[Source, ...]:
    """Those of a ticket that a mail of `by` has made into this request."""
    before, after = _said(ticket.request), _said(request)
    kept = tuple(each for each in ticket.sources if (each.field, each.value) in after)
    if by.email == ticket.requester.email:
        return kept
    return kept + tuple(Source(field=field, value=value, by=by) for field, value in after if (field, value) not in before)


def told(before: Request, after: Request, catalogue: Catalogue) -> tuple[str, ...]:
    """Labels of what a mail has told or changed: "Gruppenadmins", "E-Mail von Paul Weber"; in the order of the fields."""
    service = catalogue.service(after.service)
    labels: dict[str, None] = {}
    for id, value in after.fields.items():
        if _of_field(before, id) != _of_field(after, id):
            labels |= dict.fromkeys(_labels(label_of(service, id, LANGUAGE), _persons(before.fields.get(id)), value))
    labels |= dict.fromkeys(label_of(service, id, LANGUAGE) for id in before.fields if id not in after.fields)
    return tuple(labels)


def overruled(ticket: Ticket, request: Request, by: Address, catalogue: Catalogue) -> tuple[str, ...]:
    """
    What a mail of `by` takes back that others have said: "Name der Gruppe: OV Kalk", of a person no more than who it is.

    Nothing where they only add, and of the requester, who may say of everything how it is.
    """
    if by.email == ticket.requester.email:
        return ()
    own = {(each.field, each.value) for each in ticket.sources if each.by.email == by.email}
    after, service = _said(request), catalogue.service(request.service)
    lost: dict[str, None] = {}
    for field, pieces, whole in _wholes(ticket.request):
        if any(
            (field, piece) not in own and not any(id == field and f"{text} ".startswith(f"{piece} ") for id, text in after)
            for piece in pieces
        ):
            lost[f"{label_of(service, field, LANGUAGE)}: {whole}"] = None
    return tuple(lost)


def who_said(sources: tuple[Source, ...], request: Request, field: str, value: Value) -> str:
    """Who else than the requester has told the value, or a part of it: "Eva Muster"; "" where nobody."""
    said = {text for _, text in _pieces(request, field, value)}
    names = (each.by.name or each.by.email for each in sources if each.field == field and each.value in said)
    return ", ".join(dict.fromkeys(names))


def _labels(label: str, earlier: tuple[Person, ...], value: Value) -> Iterator[str]:
    persons = _persons(value)
    if not persons:
        yield label
    for person in persons:
        if person in earlier:
            continue
        known = next((each for each in earlier if _completes(person, each)), None)
        if known is None:
            yield label
        else:
            new = (part for part in PARTS if getattr(known, part) is None and getattr(person, part) is not None)
            yield from (OF_LABELS[LANGUAGE][part].format(person.name) for part in new)
    if persons and any(not any(_completes(person, each) for person in persons) for each in earlier):
        yield label


def _completes(later: Person, earlier: Person) -> bool:
    """Whether one is the other with more known of them."""
    return all(getattr(earlier, part) in (None, getattr(later, part)) for part in PARTS)


def _persons(value: Value | None) -> tuple[Person, ...]:
    each = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in each if isinstance(one, Person))


def _said(request: Request) -> dict[tuple[str, str], None]:
    """Everything that the values say, piece by piece, in their order."""
    return dict.fromkeys(piece for id, value in request.fields.items() for piece in _pieces(request, id, value))


def _wholes(request: Request) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Each value, or each one of several: its field, the pieces that it says, and what people call it."""
    for id, value in request.fields.items():
        for each in value if isinstance(value, tuple) else (value,):
            pieces = tuple(text for _, text in _pieces(request, id, each))
            named = isinstance(each, Person) and each.name != "?"
            yield id, pieces, each.name if isinstance(each, Person) and named else " ".join(pieces)


def _of_field(request: Request, id: str) -> set[tuple[str, str]]:
    value = request.fields.get(id)
    return set() if value is None else set(_pieces(request, id, value))


def _pieces(request: Request, id: str, value: Value) -> Iterator[tuple[str, str]]:
    """Somebody who is chosen is called by name: the address may come, or change, and means the same person."""
    listed = [person for each in request.fields.values() for person in _persons(each)]
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(each, Person):
            yield from ((id, text) for part in PARTS if (text := getattr(each, part)))
        else:
            yield id, next((person.name for person in listed if each in (person.email, person.name)), str(each))
