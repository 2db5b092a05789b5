"""
The commands. Each group of them is a module that adds its own to the app.

What a command needs is imported inside it, so that `mailbot --help` is quick.
"""

from __future__ import annotations

import atexit
import gc
from typing import Annotated

import typer

from mailbot.cli import (
    backup,
    bot,
    check,
    demo,
    digest,
    explain,
    init,
    orders,
    outbox,
    privacy,
    quarantine,
    remind,
    replay,
    rules,
    status,
    tickets,
)
from mailbot.cli.manual import Group
from mailbot.errors import MailbotError

app = typer.Typer(
    name="mailbot",
    cls=Group,
    help="Reads an association's shared inboxes, asks members for exactly what is missing, and opens tickets.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",  # "markdown" takes twice as long
    context_settings={"help_option_names": ["-h", "--help"]},
)

bot.add_to(app)
backup.add_to(app)
init.add_to(app)
check.add_to(app)
status.add_to(app)
tickets.add_to(app)
orders.add_to(app)
digest.add_to(app)
remind.add_to(app)
quarantine.add_to(app)
outbox.add_to(app)
privacy.add_to(app)
explain.add_to(app)
replay.add_to(app)
rules.add_to(app)
demo.add_to(app)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"mailbot {version('mailbot')}")
        raise typer.Exit


@app.callback()
def mailbot(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What stands before a command."""


ADMITTED = 10_000
"""Objects that come to be before Python looks for garbage; by its own 700 it looks all the time while modules are loaded."""


def main() -> None:
    """Run a command. What a person can mend ends with one sentence on stderr and status 1."""
    gc.set_threshold(ADMITTED)
    atexit.register(gc.freeze)  # else everything is looked through once more before the end
    try:
        app(prog_name="mailbot")  # whatever has loaded it
    except MailbotError as error:
        typer.echo(f"mailbot: {error}", err=True)
        raise SystemExit(1) from None
