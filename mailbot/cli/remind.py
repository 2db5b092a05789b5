"""remind: the reminders of today."""

from __future__ import annotations

import typer

from mailbot.cli.shared import office


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("remind")(remind)


def remind() -> None:
    """Send the reminders that are due today to members and staff, once a working day; a bot that runs does so by itself."""
    from mailbot.service import reminders, sender

    with office() as opened:
        done = reminders.remind_if_due(opened)
        while sender.deliver(opened):
            pass
        at = opened.catalogue.reminders.at
    typer.echo("done for today" if done else f"not due: it is done, no working day, or before {at:%H:%M}")
