"""digest, report: the daily overview, and the month in figures."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mailbot.cli import completion
from mailbot.cli.manual import OVERVIEWS, add, manual
from mailbot.cli.shared import AsJson, day_typed, month_typed, office, print_json, reading_room, send_what_is_due, unswept
from mailbot.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from mailbot.catalogue import Catalogue, Staff
    from mailbot.service.office import Office
    from mailbot.tickets.digest import Digest
    from mailbot.tickets.report import Figures

YEARS = range(1900, 2200)
"""Calendars end somewhere."""

Out = Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write it there as HTML.")]
Send = Annotated[bool, typer.Option("--send", help="Send it to all staff now, even if it has been sent before.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    add(app, "digest", digest, panel=OVERVIEWS)
    add(app, "report", report, panel=OVERVIEWS)


@manual(
    "mailbot digest",
    "mailbot digest --date 2026-03-02 --for technik",
    "mailbot digest --out digest.html",
    "mailbot digest --all",
    "mailbot digest --send",
    "mailbot digest --json",
    see=("report", "status", "remind"),
)
def digest(
    date: Annotated[
        datetime | None,
        typer.Option(
            parser=day_typed,
            metavar="DATE",
            help="The day; today where none is named. Of a day that is over the tickets' states are those of its end; "
            "who is responsible, what is missing and what is out of order are told as they are now.",
        ),
    ] = None,
    reader: Annotated[
        str | None, typer.Option("--for", metavar="ID", help="As that member of staff gets it.", autocompletion=completion.staff)
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Print or write down all tickets, not only the most pressing of each section.")
    ] = False,
    out: Out = None,
    send: Send = False,
    as_json: AsJson = False,
) -> None:
    """Print the daily digest, write it to a file, or send it to all staff."""
    with unswept():
        _digest(date, reader, every=every, out=out, send=send, as_json=as_json)


def _digest(date: datetime | None, reader: str | None, *, every: bool, out: Path | None, send: bool, as_json: bool) -> None:
    from mailbot.service.survey import draw_up
    from mailbot.tickets.calendar import day_of
    from mailbot.tickets.letters.overview import Overview
    from mailbot.tickets.overview import AT_MOST

    if date and date.year not in YEARS:
        raise SettingsError(f"--date takes a day of the years {YEARS[0]} to {YEARS[-1]}, not '{date.date()}'")
    with reading_room() as room, room.database.read() as connection:
        rules, now = room.in_force(connection), room.clock()
        day = date.date() if date else day_of(now, rules.hours)
        drawn_up = draw_up(connection, rules, day=day, now=now)
    member, letters = _reader(reader, rules), Overview(rules, room.settings.templates)
    at_most = None if every else AT_MOST
    if as_json:
        return print_json(_as_json(drawn_up))
    if out is not None:
        _write(out, letters.digest(drawn_up, member, at_most=at_most).html)
    if send:
        return _send_digest(day)
    if out is None:
        typer.echo(letters.digest_as_text(drawn_up, member, at_most=at_most))
    return None


def _send_digest(day: date) -> None:
    from mailbot.service import overview

    with office() as opened:
        _told(opened, overview.send(opened, day=day, again=True))


@manual("mailbot report", "mailbot report --month 2026-02 --out february.html", "mailbot report --json", see=("digest",))
def report(
    month: Annotated[
        datetime | None, typer.Option(parser=month_typed, metavar="MONTH", help="The month; last month where none is named.")
    ] = None,
    out: Out = None,
    send: Send = False,
    as_json: AsJson = False,
) -> None:
    """Print the monthly report, write it to a file, or send it to all staff."""
    from mailbot.service import monthly
    from mailbot.tickets.calendar import day_of
    from mailbot.tickets.report import month_before

    if month and month.year not in YEARS:
        raise SettingsError(f"--month takes a month of the years {YEARS[0]} to {YEARS[-1]}, not '{month.date().isoformat()[:7]}'")
    with office() as opened:
        first = month.date() if month else month_before(day_of(opened.clock(), opened.catalogue.hours))
        with opened.database.read() as connection:
            rules = opened.rules(connection)
            drawn_up = monthly.draw_up(connection, rules.catalogue, first)
            words = rules.writer.report(drawn_up)
        if as_json:
            return print_json({"month": _figures(drawn_up.month), "before": _figures(drawn_up.before)})
        if out is not None:
            _write(out, words.html)
        if send:
            return _told(opened, monthly.send(opened, first, again=True))
        if out is None:
            typer.echo(words.text)
    return None


def _as_json(digest: Digest) -> dict[str, Any]:
    """The day in numbers, and the keys of each section."""
    sections = ("staff", "members", "put_off", "on_hold", "referred", "closed")
    return {
        "day": digest.day,
        "since": digest.since,
        "new": digest.new,
        "overdue": digest.overdue,
        **{name: [row.key for row in getattr(digest, name)] for name in sections},
        "away": dict(digest.away),
    }


def _figures(figures: Figures) -> dict[str, Any]:
    return {**asdict(figures), "services": dict(figures.services)}


def _write(out: Path, html: str) -> None:
    try:
        out.write_text(html, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{out}: cannot be written: {error.strerror}") from None


def _told(opened: Office, number: int) -> None:
    """Let leave what was written for so many staff, and say so."""
    send_what_is_due(opened)
    shadow = opened.catalogue.in_shadow
    typer.echo(f"written down for {number} staff; in shadow nothing leaves" if shadow else f"sent to {number} staff")


def _reader(id: str | None, catalogue: Catalogue) -> Staff | None:
    if id is None:
        return None
    found = next((member for member in catalogue.staff if member.id == id), None)
    if found is None:
        there = ", ".join(member.id for member in catalogue.staff) or "nobody"
        raise NotFound(f"there is no '{id}' among the staff in rules.yaml; there are: {there}")
    return found
