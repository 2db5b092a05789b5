"""remind: the reminders of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from mailbot.cli.manual import OVERVIEWS, add, manual
from mailbot.cli.shared import office, send_what_is_due

if TYPE_CHECKING:
    from mailbot.service.office import Office


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
        typer.echo("done for today" if done else _why_not(opened))


def _why_not(opened: Office) -> str:
    from mailbot.tickets.calendar import day_of, has_struck, is_working_day

    hours, now, at = opened.catalogue.hours, opened.clock(), opened.catalogue.reminders.at
    if not is_working_day(day_of(now, hours), hours):
        return "not due: today is no working day"
    return "done already today" if has_struck(at, now, hours) else f"not due before {at:%H:%M}"
