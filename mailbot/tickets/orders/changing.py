"""What staff change about a request: fields that are asked for anew, a value, another service. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from mailbot.catalogue import FieldRule, Service
from mailbot.mail.message import Address, Body, Kind, Line, Mail
from mailbot.tickets.orders.order import Desk, Refused
from mailbot.understanding.gaps import missing
from mailbot.understanding.request import Request, Value
from mailbot.understanding.understand import understand

NOT_NEEDED = "„{}“ wird bei dieser Anfrage nicht gebraucht"
NOT_UNDERSTOOD = "„{}“ verstehe ich nicht als „{}“{}"
MEANT = ", meintest du {}?"


BY_STAFF = "set by {}"
"""The reason of a value that staff have set (tickets/reasons.py says it in German)."""


def asked_anew(request: Request, rules: Sequence[FieldRule], service: Service) -> Request:
    """The request without the values of these fields. Raises Refused: one of them is not needed."""
    ids = {rule.id for rule in rules}
    fields = {id: value for id, value in request.fields.items() if id not in ids}
    hints = {id: hint for id, hint in request.hints.items() if id not in ids}
    guesses = tuple(guess for guess in request.guesses if guess.field not in ids)
    because = tuple(reason for reason in request.because if _subject(reason) not in ids)
    without = replace(request.with_fields(fields), hints=MappingProxyType(hints), guesses=guesses, because=because)
    lacking = _with_gaps(without, service)
    for rule in rules:
        if rule.id not in lacking.missing:
            raise Refused(NOT_NEEDED.format(rule.label.de))
    return lacking


def with_value(request: Request, rule: FieldRule, text: str, desk: Desk, *, member: Address) -> Request:
    """
    The request with a value that staff tell, read as what a member fills in behind the label of the field.

    Raises Refused: it cannot be understood so.
    """
    service = desk.catalogue.service(request.service)
    blank = asked_anew(request, (rule,), service)
    (read, *_) = understand(_filled_in(f"{rule.label.de}: {text}", member, desk.now), (blank,), desk.catalogue).requests
    doubts = [guess for guess in read.guesses if guess.field == rule.id and guess.why.asks]
    if rule.id not in read.fields or rule.id in read.missing or doubts:
        meant = next((guess.meant for guess in doubts if guess.meant), None)
        raise Refused(NOT_UNDERSTOOD.format(text, rule.label.de, MEANT.format(meant) if meant else ""))
    told = {rule.id, *(other.id for other in service.fields if other.among == rule.id)}
    fields = {id: value for id, value in request.fields.items() if id not in told}
    fields |= {id: value for id, value in read.fields.items() if id in told}
    kept = tuple(guess for guess in request.guesses if guess.field not in told)
    new = tuple(guess for guess in read.guesses if guess.field in told)
    because = (*(each for each in request.because if _subject(each) not in told), f"{rule.id}: {BY_STAFF.format(desk.by.name)}")
    changed = replace(request.with_fields(_applying(fields, service)), guesses=(*kept, *new), because=because)
    return _with_gaps(changed, service)


def _subject(reason: str) -> str:
    """The id of the field that a reason is about, or of what else it is about."""
    return reason.partition(":")[0].partition(".")[0]


def for_service(request: Request, service: Service, before: Service) -> Request:
    """The request for another service: what both ask for in the same way is kept."""
    return _with_gaps(
        Request(
            service=service.id,
            kind=request.kind,
            fields=MappingProxyType(_applying(shared_fields(request, service, before), service)),
            because=request.because,
            hints=MappingProxyType({id: hint for id, hint in request.hints.items() if service.field(id)}),
            guesses=tuple(guess for guess in request.guesses if service.field(guess.field)),
        ),
        service,
    )


def completed_by(request: Request, other: Request, service: Service, before: Service) -> Request:
    """The request with what it lacks and another one has."""
    fields = {**shared_fields(other, service, before), **request.fields}
    return _with_gaps(request.with_fields(_applying(fields, service)), service)


def shared_fields(request: Request, service: Service, before: Service) -> dict[str, Value]:
    """The values of a request of the service `before` that the other service knows as fields of the same kind."""
    same = [rule for rule in service.fields if rule.id in request.fields and _fits(request, rule, before.field(rule.id))]
    return {rule.id: request.fields[rule.id] for rule in same}


def _fits(request: Request, rule: FieldRule, before: FieldRule | None) -> bool:
    if before is None or (before.type, before.among) != (rule.type, rule.among):
        return False
    return rule.type != "choice" or request.fields[rule.id] in {option.id for option in rule.options}


def _applying(fields: Mapping[str, Value], service: Service) -> dict[str, Value]:
    """Without those that belong to another choice, in the order of the service; what it does not ask for comes last."""
    asked = [rule for rule in service.fields if all(fields.get(other) == wanted for other, wanted in rule.only_if.items())]
    others = {id: value for id, value in fields.items() if service.field(id) is None}
    return {rule.id: fields[rule.id] for rule in asked if rule.id in fields} | others


def _with_gaps(request: Request, service: Service) -> Request:
    in_doubt = frozenset(guess.item for guess in request.guesses if guess.why.asks and guess.part is None)
    return replace(request, missing=missing(service, request.kind, request.fields, in_doubt))


def _filled_in(line: str, member: Address, now: datetime) -> Mail:
    return Mail(
        message_id="",
        sender=member,
        subject="",
        date=now,
        body=Body(lines=(Line(number=1, text=line, kind=Kind.OWN),)),
    )
