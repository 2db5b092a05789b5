"""What staff can do by mail, on the command line: each command is a verb of tickets/orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import completion
from mailbot.cli.manual import STAFF, add, manual
from mailbot.cli.shared import AsJson, Key, office, print_json

if TYPE_CHECKING:
    from mailbot.service.office import Office
    from mailbot.tickets.ticket import Ticket

Name = Annotated[
    str,
    typer.Argument(metavar="FIELD", help="Id or label of a field, like `group`.", autocompletion=completion.fields),
]
Names = Annotated[
    list[str],
    typer.Argument(metavar="FIELD...", help="Ids or labels of fields, like `group`.", autocompletion=completion.fields),
]
Other = Annotated[
    str,
    typer.Argument(
        metavar="OTHER", help="The ticket in which it goes on, like `KV-1042` or `1042`.", autocompletion=completion.tickets
    ),
]
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
        help="A ticket, like `KV-1042` or `1042`, or the id of a service, like `website`.",
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
def close(key: Key, as_json: AsJson = False) -> None:
    """Close a ticket; the member is told."""
    _carry_out(key, "close", as_json=as_json)


@manual("mailbot reopen KV-1042", see=("close", "undo"))
def reopen(key: Key, as_json: AsJson = False) -> None:
    """Open a closed ticket again."""
    _carry_out(key, "reopen", as_json=as_json)


@manual(
    "mailbot wait KV-1042 12.8.",
    "mailbot wait KV-1042 3 days",
    "mailbot wait KV-1042 monday The server moves.  # with the reason",
    see=("hold", "undo"),
)
def wait(key: Key, until: Annotated[list[str], typer.Argument(metavar="DAY [WHY]", help=DAY)], as_json: AsJson = False) -> None:
    """Put a ticket off until the beginning of a day."""
    _carry_out(key, "wait", " ".join(until), as_json=as_json)


@manual("mailbot assign KV-1042 technik", see=("away", "undo"))
def assign(key: Key, who: Member, as_json: AsJson = False) -> None:
    """Say who works on a ticket."""
    _carry_out(key, "assign", who, as_json=as_json)


@manual("mailbot copy KV-1042 eva@beispiel.example", see=("uncopy",))
def copy(key: Key, address: Address, as_json: AsJson = False) -> None:
    """Let somebody read our mails to the member, too."""
    _carry_out(key, "copy", address, as_json=as_json)


@manual("mailbot uncopy KV-1042 eva@beispiel.example", see=("copy",))
def uncopy(key: Key, address: Address, as_json: AsJson = False) -> None:
    """Let them read no more."""
    _carry_out(key, "uncopy", address, as_json=as_json)


@manual("mailbot note KV-1042 Anna calls back on Monday", see=("show",))
def note(
    key: Key,
    text: Annotated[list[str], typer.Argument(help="What shall stand in the history.")],
    as_json: AsJson = False,
) -> None:
    """Write a note into a ticket's history; the member does not see it."""
    _carry_out(key, "note", " ".join(text), as_json=as_json)


@manual("mailbot why KV-1042", see=("show", "explain"))
def why(key: Key, as_json: AsJson = False) -> None:
    """Tell why the bot has done what it has done about a ticket."""
    _carry_out(key, "why", as_json=as_json)


@manual("mailbot ask KV-1042 group", "mailbot ask KV-1042 group admins", see=("set", "show"))
def ask(key: Key, fields: Names, as_json: AsJson = False) -> None:
    """Ask the member for fields; what stood there holds no longer."""
    _carry_out(key, "ask", ", ".join(fields), as_json=as_json)


@manual(
    "mailbot set KV-1042 group OV Kalk",
    'mailbot set KV-1042 users "Anna Schmidt, anna@verein.example"',
    see=("ask", "show"),
)
def set_field(
    key: Key,
    field: Name,
    value: Annotated[list[str], typer.Argument(help="As a member would write it.")],
    as_json: AsJson = False,
) -> None:
    """Set a field of a ticket."""
    _carry_out(key, "field", f"{field}: {' '.join(value)}", as_json=as_json)


@manual("mailbot service KV-1042 website", see=("split", "move"))
def change_service(key: Key, service: Service, as_json: AsJson = False) -> None:
    """Say that a ticket is about another service; the member is asked for what is missing then."""
    _carry_out(key, "service", service, as_json=as_json)


@manual("mailbot merge KV-1043 KV-1042  # it goes on in KV-1042", see=("split", "undo"))
def merge(key: Key, other: Other, as_json: AsJson = False) -> None:
    """Merge a ticket into another one: it is closed, and replies to it belong to the other."""
    _carry_out(key, "merge", other, as_json=as_json)


