"""What several commands need."""

from __future__ import annotations

import gc
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli import completion
from mailbot.cli.manual import add

if TYPE_CHECKING:
    from mailbot.service.office import Office
    from mailbot.service.reading_room import ReadingRoom
    from mailbot.settings import Settings


def day_typed(words: str) -> datetime:
    """A day like 2026-03-02. Raises BadParameter."""
    return _typed(words, "%Y-%m-%d", "it looks like 2026-03-02")


def month_typed(words: str) -> datetime:
    """A month like 2026-03, as its first day. Raises BadParameter."""
    return _typed(words, "%Y-%m", "it looks like 2026-03")


def _typed(words: str, pattern: str, like: str) -> datetime:
    try:
        return datetime.strptime(words, pattern)
    except ValueError:
        raise typer.BadParameter(f"'{words}' does not stand in any calendar; {like}") from None


def _number_typed(words: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", words):
        raise typer.BadParameter(f"'{words}' is no number of a mail; `list` shows them")
    return int(words)


Key = Annotated[str, typer.Argument(metavar="KEY", help="A ticket, like `KV-1042` or `1042`.", autocompletion=completion.tickets)]
Number = Annotated[int, typer.Argument(parser=_number_typed, metavar="MAIL", help="The number that `list` shows.")]


AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on one line.")]


class Language(StrEnum):
    """What people read."""

    DE = "de"
    EN = "en"


def spoken(wanted: Language | None) -> str:
    """That language; where none is named German if the system speaks it, by the variables that gettext asks, else English."""
    if wanted is not None:
        return wanted.value
    set_to = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return "de" if next(filter(None, set_to), "").lower().startswith("de") else "en"


def listing(list_all: Callable[[bool], None], *, help: str) -> typer.Typer:
    """A group of commands with `list`, which also runs where none is named."""

    def listed_by_default(context: typer.Context, as_json: AsJson = False) -> None:
        if context.invoked_subcommand is None:
            list_all(as_json)

    group = typer.Typer(help=help, invoke_without_command=True)
    group.callback()(listed_by_default)
    add(group, "list", list_all)
    return group


@contextmanager
def unswept() -> Iterator[None]:
    """Python looks for no garbage meanwhile: a tenth of the time of a command that makes much, drops little and ends soon."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def reading_room() -> Iterator[ReadingRoom]:
    """Rules and database of the environment, for a command that only looks: quicker than `office`, which the others need."""
    from mailbot.service.reading_room import open_reading_room
    from mailbot.settings import load_settings

    with open_reading_room(load_settings()) as opened:
        yield opened


@contextmanager
def office() -> Iterator[Office]:
    """Settings, rules and database of the environment."""
    from mailbot.service.office import open_office

    with open_office(settings_of_environment()) as opened:
        yield opened


@contextmanager
def office_of_a_bot() -> Iterator[Office]:
    """The same for a bot that starts: it is the only one on its SQLite file, and rehearses its rules."""
    from mailbot.service.office import open_office
    from mailbot.store.alone import alone_on

    settings = settings_of_environment()
    # Before anything is opened: a newer version would change the tables under the bot that runs.
    with alone_on(settings.database), open_office(settings, rehearse=True) as opened:
        yield opened


def settings_of_environment() -> Settings:
    """Those of the environment; from now on the log looks as they say."""
    from mailbot.service.journal import start_journal
    from mailbot.settings import load_settings

    settings = load_settings()
    start_journal(settings.log, level=settings.log_level)
    return settings


def send_what_is_due(opened: Office) -> None:
    """Let everything leave that may leave now."""
    from mailbot.cli.progress import watching
    from mailbot.service import sender

    sent = 0
    with watching("sending") as progress:
        while handled := sender.deliver(opened):
            sent += handled
            progress(sent, None)


def print_json(value: Any) -> None:
    """On standard output, one line, in UTF-8; times in ISO 8601, spans in seconds."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def print_json_list(values: Iterable[Any]) -> None:
    """The same for a list that may be longer than there is memory for."""
    typer.echo("[", nl=False)
    for at, value in enumerate(values):
        typer.echo((", " if at else "") + json.dumps(value, ensure_ascii=False, default=_plain), nl=False)
    typer.echo("]")


def print_mail(raw: bytes) -> None:
    """
    On a terminal as people read it, and with nothing that steers the terminal, for strangers write mails; elsewhere, in a file
    or a pipe, byte by byte.
    """
    if not sys.stdout.isatty():
        typer.echo(raw, nl=False)
        return
    from mailbot.mail.read import read
    from mailbot.tickets.blocks import printable

    try:
        mail = read(raw)
    except Exception:  # it may lie in quarantine for just that
        typer.echo(printable("\n".join(raw.decode("utf-8", "replace").splitlines())))
        return
    heads = [f"{name}: {value}" for name in ("From", "To", "Cc", "Date", "Subject") if (value := mail.header(name))]
    files = [f"[{each.name}, {each.media_type}, {each.size:,} bytes]" for each in mail.attachments]
    typer.echo(printable("\n".join([*heads, "", mail.text, *files])))


def _plain(value: object) -> str | float:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"not for JSON: {value!r}")
