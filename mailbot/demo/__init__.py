"""The main job from end to end: sample mails, the real bot, and mail servers inside this process."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from mailbot.errors import MailbotError


def run_demo(keep: Path | None, console: Console | None = None) -> None:
    """
    Play the sample mails through the bot and show what it makes of them.

    Rules and templates are those of every command; servers and database are the demo's own, whatever the
    environment says. With `keep` all mails (.eml, .html) and the database stay in that folder.

    Raises MailbotError: `keep` holds a demo already, rules or templates are not as they must be, or the
    libraries of the servers are not installed.
    """
    try:
        from mailbot.demo.play import play
    except ModuleNotFoundError as error:
        raise MailbotError(f"the demo needs {error.name}; install it with: pip install 'mailbot[demo]'") from error
    play(keep, console or Console())
