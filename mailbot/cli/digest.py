"""digest: the daily overview."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.shared import DAY, office
from mailbot.errors import SettingsError

EARLIEST = datetime(1900, 1, 1)


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("digest")(digest)


def digest(
    date: Annotated[datetime | None, typer.Option(formats=DAY, help="The day; today where none is named.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write it there as HTML.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it to all staff now, even if it has been sent before.")] = False,
) -> None:
    """Print the daily digest, write it to a file, or send it."""
    from mailbot.service import overview, sender
    from mailbot.tickets.calendar import day_of

    if date and date < EARLIEST:
        raise SettingsError(f"--date takes a day from {EARLIEST:%Y-%m-%d} on, not '{date.date()}'")
    with office() as opened:
        day = date.date() if date else day_of(opened.clock(), opened.catalogue.hours)
        with opened.database.read() as connection:
            rules = opened.rules(connection)
            words = rules.writer.digest(overview.draw_up(connection, rules.catalogue, day=day, now=opened.clock()))
        if out is not None:
            try:
                out.write_text(words.html, encoding="utf-8")
            except OSError as error:
                raise SettingsError(f"{out}: cannot be written: {error.strerror}") from None
        if send:
            number = overview.send(opened, day=day, again=True)
            while sender.deliver(opened):
                pass
            typer.echo(f"sent to {number} staff")
        if out is None and not send:
            typer.echo(words.text)
