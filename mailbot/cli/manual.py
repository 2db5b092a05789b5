"""
What stands below the options of each command's help, as in a manual: examples, exit statuses, files, what else to read.

It reads well as it is and as Markdown: the terminal shows it, and the reference (docs/reference/commands.md) and the manual page
are made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

BOT = "The bot"
TICKETS = "Tickets"
STAFF = "What staff do, as by mail"
OVERVIEWS = "Overviews and reminders"
MAILS = "Mails"
RULES = "Rules and personal data"

EXITS = {
    0: "done",
    1: "not done: standard error says why, and what to do",
    2: "the command line was not understood",
}
SETTINGS_FILES = {".env": "settings that are not in the environment"}
RULES_FILES = {**SETTINGS_FILES, "rules.yaml": "what the bot decides by (MAILBOT_RULES)"}
TEXT_FILES = {**RULES_FILES, "templates/": "every text of the bot, beside rules.yaml"}
OFFICE_FILES = {**TEXT_FILES, "mailbot.db": "the database (MAILBOT_DATABASE)"}


Function = TypeVar("Function", bound=Callable[..., Any])


def manual(
    *examples: str,
    exits: Mapping[int, str] = {},
    files: Mapping[str, str] = OFFICE_FILES,
    see: Sequence[str] = (),
) -> Callable[[Function], Function]:
    """
    Say what stands below a command's options.

    Args:
        examples: command lines; what each is for stands behind two blanks and a `#`.
        exits: beside those that every command has, or in place of them.
        files: what is read or written, each with what it is.
        see: other commands, without `mailbot`.
    """
    sections = {
        "Examples": examples,
        "Exit status": _columns({str(number): what for number, what in {**EXITS, **exits}.items()}),
        "Files": _columns(files),
        "See also": [f"mailbot {name}" for name in see],
    }
    words = "\n\n".join(
        "\n".join([f"{title}:", "", *(f"    {line}" for line in lines)]) for title, lines in sections.items() if lines
    )

    def attach(command: Function) -> Function:
        vars(command)["manual"] = words
        return command

    return attach


def _columns(entries: Mapping[str, str]) -> list[str]:
    width = max(map(len, entries), default=0)
    return [f"{name:<{width}}  {what}" for name, what in entries.items()]


class Command(TyperCommand):
    """A command whose help names no type beside a flag, which is there or not."""

    def get_params(self, ctx: Any) -> Any:
        """Its options and arguments."""
        return _without_types_of_flags(super().get_params(ctx))


class Group(TyperGroup):
    """The same for a group of them."""

    def get_params(self, ctx: Any) -> Any:
        """Its options and arguments."""
        return _without_types_of_flags(super().get_params(ctx))


def _without_types_of_flags(options: list[Any]) -> list[Any]:
    for each in options:
        if getattr(each, "is_flag", False):
            each.metavar = ""
    return options


def add(app: typer.Typer, name: str, command: Callable[..., Any], *, panel: str | None = None) -> None:
    """Add a command with its manual; `panel`: among which others the help of the program lists it."""
    app.command(name, cls=Command, epilog=vars(command).get("manual"), rich_help_panel=panel)(command)
