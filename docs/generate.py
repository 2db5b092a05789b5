"""
Writes the reference: what can be told by the code itself. `make reference`; a test says when it is stale.

    docs/reference/rules.md      every key of rules.yaml
    docs/rules.schema.json       the same for editors
    docs/reference/settings.md   every variable of the environment
    docs/reference/commands.md   every command with its options, also as a manual page
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from mailbot.schema import meanings, rules_schema
from mailbot.settings import PREFIX, Settings

HERE = Path(__file__).parent
Schema = Mapping[str, Any]


def files() -> dict[Path, str]:
    """Every file that is made here, with what must stand in it."""
    schema = rules_schema()
    return {
        HERE / "rules.schema.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n",
        HERE / "reference" / "rules.md": rules_page(schema),
        HERE / "reference" / "settings.md": settings_page(),
        HERE / "reference" / "commands.md": commands_page(),
    }


# --- rules.yaml

RULES_HEAD = """\
# All keys of rules.yaml

<!-- Made by `make reference` from mailbot/catalogue/. -->

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
            return ", ".join(f"`{_flow(value)}`" for value in values)
        case {"const": value}:
            return f"`{_flow(value)}`"
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
    return f"`{_flow(value)}`"


def _flow(value: Any) -> str:
    """As YAML writes it on one line."""
    match value:
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(each)}" for key, each in value.items()) + "}"
        case bool() | "":
            return json.dumps(value)
        case _:
            return str(value)


# --- settings

SETTINGS_HEAD = """\
# All settings

<!-- Made by `make reference` from mailbot/settings.py. -->

Variables of the environment, or lines of `.env`. How they are given and how logins are written stands in
[operating](../operating.md#settings).

| setting | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """A row for each setting."""
    fields, told = Settings.model_fields, meanings(Settings)
    rows = (f"| `{PREFIX}{_name(key)}` | {_given(field)} | {told[key]} |\n" for key, field in fields.items())
    return SETTINGS_HEAD + "".join(rows)


def _name(key: str) -> str:
    return {"imap": "IMAP_<ID>", "lmtp": "LMTP_<ID>", "oauth": "OAUTH_<PART>"}.get(key, key.upper())


def _given(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    return f"`{default}`" if default else "–"


# --- commands

COMMANDS_HEAD = """\
# All commands

<!-- Made by `make reference` from mailbot/cli/. -->

Each tells the same with `--help`. Where `--json` is an option, a script finds one line of JSON on standard output: times in
ISO 8601, spans in seconds. Colours and progress bars are for terminals alone; `NO_COLOR=1` takes the colours away.

## Completion

`mailbot --install-completion` lets bash, zsh and fish complete commands and options, and what they are about: keys of tickets,
ids of services, fields, mailboxes and staff. `mailbot --show-completion` prints the script instead.
"""


def commands_page() -> str:
    """What typer tells of each command, with our own head. Its usage lines are no commands to be run."""
    tell = [sys.executable, "-m", "typer", "mailbot.cli", "utils", "docs", "--name", "mailbot"]
    told = subprocess.run(tell, capture_output=True, text=True, check=True).stdout
    _, _, commands = unescape(told).partition("\n## ")
    return f"{COMMANDS_HEAD}\n## {commands.replace('```console', '```text').rstrip()}\n"


if __name__ == "__main__":
    for file, text in files().items():
        file.write_text(text, encoding="utf-8")
