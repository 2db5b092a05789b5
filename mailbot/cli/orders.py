"""What staff can do by mail, on the command line: each command is a verb of tickets/orders."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from mailbot.cli import completion
from mailbot.cli.manual import STAFF, add, manual
from mailbot.cli.shared import Key, office

Name = Annotated[
    str,
    typer.Argument(metavar="FIELD", help="Id or label of a field, like `group`.", autocompletion=completion.fields),
]
Names = Annotated[
    list[str],
    typer.Argument(metavar="FIELD...", help="Ids or labels of fields, like `group`.", autocompletion=completion.fields),
]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="The ticket in which it goes on.", autocompletion=completion.tickets)]
Box = Annotated[
    str, typer.Argument(metavar="MAILBOX", help="Id of a mailbox, like `buero`.", autocompletion=completion.mailboxes)
]
Service = Annotated[
    str, typer.Argument(metavar="SERVICE", help="Id or name of a service, like `website`.", autocompletion=completion.services)
]
KeyOrService = Annotated[
    str,
    typer.Argument(
        metavar="KEY|SERVICE",
        help="A ticket, like `KV-1042`, or the id of a service, like `website`.",
        autocompletion=completion.tickets_and_services,
    ),
]
Member = Annotated[
    str,
    typer.Argument(metavar="STAFF", help="Id of a member of staff, like `technik`.", autocompletion=completion.staff),
]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="An address, like `eva@beispiel.example`.")]
DAY = "Like `12.8.`, `2026-08-12`, `3 days`, `tomorrow`."


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (
        ("close", close),
        ("reopen", reopen),
        ("wait", wait),
        ("assign", assign),
        ("copy", copy),
        ("uncopy", uncopy),
        ("note", note),
        ("why", why),
        ("ask", ask),
        ("set", set_field),
        ("service", change_service),
        ("merge", merge),
        ("split", split),
        ("move", move),
        ("hold", hold),
        ("release", release),
        ("undo", undo),
        ("away", away),
        ("back", back),
    ):
        add(app, name, command, panel=STAFF)


@manual("mailbot close KV-1042", see=("reopen", "undo"))
def close(key: Key) -> None:
    """Close a ticket; the member is told."""
    _carry_out(key, "close")


@manual("mailbot reopen KV-1042", see=("close", "undo"))
def reopen(key: Key) -> None:
    """Open a closed ticket again."""
    _carry_out(key, "reopen")


@manual(
    "mailbot wait KV-1042 12.8.",
    "mailbot wait KV-1042 3 days",
    "mailbot wait KV-1042 monday The server moves.  # with the reason",
    see=("hold", "undo"),
)
def wait(key: Key, until: Annotated[list[str], typer.Argument(metavar="DAY [WHY]", help=DAY)]) -> None:
    """Put a ticket off until the beginning of a day."""
    _carry_out(key, "wait", " ".join(until))


@manual("mailbot assign KV-1042 technik", see=("away", "undo"))
def assign(key: Key, who: Member) -> None:
    """Say who works on a ticket."""
    _carry_out(key, "assign", who)


@manual("mailbot copy KV-1042 eva@beispiel.example", see=("uncopy",))
def copy(key: Key, address: Address) -> None:
    """Let somebody read our mails to the member, too."""
    _carry_out(key, "copy", address)


@manual("mailbot uncopy KV-1042 eva@beispiel.example", see=("copy",))
def uncopy(key: Key, address: Address) -> None:
    """Let them read no more."""
    _carry_out(key, "uncopy", address)


@manual("mailbot note KV-1042 Anna calls back on Monday", see=("show",))
def note(key: Key, text: Annotated[list[str], typer.Argument(help="What shall stand in the history.")]) -> None:
    """Write a note into a ticket's history; the member does not see it."""
    _carry_out(key, "note", " ".join(text))


@manual("mailbot why KV-1042", see=("show", "explain"))
def why(key: Key) -> None:
    """Tell why the bot has done what it has done about a ticket."""
    _carry_out(key, "why")


