"""status: is it alive, and what is wrong?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.manual import BOT, add, manual
from mailbot.cli.shared import office, print_json

if TYPE_CHECKING:
    from mailbot.service.health import Box, Health


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "status", status, panel=BOT)


@manual(
    "mailbot status",
    "mailbot status --json",
    exits={0: "everything is fine", 1: "something is wrong: each line that begins with wrong says what"},
    see=("check", "outbox", "quarantine"),
)
def status(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Is it alive, and do the books balance? Exit status 1 when something is wrong."""
    from mailbot.service.health import examine

    with office() as opened:
        health = examine(opened)
    if as_json:
        print_json(_as_json(health))
    else:
        _print(health)
    if health.wrong:
        raise typer.Exit(1)


def _as_json(health: Health) -> dict[str, Any]:
    return {
        "ok": not health.wrong,
        "wrong": list(health.wrong),
        "mailboxes": [_box_as_json(box) for box in health.mailboxes],
        "smtp": {"last_contact": health.smtp.reached_at, "trouble": health.smtp.trouble} if health.smtp else None,
        "tickets": {state.value: number for state, number in health.tickets.items()},
        "outbox": {state.value: number for state, number in health.outbox.items()},
        "held": [
            {"mail": mail.id, "ticket": mail.ticket, "to": mail.recipient, "until": mail.due_at, "because": mail.error}
            for mail in health.held
        ],
        "pending": health.pending.mails,
        "oldest_pending": health.pending.oldest,
        "oldest_unsent": health.unsent.oldest,
        "last_digest": health.last_digest,
    }


def _box_as_json(box: Box) -> dict[str, Any]:
    return {
        "id": box.id,
        "last_contact": box.last_contact,
        "trouble": box.trouble,
        "states": {state.value: number for state, number in box.states.items()},
        "books": {"mails": box.books.mails, "new": box.books.new, "missing": box.books.missing} if box.books else None,
    }


def _print(health: Health) -> None:
    for box in health.mailboxes:
        seen = f"last read {box.last_contact:%Y-%m-%d %H:%M} UTC" if box.last_contact else "never read"
        states = ", ".join(f"{number} {state.value}" for state, number in sorted(box.states.items())) or "no mails"
        typer.echo(f"{box.id}: {seen}; {states}")
        if box.books:
            typer.echo(
                f"  the folder holds {box.books.mails}: {box.books.new} to be taken in, {box.books.missing} missing in the books"
            )
    for name, counts in (("tickets", health.tickets), ("outbox", health.outbox)):
        typer.echo(f"{name}: {', '.join(f'{number} {state.value}' for state, number in sorted(counts.items())) or 'none'}")
    typer.echo(f"last digest: {f'{health.last_digest:%Y-%m-%d %H:%M} UTC' if health.last_digest else 'none yet'}")
    for mail in health.held:
        typer.echo(f"held: mail {mail.id} about {mail.ticket} until {mail.due_at:%Y-%m-%d %H:%M} UTC: {mail.error}")
    for sentence in health.wrong:
        typer.echo(f"wrong: {sentence}")
    if not health.wrong:
        typer.echo("everything is fine")
