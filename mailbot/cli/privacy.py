"""privacy: what is known of a person, and how long (GDPR)."""

from __future__ import annotations

from typing import Annotated

import typer

from mailbot.cli.shared import office

MAILBOXES = "the mailboxes are yours to tidy: mails in them, in Sent and at staff's own addresses are not touched"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="What is known of a person, and how long it is kept (GDPR).", no_args_is_help=True)
    group.command("expire")(expire)
    app.add_typer(group, name="privacy")


def expire(
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Only tell what would be forgotten.")] = False,
) -> None:
    """Forget what has been kept for as long as rules.yaml says. A running bot does so once a day."""
    from mailbot.service import retention

    with office() as opened:
        found = retention.rehearse(opened)
        if not rehearse:
            retention.expire(opened)
    for kind, share in found.items():
        if share.number:
            typer.echo(f"{share.number:>7}  {kind.value}" + (f", the oldest of {share.oldest}" if share.oldest else ""))
    total = sum(share.number for share in found.values())
    if not total:
        typer.echo("nothing has been kept for too long")
    elif rehearse:
        typer.echo(f"{total} would be forgotten; nothing has been changed")
    else:
        typer.echo(f"{total} forgotten; {MAILBOXES}")
