"""
Writes the reference: what can be told by the code itself. `make reference`; a test says when it is stale.

    docs/reference/rules.md   every key of rules.yaml
    docs/rules.schema.json    the same for editors
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mailbot.schema import rules_schema

HERE = Path(__file__).parent
Schema = Mapping[str, Any]


def files() -> dict[Path, str]:
    """Every file that is made here, with what must stand in it."""
    schema = rules_schema()
    return {
        HERE / "rules.schema.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n",
        HERE / "reference" / "rules.md": rules_page(schema),
    }


# --- rules.yaml

RULES_HEAD = """\
# All keys of rules.yaml

<!-- Made by `make reference` from mailbot/catalogue.py. -->

A span is written `15 minutes`, `2 hours`, `1 day` or `0`; a time of day `"08:00"`. Lists are written `[a, b]` or one a line.
An id has small letters, digits and `_`. How the file is worked on, and how patterns are written: [rules.yaml](../rules.md).
"""


def rules_page(schema: Schema) -> str:
    """A table for each part of rules.yaml, in the order in which the file has them."""
    models = schema["$defs"]
    parts = {"Top": {**schema, "description": ""}} | {name: models[name] for name in _in_order(schema, models)}
    return "\n".join([RULES_HEAD, *(_section(title, part) for title, part in parts.items())])


def _in_order(part: Schema, models: Mapping[str, Schema]) -> Iterator[str]:
    """The models below a part, each behind the one that names it."""
    for name in _named(part):
        yield name
        yield from _in_order(models[name], models)


def _named(part: Any) -> Iterator[str]:
    """The models that are named in a part itself."""
    match part:
        case {"$ref": str(path)}:
            yield path.rpartition("/")[2]
        case dict():
            for key, below in part.items():
                if key != "$defs":
                    yield from _named(below)
        case list():
            for below in part:
                yield from _named(below)


def _section(title: str, part: Schema) -> str:
    rows = [
        f"| `{key}` | {_kind(each)} | {_default(each, key in part.get('required', ()))} | {each['description']} |"
        for key, each in part["properties"].items()
    ]
    words = [part["description"], ""] if part["description"] else []
    return "\n".join([f"## {title}", "", *words, "| key | type | default | meaning |", "|---|---|---|---|", *rows, ""])


def _kind(part: Schema) -> str:
    """A type in words."""
    match part:
        case {"$ref": str(path)}:
            name = path.rpartition("/")[2]
            return f"[{name}](#{name.lower()})"
        case {"title": str(title)}:
            return title
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"anyOf": choices}:
            return " or ".join(_kind(each) for each in choices if each.get("type") != "null")
        case {"type": "array", "items": items}:
            return f"list of {_kind(items)}"
        case {"type": "object"}:
            return "key: value"
        case {"type": "integer", "minimum": least}:
            return f"number from {least}"
    return {"string": "text", "integer": "number", "boolean": "yes or no"}[part["type"]]


def _default(part: Schema, required: bool) -> str:
    if required:
        return "required"
    value = part.get("default")
    if value is None:
        return "none"
    if value == {}:
        return "see there" if "$ref" in part else "`{}`"
    return f"`{json.dumps(value, ensure_ascii=False) if isinstance(value, bool) or value == '' else _flow(value)}`"


def _flow(value: Any) -> str:
    """As YAML writes it on one line."""
    match value:
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
        case _:
            return str(value)


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")
