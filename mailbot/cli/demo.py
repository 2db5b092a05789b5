"""demo: the whole thing on embedded servers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.manual import BOT, add, manual


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "demo", demo, panel=BOT)


@manual(
    "mailbot demo",
    "mailbot demo --keep demo  # mails, database and digest stay there",
    "mailbot demo --serve  # mail servers to practise on, until Ctrl-C",
    files={},
    see=("explain", "run"),
)
def demo(
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep mails, database and digest there.")] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Only the mail servers, to practise on, until Ctrl-C: prints the settings for `.env`.")
    ] = False,
    ports: Annotated[tuple[int, int], typer.Option(metavar="IMAP SMTP", help="Where they listen, with --serve.")] = (1143, 1025),
) -> None:
    """Show a conversation, the tickets and the digest, with IMAP and SMTP servers of its own."""
    from mailbot.demo import run_demo, run_servers

    if serve:
        run_servers(ports)
    else:
        run_demo(keep)
