"""quarantine: mails that could not be processed. Nothing is ever lost."""

from __future__ import annotations

from typing import Annotated

import typer

from mailbot.cli.manual import MAILS, add, manual
from mailbot.cli.shared import AsJson, Number, listing, office, print_json, print_mail
from mailbot.cli.tables import print_table


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = listing(list_mails, help="Mails that could not be processed; without a command: list them.")
    add(group, "show", show)
    add(group, "retry", retry)
    add(group, "drop", drop)
    app.add_typer(group, name="quarantine", rich_help_panel=MAILS)


@manual("mailbot quarantine", "mailbot quarantine list --json", see=("quarantine show", "quarantine retry", "status"))
def list_mails(as_json: AsJson = False) -> None:
    """List the mails in quarantine, each with the reason."""
    from mailbot.store import inbound
    from mailbot.tickets.calendar import minute

    with office() as opened, opened.database.read() as connection:
        found, zone = inbound.in_state(connection, inbound.State.QUARANTINED), opened.catalogue.hours.timezone
    if as_json:
        print_json(
            [
                {"mail": mail.id, "mailbox": mail.place.mailbox, "received": mail.received, "because": mail.reason}
                for mail in found
            ]
        )
    elif found:
        rows = ((str(mail.id), mail.place.mailbox, minute(mail.received, zone), mail.reason or "") for mail in found)
        print_table(("mail", "mailbox", "received", "why"), rows, wraps=("why",))
    else:
        typer.echo("nothing is in quarantine")


@manual("mailbot quarantine show 17", "mailbot quarantine show 17 > broken.eml", see=("quarantine list", "explain"))
def show(number: Number) -> None:
    """
    Show a mail as it reads, or, in a file or a pipe, byte by byte as it came. The reason goes to standard error.
    """
    from mailbot.store import inbound

    with office() as opened, opened.database.read() as connection:
        mail, raw = inbound.get(connection, number)
    typer.echo(": ".join(filter(None, (mail.state.value, mail.reason))), err=True)
    print_mail(raw)


@manual("mailbot quarantine retry 17", see=("quarantine drop", "run"))
def retry(number: Number) -> None:
    """Let a mail be processed again by the next run."""
    from mailbot.store import inbound

    with office() as opened, opened.database.write() as connection:
        inbound.retry(connection, number)
    typer.echo(f"{number} will be processed again")


@manual('mailbot quarantine drop 17 --because "advertising"', see=("quarantine retry",))
def drop(
    number: Number, because: Annotated[str, typer.Option(help="Why; it is kept with the mail.")] = "dropped at the command line"
) -> None:
    """Take a mail out of quarantine without processing it; it is kept as ignored."""
    from mailbot.store import inbound

    with office() as opened, opened.database.write() as connection:
        inbound.drop(connection, number, reason=because)
    typer.echo(f"{number} is ignored from now on: {because}")
