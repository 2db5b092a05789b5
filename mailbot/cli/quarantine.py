"""quarantine: mails that could not be processed. Nothing is ever lost."""

from __future__ import annotations

from typing import Annotated

import typer

from mailbot.cli.shared import Number, listing, office


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = listing(list_mails, help="Mails that could not be processed; without a command: list them.")
    group.command("show")(show)
    group.command("retry")(retry)
    group.command("drop")(drop)
    app.add_typer(group, name="quarantine")


def list_mails() -> None:
    """List the mails in quarantine, each with the reason."""
    from mailbot.store import inbound

    with office() as opened, opened.database.read() as connection:
        found = inbound.in_state(connection, inbound.State.QUARANTINED)
    for mail in found:
        typer.echo(f"{mail.id}  {mail.place.mailbox}  {mail.received:%Y-%m-%d %H:%M}  {mail.reason}")
    if not found:
        typer.echo("nothing is in quarantine")


def show(number: Number) -> None:
    """Show a mail as it came, byte by byte, on standard output; the reason goes to standard error."""
    from mailbot.store import inbound

    with office() as opened, opened.database.read() as connection:
        mail, raw = inbound.get(connection, number)
    typer.echo(f"{mail.state.value}: {mail.reason or ''}", err=True)
    typer.echo(raw, nl=False)


def retry(number: Number) -> None:
    """Let a mail be processed again by the next run."""
    from mailbot.store import inbound

    with office() as opened, opened.database.write() as connection:
        inbound.retry(connection, number)
    typer.echo(f"{number} will be processed again")


def drop(
    number: Number, because: Annotated[str, typer.Option(help="Why; it is kept with the mail.")] = "dropped at the command line"
) -> None:
    """Take a mail out of quarantine without processing it; it is kept as ignored."""
    from mailbot.store import inbound

    with office() as opened, opened.database.write() as connection:
        inbound.drop(connection, number, reason=because)
    typer.echo(f"{number} is ignored from now on: {because}")
