"""run: the bot itself."""

from __future__ import annotations

import faulthandler
import signal
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.manual import BOT, add, manual
from mailbot.cli.shared import office_of_a_bot
from mailbot.errors import SettingsError

if TYPE_CHECKING:
    from mailbot.service.office import Office
    from mailbot.service.receiver import Since


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "run", run, panel=BOT)


@manual(
    "mailbot run",
    "mailbot run --once  # for cron",
    "mailbot run --since 2026-03-02  # mails count from that day on",
    see=("check", "status"),
)
def run(
    once: Annotated[
        bool, typer.Option("--once", help="All mail that is there now, all replies that are due, then exit.")
    ] = False,
    since: Annotated[
        str, typer.Option(metavar="DATE|all", help="From when on mails count, instead of first_run in rules.yaml.")
    ] = "",
) -> None:
    """Run the bot: receive, decide, send, and do what the clock wants."""
    from mailbot.service import bot
    from mailbot.service.bells import Bells
    from mailbot.service.endpoint import open_endpoint

    with office_of_a_bot() as opened:
        bot.tell_strangers(opened)
        start = _since(opened, since)
        if once:
            bot.run_once(opened, since=start)
            return
        bells = Bells()
        _on_signal(bells.ring_out)
        # What hangs is ended by systemd's watchdog with SIGABRT: then the log tells where each part was.
        faulthandler.enable()
        with open_endpoint(opened):
            bot.run(opened, since=start, bells=bells)


def _on_signal(stop: Callable[[], None]) -> None:
    """SIGTERM and Ctrl-C stop the bot after what it has in hand; the second one ends it at once."""

    def polite(*_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, polite)


def _since(opened: Office, value: str) -> Since | None:
    from mailbot.service.receiver import Since

    if not value:
        return None
    if value == "all":
        return Since(moment=None)
    try:
        return Since(moment=datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=opened.catalogue.hours.timezone))
    except ValueError:
        raise SettingsError(f"--since takes a day like 2026-03-02 or 'all', not '{value}'") from None
