"""digest: the daily overview."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.shared import DAY, office
from mailbot.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from mailbot.catalogue import Catalogue, Staff

EARLIEST = datetime(1900, 1, 1)


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("digest")(digest)


def digest(
    date: Annotated[
        datetime | None,
        typer.Option(
            formats=DAY,
            help="The day; today where none is named. Of a day that is over the tickets' states are those of its end; "
            "who is responsible, what is missing and what is out of order are told as they are now.",
        ),
    ] = None,
    reader: Annotated[str | None, typer.Option("--for", metavar="ID", help="As that member of staff gets it.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write it there as HTML.")] = None,
    send: Annotated[bool, typer.Option("--send", help="Send it to all staff now, even if it has been sent before.")] = False,
) -> None:
    """Print the daily digest, write it to a file, or send it to all staff."""
    from mailbot.service import overview, sender
    from mailbot.tickets.calendar import day_of

    if date and date < EARLIEST:
        raise SettingsError(f"--date takes a day from {EARLIEST:%Y-%m-%d} on, not '{date.date()}'")
    with office() as opened:
        day = date.date() if date else day_of(opened.clock(), opened.catalogue.hours)
        with opened.database.read() as connection:
            rules = opened.rules(connection)
            drawn_up = overview.draw_up(connection, rules.catalogue, day=day, now=opened.clock())
            words = rules.writer.digest(drawn_up, _reader(reader, rules.catalogue))
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


def _reader(id: str | None, catalogue: Catalogue) -> Staff | None:
    if id is None:
        return None
    found = next((member for member in catalogue.staff if member.id == id), None)
    if found is None:
        there = ", ".join(member.id for member in catalogue.staff) or "nobody"
        raise NotFound(f"there is no '{id}' among the staff in rules.yaml; there are: {there}")
    return found
