"""tickets, show, handover: what there is. What staff do about it stands in orders.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli import completion
from mailbot.cli.manual import TICKETS, add, manual
from mailbot.cli.shared import AsJson, Key, office, print_json, print_json_list, reading_room
from mailbot.cli.tables import print_table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mailbot.mail.letter import File
    from mailbot.mail.message import Mail
    from mailbot.service.reading_room import ReadingRoom
    from mailbot.store.listing import Listed, Newest


AT_MOST = 200
"""More tickets than that are no list for people."""


class Stands(StrEnum):
    """The states of tickets, for the command's help; tickets/ticket.py says what they mean."""

    ASKING = "asking"
    OPEN = "open"
    ON_HOLD = "on_hold"
    REFERRED = "referred"
    TRIAGE = "triage"
    CLOSED = "closed"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    add(app, "tickets", list_tickets, panel=TICKETS)
    add(app, "show", show, panel=TICKETS)
    add(app, "handover", handover, panel=TICKETS)


@manual(
    "mailbot tickets",
    "mailbot tickets --state open --service nextcloud",
    "mailbot tickets --state closed --all",
    "mailbot tickets --json",
    see=("show", "digest"),
)
def list_tickets(
    as_json: AsJson = False,
    state: Annotated[Stands | None, typer.Option(help="Only those in this state.")] = None,
    service: Annotated[
        str | None, typer.Option(help="Only those of this service, like `nextcloud`.", autocompletion=completion.services)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=f"All of them, not only the newest {AT_MOST}.")] = False,
) -> None:
    """
    List the tickets: the newest, those that somebody waits for before those that are done.

    What the list leaves out stands below it, on standard error. With `--json` nothing is left out.
    """
    from mailbot.store import listing
    from mailbot.store.portion import portions
    from mailbot.tickets.ticket import State

    wanted = State(state.value) if state else None
    with reading_room() as room:
        with room.database.read() as connection:
            _know(room, connection, service)
        if as_json:
            print_json_list(map(as_json_object, listing.every(room.database, state=wanted, service=service)))
        elif every:
            for some in portions(listing.every(room.database, state=wanted, service=service), listing.PORTION):
                _print_table(some)
        else:
            with room.database.read() as connection:
                newest = listing.newest(connection, at_most=AT_MOST, state=wanted, service=service)
            _print_table(newest.tickets)
            _tell_what_is_left_out(newest)


def _know(room: ReadingRoom, connection: Connection, service: str | None) -> None:
    """Raises NotFound: the rules have no such service, and no ticket is of one that they had."""
    from mailbot.errors import CatalogueError
    from mailbot.store import listing

    if (
        service is None
        or isinstance(room.rules, CatalogueError)
        or listing.newest(connection, at_most=1, service=service).tickets
    ):
        return
    room.rules.service_called(service)


def _tell_what_is_left_out(newest: Newest) -> None:
    others = f"{newest.further:,} more that somebody waits for" if newest.further else "older ones that are done"
    if newest.further or newest.older:
        typer.echo(f"the newest {len(newest.tickets)} are shown, not {others}; all of them: mailbot tickets --all", err=True)


@manual("mailbot show KV-1042", "mailbot show KV-1042 --json", see=("tickets", "why"))
def show(key: Key, as_json: AsJson = False) -> None:
    """Show one ticket with its whole history."""
    from mailbot.store import listing

    with reading_room() as room, room.database.read() as connection:
        ticket = listing.get(connection, key)
        whole = as_json_object(ticket) | {"events": _events(connection, ticket.key), "mails": _mails(connection, ticket.key)}
    if as_json:
        print_json(whole)
    else:
        _print_ticket(whole, room.zone)


