"""check: is everything as it must be before the bot runs?"""

from __future__ import annotations

from typing import Annotated

import typer

from mailbot.cli.manual import BOT, add, manual
from mailbot.cli.shared import AsJson, Language, print_json, spoken

SAID = {"de": {"ok": "ok", "tip": "Tipp", "no": "nein"}, "en": {"ok": "ok", "tip": "tip", "no": "no"}}
COLOURS = {"ok": typer.colors.GREEN, "tip": typer.colors.YELLOW, "no": typer.colors.RED}


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "check", check, panel=BOT)


@manual(
    "mailbot check",
    "mailbot check --language de  # in German",
    exits={1: "something is wrong: each line that begins with no says what to do; a tip is nothing wrong"},
    see=("init", "run", "status"),
)
def check(
    language: Annotated[Language | None, typer.Option(help="Of what is found; that of the system where none is named.")] = None,
    as_json: AsJson = False,
) -> None:
    """
    Try settings, rules, templates, database, logins, folders, clock and DNS: each is ok, or what to do.

    Nothing is changed anywhere, and no mail is sent.
    """
    from mailbot.checkup.finding import Grade
    from mailbot.checkup.tour import check_up

    words, found = spoken(language), []
    for finding in check_up():
        found.append(finding)
        if not as_json:
            grade = typer.style(f"{SAID[words][finding.grade]:<{5 if words == 'de' else 4}}", fg=COLOURS[finding.grade])
            typer.echo(f"{grade}{finding.what.in_(words)}: {finding.text.in_(words)}")
    if as_json:
        print_json([{"what": each.what.en, "grade": each.grade.value, "text": each.text.in_(words)} for each in found])
    if any(finding.grade is Grade.WRONG for finding in found):
        raise typer.Exit(1)
