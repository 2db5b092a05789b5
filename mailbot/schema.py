"""
The JSON Schema of rules.yaml, by which editors check, complete and explain it. Made of the models of catalogue/.

What each key means stands below it there, as a docstring.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from itertools import pairwise
from textwrap import dedent
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from mailbot import catalogue
from mailbot.catalogue import Catalogue


def rules_schema() -> dict[str, Any]:
    """
    What may stand in rules.yaml, as JSON Schema (draft 2020-12).

    It knows each key, its type, its default and its meaning, not what one part of the file has to do with another;
    that is told by `mailbot rules check`.
    """
    schema = Catalogue.model_json_schema(schema_generator=_AsWritten)
    for name, part in {Catalogue.__name__: schema, **schema["$defs"]}.items():
        for key, meaning in meanings(getattr(catalogue, name)).items():
            part["properties"][key]["description"] = meaning
    return {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "rules.yaml of mailbot"}


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """What stands below each key of the model or what it inherits from, on one line: key → docstring."""
    classes = [each for each in reversed(model.__mro__) if issubclass(each, BaseModel) and each.__module__ == model.__module__]
    return {key: " ".join(words.split()) for each in classes for key, words in _docstrings(each)}


def _docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (tree,) = ast.parse(dedent(inspect.getsource(model))).body
    assert isinstance(tree, ast.ClassDef)
    for key, below in pairwise(tree.body):
        match key, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, words


class _AsWritten(GenerateJsonSchema):
    """Defaults as rules.yaml would say them, and no titles made of the keys."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Whether a key's name is to be repeated as its title."""
        return False

    def encode_default(self, dft: Any) -> Any:
        """A default in YAML's words; of a whole section: nothing, for each of its keys has its own."""
        return _as_written(dft)


def _as_written(value: Any) -> Any:
    match value:
        case BaseModel():
            return {}
        case timedelta():
            return spoken(value)
        case time():
            return f"{value:%H:%M}"
        case tuple():
            return [_as_written(each) for each in value]
        case Mapping():
            return {str(_as_written(key)): _as_written(each) for key, each in value.items()}
        case _:
            return value


def spoken(span: timedelta) -> str | int:
    """A span as rules.yaml has it: "1 day", "15 minutes", 0."""
    for unit, seconds in (("day", 86400), ("hour", 3600), ("minute", 60)):
        number, rest = divmod(int(span.total_seconds()), seconds)
        if number and not rest:
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return 0
