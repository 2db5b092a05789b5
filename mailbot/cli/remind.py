"""remind: the reminders of today."""

from __future__ import annotations

import typer

from mailbot.cli.manual import OVERVIEWS, add, manual
from mailbot.cli.shared import office, send_what_is_due


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "remind", remind, panel=OVERVIEWS)


@manual("mailbot remind", see=("run", "digest"))
def remind() -> None:
    """Send the reminders that are due today to members and staff, once a working day; a bot that runs does so by itself."""
    from mailbot.service import reminders

    with office() as opened:
        done = reminders.remind_if_due(opened)
        send_what_is_due(opened)
        at = opened.catalogue.reminders.at
    typer.echo("done for today" if done else f"not due: it is done, no working day, or before {at:%H:%M}")
