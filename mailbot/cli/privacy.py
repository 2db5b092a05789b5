"""privacy: what is known of a person, and how long (GDPR)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli.manual import RULES, add, manual
from mailbot.cli.progress import watching
from mailbot.cli.shared import AsJson, office, print_json
from mailbot.errors import SettingsError

if TYPE_CHECKING:
    from mailbot.store.person import Traces

Person = Annotated[str, typer.Argument(metavar="ADDRESS", help="The mail address of the person.")]

MAILBOXES = "the mailboxes are yours to tidy: mails in them, in Sent and at staff's own addresses are not touched"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(help="What is known of a person, and how long it is kept (GDPR).", no_args_is_help=True)
    add(group, "export", export)
    add(group, "erase", erase)
    add(group, "expire", expire)
    app.add_typer(group, name="privacy", rich_help_panel=RULES)


@manual(
    "mailbot privacy export anna@beispiel.example",
    "mailbot privacy export anna@beispiel.example --out anna.zip",
    see=("privacy erase",),
)
def export(
    address: Person,
    out: Annotated[Path | None, typer.Option(metavar="FILE.zip", help="Where to; by default auskunft-DATE.zip here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Pack all that is held about a person, for that person: a page to read, JSON, their mails; nothing of others."""
    from mailbot.errors import NotFound
    from mailbot.service import access, privacy
    from mailbot.tickets.calendar import day_of

    with office() as opened:
        with watching("mails") as progress:
            found = privacy.look_for(opened, address, progress)
        if not found:
            raise NotFound(f"the database holds nothing about {found.subject.address}; that, too, is an answer to them")
        with opened.database.read() as connection:
            archive = access.pack(opened, connection, found, with_notes=True)
        file = out or Path(f"auskunft-{day_of(opened.clock(), opened.catalogue.hours)}.zip")
    _write(file, archive)
    if as_json:
        return print_json({**_as_json(found), "file": str(file), "bytes": len(archive)})
    _tell(found)
    return typer.echo(f"{file}: {len(archive):,} bytes, for {found.subject.address} alone; look into it before you hand it over")


@manual(
    "mailbot privacy erase anna@beispiel.example  # what would go",
    "mailbot privacy erase anna@beispiel.example --yes",
    see=("privacy export", "privacy expire"),
)
def erase(
    address: Person,
    yes: Annotated[bool, typer.Option("--yes", help="Erase it. Without this only tell what would go.")] = False,
    even_open: Annotated[bool, typer.Option("--even-open", help="Also what somebody still waits for.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase everything of a person, for good: tickets, mails in both directions, names in the tickets of others."""
    from mailbot.service import desk, privacy

    with office() as opened:
        with watching("mails") as progress:
            found = privacy.look_for(opened, address, progress)
        needed = "" if even_open else privacy.still_needed(found)
        with watching("erasing"):
            erased = privacy.erase(opened, found, by=desk.CLI, even_open=even_open) if found and yes else None
    if as_json:
        gone = {"tickets": erased.tickets, "mails": erased.mails} if erased else None
        return print_json({**_as_json(found), "erased": gone, "because": needed or None})
    _tell(found)
    if erased:
        return typer.echo(f"erased: {erased.tickets} tickets, {erased.mails} mails; {MAILBOXES}")
    if needed:
        return typer.echo(f"nothing has been changed, and could not be now: {needed}")
    return typer.echo("nothing has been changed" + ("; --yes erases it, and nobody can undo that" if found else ""))


@manual("mailbot privacy expire --rehearse", "mailbot privacy expire", see=("privacy erase",))
def expire(
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Only tell what would be forgotten.")] = False,
    as_json: AsJson = False,
) -> None:
    """Forget what has been kept for as long as rules.yaml says. A running bot does so once a day."""
    from mailbot.service import retention

    with office() as opened:
        found = retention.rehearse(opened)
        if not rehearse:
            with watching("forgetting"):
                retention.expire(opened)
    if as_json:
        numbers = {kind.value: share.number for kind, share in found.items()}
        return print_json({"rehearsed": rehearse, "forgotten": numbers})
    for kind, share in found.items():
        if share.number:
            typer.echo(f"{share.number:>7}  {kind.value}" + (f", the oldest of {share.oldest}" if share.oldest else ""))
    total = sum(share.number for share in found.values())
    if not total:
        return typer.echo("nothing has been kept for too long")
    if rehearse:
        return typer.echo(f"{total} would be forgotten; nothing has been changed")
    return typer.echo(f"{total} forgotten; {MAILBOXES}")


def _write(file: Path, archive: bytes) -> None:
    """For its owner's eyes alone; what lies there already stays."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(archive)
    except FileExistsError:
        raise SettingsError(
            f"{file}: is there already, and nothing is written over it; name another file: --out FILE.zip"
        ) from None
    except OSError as error:
        raise SettingsError(f"{file}: cannot be written: {error.strerror}") from error


def _as_json(found: Traces) -> dict[str, Any]:
    return {
        "address": found.subject.address,
        "tickets": [ticket.key for ticket in found.own],
        "named_in": [ticket.key for ticket in found.shared],
        "mails": {
            "from_them": len(found.sent),
            "naming_them": len(found.naming) + len(found.beside),
            "to_them": len(found.received),
            "about_them": len(found.telling),
        },
    }


def _tell(found: Traces) -> None:
    """What there is, in numbers and keys."""
    lines = (
        ("tickets of their own", len(found.own), found.own),
        ("tickets of others that name them", len(found.shared), found.shared),
        ("mails from them", len(found.sent), ()),
        ("mails of others that name them", len(found.naming) + len(found.beside), ()),
        ("mails of ours to them", len(found.received), ()),
        ("mails of ours about them", len(found.telling), ()),
    )
    for what, number, tickets in lines:
        if number:
            keys = ", ".join(ticket.key for ticket in tickets)
            typer.echo(f"{number:>7}  {what}" + (f": {keys}" if keys else ""))
    if not found:
        typer.echo(f"the database holds nothing about {found.subject.address}")
