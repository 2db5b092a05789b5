"""A request as JSON and back: how a store keeps it, and what commands print."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mailbot.understanding.request import Guess, Person, Request, RequestKind, Value, Why


def request_to_json(request: Request) -> dict[str, Any]:
    """All of a request, as values that JSON knows."""
    return {
        "service": request.service,
        "kind": request.kind.value,
        "fields": fields_to_json(request.fields),
        "missing": list(request.missing),
        "because": list(request.because),
        "hints": dict(request.hints),
        "guesses": [_guess_to_json(guess) for guess in request.guesses],
    }


def request_from_json(stored: Mapping[str, Any]) -> Request:
    """The request that request_to_json wrote."""
    return Request(
        service=stored["service"],
        kind=RequestKind(stored["kind"]),
        fields=MappingProxyType({id: _value(value) for id, value in stored["fields"].items()}),
        missing=tuple(stored["missing"]),
        because=tuple(stored["because"]),
        hints=MappingProxyType(dict(stored["hints"])),
        guesses=tuple(_guess_from_json(each) for each in stored.get("guesses", ())),  # older rows have none
    )


def _guess_to_json(guess: Guess) -> dict[str, Any]:
    told = {"item": guess.item, "written": guess.written, "why": guess.why.value, "meant": guess.meant}
    return told | {"of": None if guess.of is None else _plain(guess.of), "declined": guess.declined}


def _guess_from_json(stored: Mapping[str, Any]) -> Guess:
    of = None if stored["of"] is None else Person(**stored["of"])
    return Guess(**{**stored, "why": Why(stored["why"]), "of": of})


def fields_to_json(fields: Mapping[str, Value]) -> dict[str, Any]:
    """Fields in normal form: persons as objects of what is known of them, several values as lists."""
    return {id: _plain(value) for id, value in fields.items()}


def _plain(value: Value) -> Any:
    match value:
        case Person():
            known = {"given": value.given, "surname": value.surname, "email": value.email}
            return {part: words for part, words in known.items() if words is not None}
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value


def _value(stored: Any) -> Value:
    match stored:
        case dict():
            return Person(**stored)
        case list():
            return tuple(Person(**each) if isinstance(each, dict) else each for each in stored)
        case str() | int():
            return stored
        case _:
            raise ValueError(f"no value of a field: {stored!r}")
