"""outbox: mails of ours that are kept back, and what staff decide about them."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import typer

from mailbot.cli.manual import MAILS, add, manual
from mailbot.cli.shared import AsJson, Number, listing, office, print_json, print_mail
from mailbot.cli.tables import print_table

if TYPE_CHECKING:
    from mailbot.store.outbound import Outbound


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = listing(list_mails, help="Mails of ours that are kept back or wait for a yes; without a command: list them.")
    add(group, "show", show)
    add(group, "release", release)
    add(group, "drop", drop)
    app.add_typer(group, name="outbox", rich_help_panel=MAILS)


PROPOSED = "answers a mail that staff have passed on"


@manual("mailbot outbox", "mailbot outbox list --json", see=("outbox release", "outbox drop", "status"))
def list_mails(as_json: AsJson = False) -> None:
    """
    List the mails that are kept back, each with why and when it leaves by itself.

    Also drafts that nobody has sent, and what the bot would have sent in shadow.
    """
    from mailbot.store import drafts, outbound
    from mailbot.store.outbound import UNDECIDED, State

    with office() as opened, opened.database.read() as connection:
        groups = (UNDECIDED, drafts.LIVE, (State.SHADOW,))
        zone = opened.catalogue.hours.timezone
        found = [mail for states in groups for mail in outbound.in_state(connection, *states)]
    if as_json:
        print_json([_as_json(mail) for mail in found])
    elif found:
        rows = (
            (str(mail.id), mail.ticket or "", mail.recipient, mail.state.value, _waits(mail, zone), _why(mail)) for mail in found
        )
        print_table(("mail", "ticket", "to", "state", "waits", "why"), rows, wraps=("to", "why"))
    else:
        typer.echo("nothing is kept back")


def _as_json(mail: Outbound) -> dict[str, Any]:
    return {
        "mail": mail.id,
        "ticket": mail.ticket,
        "to": mail.recipient,
        "state": mail.state.value,
        "due": mail.due_at,
        "because": _why(mail) or None,
    }


def _waits(mail: Outbound, zone: tzinfo) -> str:
    from mailbot.store.outbound import State
    from mailbot.tickets.calendar import minute

    match mail.state:
        case State.HELD:
            return f"until {minute(mail.due_at, zone)}"
        case State.DRAFT | State.DRAFTED:
            return f"in Drafts since {minute(mail.due_at, zone)}"
        case State.SHADOW:
            return f"in shadow since {minute(mail.created, zone)}"
        case _:
            return "for you"


def _why(mail: Outbound) -> str:
    from mailbot.store.outbound import State

    return mail.error or (PROPOSED if mail.state is State.PROPOSED else "")


@manual("mailbot outbox show 17", "mailbot outbox show 17 > kept-back.eml", "mailbot outbox show 17 --json", see=("outbox list",))
def show(number: Number, as_json: AsJson = False) -> None:
    """
    Show a mail of ours as it reads, or, in a file or a pipe, byte by byte. Its state goes to standard error.
    """
    from mailbot.mail.read import read
    from mailbot.store import outbound

    with office() as opened, opened.database.read() as connection:
        mail = outbound.get(connection, number)
        raw = outbound.raw_of(connection, number)
    if as_json:
        words = read(raw)
        return print_json({**_as_json(mail), "message_id": words.message_id, "subject": words.subject, "text": words.text})
    typer.echo(": ".join(filter(None, (mail.state.value, mail.error))), err=True)
    return print_mail(raw)


@manual("mailbot outbox release 17", see=("outbox drop", "outbox list"))
def release(number: Number) -> None:
    """
    Let a mail leave with the next run, whatever the limits say; its address counts as reachable again.

    One that answers a mail which staff have passed on has waited for this yes; to it the limits apply.
    """
    from mailbot.service.desk import let_go

    with office() as opened:
        mail = let_go(opened, number)
    typer.echo(f"{number} to {mail.recipient} leaves with the next run")


@manual("mailbot outbox drop 17", see=("outbox release", "outbox list"))
def drop(number: Number) -> None:
    """Never send a mail that is kept back, or wait for a draft no longer; it stays in the database, and its ticket says so."""
    from mailbot.service.desk import drop as drop_mail

    with office() as opened:
        mail = drop_mail(opened, number)
    typer.echo(f"{number} to {mail.recipient} is never sent")
