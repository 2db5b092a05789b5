"""
Ready-made work for staff: what is to be typed on a server for a request that is complete.

A service of rules.yaml names its hand-over; its files are the templates `templates/handover/<name>.*`. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from mailbot.catalogue import Catalogue
from mailbot.errors import DeliveryError
from mailbot.mail.compose import on_the_wire
from mailbot.mail.letter import File
from mailbot.tickets.accounts import Account, accounts_of
from mailbot.tickets.quoting import WRITE
from mailbot.tickets.rendering import Templates
from mailbot.tickets.ticket import Ticket
from mailbot.understanding.request import Person, Request, RequestKind, Value

FOLDER = "handover"
# As text: a script must open in an editor, and filters let it through.
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8"}
TEXT = "text/plain; charset=utf-8"


class Hindrance(StrEnum):
    """Why nothing is written for a ticket."""

    NOT_OFFERED = "its service has no 'handover' in rules.yaml"
    CHANGE = "it asks for a change of something that exists, and what exists only a person can see"
    INCOMPLETE = "something is still missing"
    STRANGE = "an address in it is so unusual that a person should look at it first"


def hindrance(ticket: Ticket, catalogue: Catalogue) -> Hindrance | None:
    """What stands against ready-made work, or None: then all that it needs is certain."""
    request = ticket.request
    if catalogue.service(request.service).handover is None:
        return Hindrance.NOT_OFFERED
    if request.kind is not RequestKind.NEW:
        return Hindrance.CHANGE
    if request.missing:
        return Hindrance.INCOMPLETE
    return Hindrance.STRANGE if any(map(_is_strange, _addresses(request))) else None


def hand_over(ticket: Ticket, catalogue: Catalogue, templates: Templates) -> tuple[File, ...]:
    """
    The files for a ticket that nothing stands against.

    Raises:
        TemplateError: one of them is broken, or puts a value where it could do harm.
    """
    service = catalogue.service(ticket.request.service)
    values = _values(ticket, catalogue)
    made = []
    for template in templates.names(f"{FOLDER}/{service.handover}."):
        ending = template.rpartition(".")[2]
        text = templates.read(template, WRITE[ending], **values).rstrip() + "\n"
        name = f"{ticket.key}-{service.handover}.{ending}"
        made.append(File(name=name, media_type=MEDIA_TYPES.get(ending, TEXT), content=text.encode(errors="replace")))
    return tuple(made)


def is_command(file: File) -> bool:
    """Whether the file is for people to read before they carry it out; a table is not."""
    return not file.name.endswith(".csv")


def _values(ticket: Ticket, catalogue: Catalogue) -> dict[str, Any]:
    """What a template may name: the ticket's key, the association, and every field of the service by its id."""
    request = ticket.request
    accounts = accounts_of(person for value in request.fields.values() for person in _persons(value))
    fields = {rule.id: _shown(request.fields.get(rule.id), accounts) for rule in catalogue.service(request.service).fields}
    chosen = {
        rule.id: _chosen(request.fields.get(rule.id), _persons(request.fields.get(rule.among)), accounts)
        for rule in catalogue.service(request.service).fields
        if rule.among
    }
    return {**fields, **chosen, "key": ticket.key, "organisation": catalogue.organisation}


def _shown(value: Value | None, accounts: Mapping[Person, Account]) -> Any:
    """Persons as accounts, everything else as it is; nothing as None."""
    if isinstance(value, Person):
        return accounts[value]
    if isinstance(value, tuple):
        return tuple(accounts[each] if isinstance(each, Person) else each for each in value)
    return value


def _chosen(value: Value | None, among: tuple[Person, ...], accounts: Mapping[Person, Account]) -> tuple[Account, ...]:
    """Those of `among` whom the value names by address or name."""
    named = value if isinstance(value, tuple) else ()
    return tuple(accounts[person] for person in among if person.email in named or person.name in named)


def _persons(value: Value | None) -> tuple[Person, ...]:
    values = value if isinstance(value, tuple) else (value,)
    return tuple(each for each in values if isinstance(each, Person))


def _addresses(request: Request) -> list[str]:
    """Everything in the request that is an address, or has to be one."""
    found = [each for value in request.fields.values() for each in (value if isinstance(value, tuple) else (value,))]
    return [
        *(person.email for person in found if isinstance(person, Person) and person.email),
        *(each for each in found if isinstance(each, str) and "@" in each),
    ]


def _is_strange(address: str) -> bool:
    try:
        return not on_the_wire(address)[0].isalnum()
    except DeliveryError:
        return True
