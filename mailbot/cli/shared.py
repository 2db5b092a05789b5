"""What several commands need."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mailbot.service.office import Office

DAY = ["%Y-%m-%d"]
Key = Annotated[str, typer.Argument(metavar="KEY", help="A ticket, like KV-1042.")]
Number = Annotated[int, typer.Argument(metavar="MAIL", help="The number that `list` shows.")]


def listing(list_all: Callable[[], None], *, help: str) -> typer.Typer:
    """A group of commands with `list`, which also runs where none is named."""

    def listed_by_default(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            list_all()

    group = typer.Typer(help=help, invoke_without_command=True)
    group.callback()(listed_by_default)
    group.command("list")(list_all)
    return group


@contextmanager
def office() -> Iterator[Office]:
    """Settings, rules and database of the environment."""
    from mailbot.service.journal import start_journal
    from mailbot.service.office import open_office
    from mailbot.settings import load_settings

    start_journal()
    with open_office(load_settings()) as opened:
        yield opened


@contextmanager
def office_of_a_bot() -> Iterator[Office]:
    """The same for a bot that starts: it is the only one on its SQLite file, and rehearses its rules."""
    from mailbot.service.journal import start_journal
    from mailbot.service.office import open_office
    from mailbot.settings import load_settings
    from mailbot.store.alone import alone_on

    start_journal()
    settings = load_settings()
    # Before anything is opened: a newer version would change the tables under the bot that runs.
    with alone_on(settings.database), open_office(settings, rehearse=True) as opened:
        yield opened


def print_json(value: Any) -> None:
    """On standard output, one line, in UTF-8; times in ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"not for JSON: {value!r}")