@manual("mailbot handover KV-1042", "mailbot handover KV-1042 --out kv-1042", see=("show",))
def handover(
    key: Key,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write the files there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print what is ready to be set up for a complete ticket, or write it to files."""
    from mailbot.store import tickets

    with office() as opened, opened.database.read() as connection:
        files = opened.rules(connection).writer.hand_over(tickets.get(connection, key))
    if out is not None:
        _write(files, out)
    if as_json:
        print_json([{"name": file.name, "text": file.content.decode()} for file in files])
        return
    for file in files:
        typer.echo(out / file.name if out is not None else f"# {file.name}\n{file.content.decode()}")


def _write(files: Iterable[File], folder: Path) -> None:
    from mailbot.errors import SettingsError

    for file in files:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / file.name).write_bytes(file.content)
        except OSError as error:
            raise SettingsError(f"{folder / file.name}: cannot be written: {error.strerror}") from None


def as_json_object(ticket: Listed) -> dict[str, Any]:
    """A ticket as `tickets --json` prints it."""
    return {
        "key": ticket.key,
        "service": ticket.service,
        "kind": ticket.kind,
        "state": ticket.state.value,
        "mailbox": ticket.mailbox,
        "requester": ticket.requester,
        "subject": ticket.subject,
        "fields": ticket.fields,
        "missing": ticket.missing,
        "assignee": ticket.assignee,
        "opened": ticket.opened,
        "updated": ticket.updated,
        "due": ticket.due,
    }


def _events(connection: Connection, key: str) -> list[dict[str, Any]]:
    from mailbot.store import histories

    history = histories.of(connection, key)
    return [{"at": event.at, "kind": event.kind, "by": event.by, "text": event.text} for event in history]


def _mails(connection: Connection, key: str) -> list[dict[str, Any]]:
    """Both directions, in the order of time."""
    from mailbot.mail.read import read
    from mailbot.store import inbound, outbound, ticket_mails

    found = []
    for row, raw in (inbound.get(connection, id) for id in ticket_mails.mails_of(connection, key)):
        mail = read(raw)
        if row.by_hand:
            found.append(_mail("out", row.received, ", ".join(each.email for each in mail.to), row.state, mail))
        else:
            found.append(_mail("in", row.received, mail.sender.email, row.state, mail))
    for sent in outbound.of_ticket(connection, key):
        found.append(_mail("out", sent.created, sent.recipient, sent.state, read(outbound.raw_of(connection, sent.id))))
    return sorted(found, key=lambda mail: mail["at"])


def _mail(direction: str, at: datetime, other: str, state: StrEnum, mail: Mail) -> dict[str, Any]:
    return {
        "at": at,
        "direction": direction,
        "with": other,
        "state": state.value,
        "message_id": mail.message_id,
        "subject": mail.subject,
        "text": mail.text,
    }


def _print_table(found: Iterable[Listed]) -> None:
    rows = (
        (
            ticket.key,
            ticket.state.value,
            ticket.service,
            ticket.requester,
            ticket.subject,
            ticket.assignee or "",
            f"{ticket.updated:%Y-%m-%d}",
            f"{ticket.due:%Y-%m-%d}" if ticket.due else "",
        )
        for ticket in found
    )
    headings = ("key", "state", "service", "from", "subject", "with", "updated", "due")
    print_table(headings, rows, wraps=("service", "from", "subject", "with"))


def _print_ticket(whole: dict[str, Any], zone: tzinfo) -> None:
    """For people, with times as the office's clock shows them."""
    from mailbot.tickets.blocks import printable
    from mailbot.tickets.calendar import minute

    def say(line: str) -> None:
        typer.echo(printable(line))

    for name in ("key", "state", "service", "kind", "mailbox", "requester", "subject", "assignee", "opened", "updated", "due"):
        value = whole[name]
        if value:
            say(f"{name + ':':<11}{minute(value, zone) if isinstance(value, datetime) else value}")
    for name, value in whole["fields"].items():
        say(f"  {name}: {_field(value)}")
    if whole["missing"]:
        say(f"missing: {', '.join(whole['missing'])}")
    say("")
    for event in whole["events"]:
        say(f"{minute(event['at'], zone)}  {event['kind']:<9} {event['by']}: {event['text']}")
    for mail in whole["mails"]:
        arrow = "<--" if mail["direction"] == "in" else "-->"
        say(f"\n{minute(mail['at'], zone)}  {arrow} {mail['with']}  {mail['subject']}  ({mail['state']})\n")
        say("\n".join(f"    {line}" for line in mail["text"].splitlines()))


def _field(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_field(each) for each in value)
    return _person(value) if isinstance(value, dict) else str(value)


def _person(told: dict[str, str]) -> str:
    """As people write one: "Lea Brandt, lea@verein.example"; what else is known of them stands behind it."""
    name = " ".join(told[part] for part in ("given", "surname") if part in told)
    return ", ".join(filter(None, (name, *(value for part, value in told.items() if part not in ("given", "surname")))))
