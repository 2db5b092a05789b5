"""
MAILBOT_* as they stand in the environment and in `.env`, not yet looked into: that is `settings`.

Apart from it, because commands that only need to know where the rules lie shall start quickly.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from mailbot.errors import SettingsError

PREFIX = "MAILBOT_"
DOT_ENV = Path(".env")
RULES = Path("rules.yaml")


def variables() -> dict[str, str]:
    """
    By name without the prefix: of the environment, else of .env; each also as …_FILE, the path of a file with the value.

    Raises SettingsError: .env cannot be read, a variable and its file at once, or a file that cannot be read.
    """
    return _with_files(given())


def given() -> dict[str, str]:
    """By name without the prefix, as they are set: …_FILE with the path. Raises SettingsError: .env cannot be read."""
    found = {**_dot_env(), **os.environ}
    return {name.removeprefix(PREFIX): value for name, value in found.items() if name.startswith(PREFIX) and value}


def rules_file() -> Path:
    """What MAILBOT_RULES says. Raises SettingsError as `variables` does."""
    return Path(variables().get("RULES", RULES))


def templates_beside(rules: Path) -> Path:
    """The folder of every text that the bot sends."""
    return rules.parent / "templates"


def _dot_env() -> dict[str, str | None]:
    try:
        text = DOT_ENV.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8; save it as UTF-8"
        raise SettingsError(f"{DOT_ENV}: cannot be read: {reason}") from None
    broken = [str(each.original.line) for each in parse_stream(StringIO(text)) if each.error]
    if broken:
        raise SettingsError(
            f"{DOT_ENV}:{', '.join(broken)}: no NAME=value; a value with blanks or '#' stands in '…', a remark begins with '#'"
        )
    return dotenv_values(stream=StringIO(text))


def _with_files(given: Mapping[str, str]) -> dict[str, str]:
    values = {name: value for name, value in given.items() if not name.endswith("_FILE")}
    for name, path in given.items():
        if not name.endswith("_FILE"):
            continue
        target = name.removesuffix("_FILE")
        if target in values:
            raise SettingsError(f"{PREFIX}{target} and {PREFIX}{name} are both set; keep one of them")
        try:
            values[target] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{PREFIX}{name}: {path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}"
            ) from None
    return values
