"""outbox: mails of ours that are kept back, and what staff decide about them."""

from __future__ import annotations

import typer

from mailbot.cli.shared import Number, listing, office


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = listing(list_mails, help="Mails of ours that are kept back or wait for a yes; without a command: list them.")
    group.command("show")(show)
    group.command("release")(release)
    group.command("drop")(drop)
    app.add_typer(group, name="outbox")


PROPOSED = "answers a mail that staff have passed on"


def list_mails() -> None:
    """
    List the mails that are kept back, each with why and when it leaves by itself, drafts that nobody has sent, and what
    the bot would have sent in shadow.
    """
    from mailbot.store import drafts, outbound
    from mailbot.store.outbound import UNDECIDED, State

    with office() as opened, opened.database.read() as connection:
        found = outbound.in_state(connection, *UNDECIDED)
        waiting = outbound.in_state(connection, *drafts.LIVE)
        shadows = outbound.in_state(connection, State.SHADOW)
    for mail in found:
        leaves = f"leaves {mail.due_at:%Y-%m-%d %H:%M} UTC" if mail.state is State.HELD else "waits for you"
        typer.echo(f"{mail.id}  {mail.ticket or 'digest'}  {mail.recipient}  {leaves}  {mail.error or PROPOSED}")
    for mail in waiting:
        how = "lies" if mail.state is State.DRAFTED else "shall lie"
        typer.echo(f"{mail.id}  {mail.ticket}  {mail.recipient}  {how} in Drafts since {mail.due_at:%Y-%m-%d %H:%M} UTC")
    for mail in shadows:
        typer.echo(f"{mail.id}  {mail.ticket or 'digest'}  {mail.recipient}  shadow: written {mail.created:%Y-%m-%d %H:%M} UTC")
    if not (found or waiting or shadows):
        typer.echo("nothing is kept back")


def show(number: Number) -> None:
    """Show a mail of ours byte by byte on standard output; its state goes to standard error."""
    from mailbot.store import outbound

    with office() as opened, opened.database.read() as connection:
        mail = outbound.get(connection, number)
        raw = outbound.raw_of(connection, number)
    typer.echo(f"{mail.state.value}: {mail.error or ''}", err=True)
    typer.echo(raw, nl=False)


def release(number: Number) -> None:
    """
    Let a mail leave with the next run, whatever the limits say; its address counts as reachable again.

    One that answers a mail which staff have passed on has waited for this yes; to it the limits apply.
    """
    from mailbot.service.desk import let_go

    with office() as opened:
        mail = let_go(opened, number)
    typer.echo(f"{number} to {mail.recipient} leaves with the next run")


def drop(number: Number) -> None:
    """Never send a mail that is kept back, or wait for a draft no longer; it stays in the database, and its ticket says so."""
    from mailbot.service.desk import drop as drop_mail

    with office() as opened:
        mail = drop_mail(opened, number)
    typer.echo(f"{number} to {mail.recipient} is never sent")
