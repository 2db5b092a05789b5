"""The examples that stand in rules.yaml: a mail's text and what it must become. Run at starts and by `mailbot rules test`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from typing import Any

from mailbot.catalogue import Catalogue, Example
from mailbot.mail.body import split
from mailbot.mail.message import Address, Mail
from mailbot.tickets.decide import decide
from mailbot.understanding.record import fields_to_json
from mailbot.understanding.understand import understand


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An example that became something else; `number` counts from 1 within the service."""

    service: str
    number: int
    differences: tuple[str, ...]

    def __str__(self) -> str:
        return f"service {self.service}, example {self.number}: " + "; ".join(self.differences)


def broken_examples(catalogue: Catalogue) -> tuple[Broken, ...]:
    """Every example of the catalogue that the rules do not keep."""
    return tuple(
        Broken(service=service.id, number=number, differences=differences)
        for service in catalogue.services
        for number, example in enumerate(service.examples, start=1)
        if (differences := tuple(_differences(service.id, example, catalogue)))
    )


def _differences(service: str, example: Example, catalogue: Catalogue) -> Iterator[str]:
    name, address = parseaddr(example.sender)
    sender = Address(name=name, email=address.lower())
    mail = Mail(sender=sender, subject=example.subject, body=split(example.text, subject=example.subject, author=name))
    decision = decide(understand(mail, (), catalogue), (), catalogue)
    if decision.action.value != example.action:
        yield f"action should be '{example.action}', is '{decision.action.value}'"
    requests = [outcome.request for outcome in decision.outcomes]
    if [(request.service, request.kind.value) for request in requests] != [(service, example.kind)]:
        yield f"should be one request '{service}' ({example.kind}), is: " + ", ".join(
            f"'{each.service}' ({each.kind.value})" for each in requests
        )
        return
    request = requests[0]
    is_ = fields_to_json(request.fields)
    for id in sorted(is_.keys() | example.fields.keys()):
        if is_.get(id) != _plain(example.fields.get(id)):
            yield f"{id} should be {_plain(example.fields.get(id))}, is {is_.get(id)}"
    if sorted(example.missing) != list(request.missing):
        yield f"missing should be {sorted(example.missing)}, is {list(request.missing)}"


def _plain(value: Any) -> Any:
    """What YAML gives, as JSON would."""
    match value:
        case Mapping():
            return dict(value)
        case date():
            return value.isoformat()
        case _:
            return value
