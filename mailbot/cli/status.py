"""status: is it alive, and what is wrong?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from mailbot.cli.manual import BOT, add, manual
from mailbot.cli.shared import AsJson, office, print_json, reading_room

if TYPE_CHECKING:
    from mailbot.catalogue.values import Mode
    from mailbot.errors import MailbotError
    from mailbot.service.health import Box, Health
    from mailbot.store.gauges import Pile

State = TypeVar("State", bound=StrEnum)

MODES: Mapping[Mode, str] = MappingProxyType(
    {
        "shadow": "it writes down what it would say, and nobody hears of it",
        "draft": "what it would say to members waits in Drafts for a person to send",
        "live": "what it says leaves by itself",
    }
)
"""What `mode` in rules.yaml means; a mailbox or a service may go its own way by `replies`."""


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "status", status, panel=BOT)


@manual(
    "mailbot status",
    "mailbot status --json",
    exits={0: "everything is fine", 1: "something is wrong: each line that begins with wrong says what"},
    see=("check", "outbox", "quarantine"),
)
def status(as_json: AsJson = False) -> None:
    """Is it alive, and do the books balance? Exit status 1 when something is wrong."""
    from mailbot.errors import CatalogueError, TemplateError
    from mailbot.service.health import examine

    try:
        with office() as opened:
            health = examine(opened)
    except (CatalogueError, TemplateError) as mistake:
        health = _without_rules(mistake)
    if as_json:
        print_json(_as_json(health))
    else:
        _print(health)
    if health.wrong:
        raise typer.Exit(1)


def _without_rules(mistake: MailbotError) -> Health:
    """What the database says all the same: a bot may well be running, by the rules as they were."""
    from mailbot.service.health import examine_without_rules

    with reading_room() as room:
        return examine_without_rules(room.settings, room.database, mistake=str(mistake), now=room.clock())


def _as_json(health: Health) -> dict[str, Any]:
    return {
        "ok": not health.wrong,
        "mode": health.mode,
        "wrong": list(health.wrong),
        "troubles": [{"kind": each.kind, "mailbox": each.about or None, "since": each.since} for each in health.troubles],
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
        "unsent": health.unsent.mails,
        "oldest_unsent": health.unsent.oldest,
        "last_digest": health.last_digest,
        "last_beat": health.last_beat,
        "disk": {"folder": str(health.room.folder), "free_mb": health.room.megabytes} if health.room else None,
        "versions": asdict(health.versions),
    }


def _box_as_json(box: Box) -> dict[str, Any]:
    canary = box.canary
    return {
        "id": box.id,
        "lmtp": str(box.door) if box.door else None,
        "last_contact": box.last_contact,
        "trouble": box.trouble,
        "states": {state.value: number for state, number in box.states.items()},
        "books": {"mails": box.books.mails, "new": box.books.new, "missing": box.books.missing} if box.books else None,
        "canary": {"sent": canary.sent_at, "found": canary.found_at} if canary else None,
    }


def _print(health: Health) -> None:
    """For people: on a terminal the facts in a table and what is wrong in red, elsewhere the same as plain lines."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = Console(markup=False, highlight=False)
    if not terminal.is_terminal:
        for name, fact in _facts(health):
            typer.echo(f"{name}: {fact}" if name else f"  {fact}")
        for sentence in health.wrong:
            typer.echo(f"wrong: {sentence}")
        if not health.wrong:
            typer.echo("everything is fine")
        return
    table = Table(box=box.SIMPLE_HEAD, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, fact in _facts(health):
        table.add_row(name, Text(fact, style="" if name else "dim"))
    terminal.print(table)
    for sentence in health.wrong:
        terminal.print(Text.assemble(("wrong  ", "bold red"), sentence))
    if not health.wrong:
        terminal.print(Text("everything is fine", style="bold green"))


def _facts(health: Health) -> Iterator[tuple[str, str]]:
    """Names and what there is to say; what belongs to the one before has no name."""
    from mailbot.tickets.calendar import minute

    yield "mode", f"{health.mode}: {MODES[health.mode]}" if health.mode else "not known, for the rules are wrong"
    for each in health.mailboxes:
        yield each.id, f"{_reached(each, health.zone)}; {_counted(each.states) or 'no mails'}"
        if books := each.books:
            yield "", f"the folder holds {books.mails}: {books.new} to be taken in, {books.missing} missing in the books"
        if each.canary and each.canary.found_at:
            way = (each.canary.found_at - each.canary.sent_at).total_seconds()
            yield "", f"the canary of {minute(each.canary.sent_at, health.zone)} came back after {way:.0f} s"
    yield "tickets", _counted(health.tickets) or "none"
    yield "outbox", _counted(health.outbox) or "none"
    yield "to be processed", _pile(health.pending, health.zone)
    yield "to be sent", _pile(health.unsent, health.zone)
    for mail in health.held:
        yield "held", f"mail {mail.id} about {mail.ticket} until {minute(mail.due_at, health.zone)}: {mail.error}"
    yield "last digest", minute(health.last_digest, health.zone) if health.last_digest else "none yet"
    if health.last_beat:
        yield "clock", f"went {minute(health.last_beat, health.zone)}"
    if health.room:
        yield "disk", f"{health.room.megabytes} MB left in {health.room.folder}"
    versions = health.versions
    yield "versions", f"mailbot {versions.mailbot}, Python {versions.python}, {versions.database}, tables {versions.tables}"


def _reached(box: Box, zone: tzinfo) -> str:
    from mailbot.tickets.calendar import minute

    last = minute(box.last_contact, zone) if box.last_contact else ""
    if box.door:
        return f"delivered at {box.door}, where " + (f"a bot listened {last}" if last else "nobody has listened yet")
    return f"last read {last}" if last else "never read"


def _counted(numbers: Mapping[State, int]) -> str:
    """How many there are in each state; as people count: "1 ticket", "2 tickets"."""
    return ", ".join(
        f"{number} {state.value}" + ("s" if state == "ticket" and number > 1 else "") for state, number in sorted(numbers.items())
    )


def _pile(pile: Pile, zone: tzinfo) -> str:
    from mailbot.tickets.calendar import minute

    return f"{pile.mails}, the oldest since {minute(pile.oldest, zone)}" if pile.oldest else "nothing"
