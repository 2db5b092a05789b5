"""What is wrong with a file that people write, in words: where, what stands there, and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from mailbot.catalogue.values import Rule

Place = Sequence[str | int]


def complaints_of(error: ValidationError, model: type[Rule], *, secret: bool = False) -> Iterator[tuple[Place, str]]:
    """
    Each place in the file of that `model`, as keys and numbers from the top, and what is wrong there.

    `secret`: no value of the file is told.
    """
    found = error.errors(include_input=not secret, include_url=False)
    places = [each["loc"] for each in found]
    for each in found:
        if not (each["type"] == "too_short" and any(_is_within(place, each["loc"]) for place in places)):
            yield each["loc"], _sentence(each, model)


def _is_within(place: Place, other: Place) -> bool:
    """Of a list whose only row is wrong pydantic says also that it is empty."""
    return len(place) > len(other) and place[: len(other)] == other


def _sentence(error: Any, model: type[Rule]) -> str:
    """What is wrong, what stands there, what is allowed."""
    place = ".".join(str(step) for step in error["loc"] if step != "[key]")  # so pydantic says that the key is wrong
    kind, last = error["type"], str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        near = get_close_matches(last, sorted(_allowed(error["loc"], model)), n=1)
        allowed = ", ".join(sorted(_allowed(error["loc"], model)))
        return f"unknown key '{place}'" + (f", did you mean '{near[0]}'?" if near else f"; allowed here: {allowed}")
    if kind == "missing":
        return f"'{place}' is missing"
    given = error.get("input")
    if kind == "string_type":
        stands = " ".join(f"'{key}:'" for key in given) if isinstance(given, dict) else f"{given!r}"
        told = f", stands there: {stands}" if "input" in error else ""
        return f"{place}: should be text{told}; put it in quotes if it has a colon or is a number"
    shown = "" if isinstance(given, dict | list | tuple | BaseModel) or given is None else f", not '{given}'"
    said = error["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
    return f"{place}: {said}{shown}{_nearest(error)}" if place else said


def _nearest(error: Any) -> str:
    """Of what may stand there, what was likely meant."""
    if error["type"] != "literal_error":
        return ""
    near = get_close_matches(str(error.get("input")), re.findall(r"'([^']*)'", error["ctx"]["expected"]), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def _allowed(place: Place, whole: type[Rule]) -> set[str]:
    """The keys that may stand where the last step of `place` stands."""
    model: Any = whole
    for step in place[:-1]:
        if isinstance(step, str) and isinstance(model, type) and issubclass(model, Rule) and step in model.model_fields:
            model = _model_in(model.model_fields[step].annotation)
    return set(model.model_fields) if isinstance(model, type) and issubclass(model, Rule) else set()


def _model_in(annotation: Any) -> Any:
    """The rule model inside `tuple[Model, ...]`, `Model | None` and the like, else None."""
    if isinstance(annotation, type) and issubclass(annotation, Rule):
        return annotation
    if get_origin(annotation) in (tuple, Union, UnionType, Annotated):
        return next((found for each in get_args(annotation) if (found := _model_in(each))), None)
    return None