@manual("mailbot ask KV-1042 group", "mailbot ask KV-1042 group admins", see=("set", "show"))
def ask(key: Key, fields: Names) -> None:
    """Ask the member for fields; what stood there holds no longer."""
    _carry_out(key, "ask", ", ".join(fields))


@manual(
    "mailbot set KV-1042 group OV Kalk",
    'mailbot set KV-1042 users "Anna Schmidt, anna@verein.example"',
    see=("ask", "show"),
)
def set_field(key: Key, field: Name, value: Annotated[list[str], typer.Argument(help="As a member would write it.")]) -> None:
    """Set a field of a ticket."""
    _carry_out(key, "field", f"{field}: {' '.join(value)}")


@manual("mailbot service KV-1042 website", see=("split", "move"))
def change_service(key: Key, service: Service) -> None:
    """Say that a ticket is about another service; the member is asked for what is missing then."""
    _carry_out(key, "service", service)


@manual("mailbot merge KV-1043 KV-1042  # it goes on in KV-1042", see=("split", "undo"))
def merge(key: Key, other: Other) -> None:
    """Merge a ticket into another one: it is closed, and replies to it belong to the other."""
    _carry_out(key, "merge", other)


@manual("mailbot split KV-1042 website", see=("merge", "service"))
def split(key: Key, service: Service) -> None:
    """Open a second ticket of the same member, for another service."""
    _carry_out(key, "split", service)


@manual("mailbot move KV-1042 buero", see=("service",))
def move(key: Key, mailbox: Box) -> None:
    """Give a ticket to another mailbox; answers leave from there."""
    _carry_out(key, "forward", mailbox)


@manual(
    'mailbot hold KV-1042 --because "Der Server zieht um."',
    'mailbot hold website --because "Die Website zieht um."  # the whole service',
    see=("release", "wait"),
)
def hold(
    what: KeyOrService,
    because: Annotated[str, typer.Option(help="Why, in the words that members read.")],
) -> None:
    """Put a ticket or a whole service on hold: tickets wait, members are told."""
    from mailbot.service import desk

    if _is_key(what):
        return _carry_out(what, "hold", because)
    with office() as opened:
        waiting = desk.hold(opened, what, because)
    return typer.echo(f"{what} is on hold, {len(waiting)} tickets wait")


@manual("mailbot release KV-1042", "mailbot release website  # the whole service", see=("hold",))
def release(what: KeyOrService) -> None:
    """End a hold: staff and members are told."""
    from mailbot.service import desk

    if _is_key(what):
        return _carry_out(what, "release")
    with office() as opened:
        going_on = desk.release(opened, what)
    return typer.echo(f"{what} is no longer on hold, {len(going_on)} tickets are open again")


@manual("mailbot undo KV-1042", see=("show",))
def undo(key: Key) -> None:
    """Take back the last command about a ticket, within 15 minutes: it is as it was, and mails that have not left stay here."""
    _carry_out(key, "undo")


@manual("mailbot away technik 12.8.", "mailbot away technik 2 weeks", see=("back", "assign"))
def away(who: Member, until: Annotated[list[str], typer.Argument(metavar="DAY", help=DAY)]) -> None:
    """Say that a member of staff is away up to and including a day: others get the mails."""
    from mailbot.service import desk

    with office() as opened:
        day = desk.go_away(opened, who, " ".join(until))
    typer.echo(f"{who} is away up to and including {day.isoformat()}")


@manual("mailbot back technik", see=("away",))
def back(who: Member) -> None:
    """Say that a member of staff is here again."""
    from mailbot.service import desk

    with office() as opened:
        desk.carry_out(opened, None, "back", by=who)
    typer.echo(f"{who} is here again")


def _is_key(what: str) -> bool:
    return re.fullmatch(r"[A-Z]+-\d+", what, re.IGNORECASE) is not None


def _carry_out(key: str, name: str, argument: str = "") -> None:
    from mailbot.service import desk

    with office() as opened:
        about, rows = desk.carry_out(opened, key, name, argument)
    for ticket in about:
        typer.echo(f"{ticket.key}: {ticket.state.value}" + (f", with {ticket.assignee}" if ticket.assignee else ""))
    for _, done in rows[1:]:
        typer.echo(f"  {done}")