@manual("mailbot split KV-1042 website", see=("merge", "service"))
def split(key: Key, service: Service, as_json: AsJson = False) -> None:
    """Open a second ticket of the same member, for another service."""
    _carry_out(key, "split", service, as_json=as_json)


@manual("mailbot move KV-1042 buero", see=("service",))
def move(key: Key, mailbox: Box, as_json: AsJson = False) -> None:
    """Give a ticket to another mailbox; answers leave from there."""
    _carry_out(key, "forward", mailbox, as_json=as_json)


@manual(
    'mailbot hold KV-1042 --because "Der Server zieht um."',
    'mailbot hold website --because "Die Website zieht um."  # the whole service',
    see=("release", "wait"),
)
def hold(
    what: KeyOrService,
    because: Annotated[str, typer.Option(help="Why, in the words that members read.")],
    as_json: AsJson = False,
) -> None:
    """Put a ticket or a whole service on hold: tickets wait, members are told."""
    from mailbot.service import desk

    with office() as opened:
        if _is_ticket(opened, what):
            return _order(opened, what, "hold", because, as_json=as_json)
        waiting = desk.hold(opened, what, because)
        return _tell_of_service(opened, f"{what} is on hold, {len(waiting)} tickets wait", waiting, as_json=as_json)


@manual("mailbot release KV-1042", "mailbot release website  # the whole service", see=("hold",))
def release(what: KeyOrService, as_json: AsJson = False) -> None:
    """End a hold: staff and members are told."""
    from mailbot.service import desk

    with office() as opened:
        if _is_ticket(opened, what):
            return _order(opened, what, "release", as_json=as_json)
        going_on = desk.release(opened, what)
        sentence = f"{what} is no longer on hold, {len(going_on)} tickets are open again"
        return _tell_of_service(opened, sentence, going_on, as_json=as_json)


@manual("mailbot undo KV-1042", see=("show",))
def undo(key: Key, as_json: AsJson = False) -> None:
    """Take back the last command about a ticket, within 15 minutes: it is as it was, and mails that have not left stay here."""
    _carry_out(key, "undo", as_json=as_json)


@manual("mailbot away technik 12.8.", "mailbot away technik 2 weeks", see=("back", "assign"))
def away(who: Member, until: Annotated[list[str], typer.Argument(metavar="DAY", help=DAY)], as_json: AsJson = False) -> None:
    """Say that a member of staff is away up to and including a day: others get the mails."""
    from mailbot.service import desk

    with office() as opened:
        day = desk.go_away(opened, who, " ".join(until))
    _tell_of_staff(f"{who} is away up to and including {day.isoformat()}", {"staff": who, "away_until": day}, as_json=as_json)


@manual("mailbot back technik", see=("away",))
def back(who: Member, as_json: AsJson = False) -> None:
    """Say that a member of staff is here again."""
    from mailbot.service import desk

    with office() as opened:
        desk.carry_out(opened, None, "back", by=who)
    _tell_of_staff(f"{who} is here again", {"staff": who, "away_until": None}, as_json=as_json)


def _is_ticket(opened: Office, what: str) -> bool:
    """A service may be called "web2", which could be a key as well."""
    from mailbot.tickets.digits import Called

    return Called.read(what) is not None and what not in {service.id for service in opened.catalogue.services}


def _carry_out(key: str, name: str, argument: str = "", *, as_json: bool) -> None:
    with office() as opened:
        _order(opened, key, name, argument, as_json=as_json)


def _order(opened: Office, key: str, name: str, argument: str = "", *, as_json: bool) -> None:
    from mailbot.service import desk
    from mailbot.tickets.orders.at_terminal import as_commands

    about, rows = desk.carry_out(opened, key, name, argument)
    # Beside what was done stands the line that ordered it, as in the mail that answers one, or when it was.
    done = [as_commands(each if when.startswith("#") else f"{when}  {each}".strip(), key) for when, each in rows]
    if as_json:
        _print_as_json(opened, about, done)
        return
    for ticket in about:
        typer.echo(f"{ticket.key}: {ticket.state.value}" + (f", with {ticket.assignee}" if ticket.assignee else ""))
    for each in done:
        typer.echo(f"  {each}")


def _tell_of_service(opened: Office, sentence: str, concerned: Sequence[Ticket], *, as_json: bool) -> None:
    if as_json:
        _print_as_json(opened, concerned, [sentence])
    else:
        typer.echo(sentence)


def _print_as_json(opened: Office, about: Sequence[Ticket], done: Sequence[str]) -> None:
    from mailbot.cli.tickets import as_json_object
    from mailbot.store import listing

    with opened.database.read() as connection:
        tickets = [as_json_object(listing.get(connection, ticket.key)) for ticket in about]
    print_json({"tickets": tickets, "done": done})


def _tell_of_staff(sentence: str, standing: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(standing)
    else:
        typer.echo(sentence)
