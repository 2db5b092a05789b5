"""The main job from end to end: sample mails, the real bot, and mail servers inside this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from mailbot.errors import MailbotError


def run_demo(keep: Path | None, console: Console | None = None) -> None:
    """
    Play the sample mails through the bot and show what it makes of them.

    Rules and templates are those of every command, or, where there are none, those that ship; servers and database are the
    demo's own, whatever the environment says. With `keep` all mails (.eml, .html) and the database stay in that folder.

    Raises MailbotError: `keep` holds a demo already, rules or templates are not as they must be, or the
    libraries of the servers are not installed.
    """
    with _libraries():
        from mailbot.demo.play import play
    play(keep, console or Console())


def run_servers(ports: tuple[int, int], console: Console | None = None) -> None:
    """
    Serve an account for each mailbox of rules.yaml, and show what is sent to anybody else, until Ctrl-C.

    `ports` of IMAP and SMTP. Raises MailbotError as `run_demo` does, or when a port is in use.
    """
    with _libraries():
        from mailbot.demo.practice import serve
    serve(ports, console or Console())


@contextmanager
def _libraries() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise MailbotError(f"the demo needs {error.name}; install it with: pip install 'mailbot[demo]'") from error
