"""replay: a shadow run over an archive. Nothing is stored or sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.manual import MAILS, TEXT_FILES, add, manual
from mailbot.cli.shared import Language, print_json
from mailbot.errors import SettingsError

if TYPE_CHECKING:
    from mailbot.mail.message import Mail
    from mailbot.replay.figures import Figures
    from mailbot.replay.play import Difference, Played


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "replay", replay, panel=MAILS)


@manual(
    "mailbot replay archive.mbox --report report.html",
    "mailbot replay imap:support/INBOX imap:support/Sent",
    "mailbot replay archive.mbox --rules new.yaml --against rules.yaml",
    files=TEXT_FILES,
    see=("explain", "rules test"),
)
def replay(
    places: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Each an mbox file, a Maildir, a folder of .eml, or imap:MAILBOX/FOLDER."),
    ],
    report: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write every mail and the figures there.")] = None,
    rules: Annotated[Path | None, typer.Option(metavar="NEW.yaml", help="Rules to play it by, instead of MAILBOT_RULES.")] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="OLD.yaml", help="Show which mails these rules would handle differently.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Of the report, and of what is missing.")] = Language.DE,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one object a mail and line.")] = False,
) -> None:
    """
    Play an archive as the bot would have handled it, in memory: what it had asked, opened, ignored.

    Where the archive holds what people answered (the Sent folder), both stand side by side.
    """
    from mailbot.catalogue import load_catalogue
    from mailbot.replay.figures import figures
    from mailbot.replay.play import Difference, differences, play
    from mailbot.replay.shelf import Shelf
    from mailbot.tickets.letters.to_member import ToMember
    from mailbot.variables import rules_file, templates_beside

    file = rules or rules_file()
    catalogue = load_catalogue(file)
    played = play(_mails(places), catalogue, ToMember(catalogue, templates_beside(file)))
    different = Shelf[Difference]()
    if against is not None:
        former = load_catalogue(against)
        before = play(_mails(places), former, ToMember(former, templates_beside(file)))
        for difference in differences(before, played):
            different.append(difference)
    counted = figures(played, catalogue, language.value)
    if report is not None:
        from mailbot.replay.archive import name_of
        from mailbot.replay.report import report as written

        place = ", ".join(map(name_of, places))
        pieces = written(played, counted, catalogue, place=place, language=language.value, different=different)
        _write(report, pieces)
    if as_json:
        for each in played:
            print_json({"name": each.name, **each.explained.as_json()})
    else:
        _print(counted, different, against, report)


def _mails(places: Sequence[str]) -> Iterator[tuple[str, Mail]]:
    """Read one after the other, with a progress bar where somebody looks on."""
    from rich.console import Console
    from rich.progress import track

    from mailbot.mail.read import read
    from mailbot.replay.archive import open_archives
    from mailbot.settings import load_settings

    with open_archives(places, load_settings) as archive:
        console = Console(stderr=True)
        for name, raw in track(
            archive.mails, "reading", archive.size, console=console, transient=True, disable=not console.is_terminal
        ):
            yield name, read(raw)


def _write(file: Path, text: Iterable[str]) -> None:
    """For its owner alone: it is full of what people wrote."""
    try:
        file.touch(mode=0o600)
        with file.open("w", encoding="utf-8") as opened:
            opened.writelines(text)
    except OSError as error:
        raise SettingsError(f"{file}: cannot be written: {error.strerror}") from None


def _print(counted: Figures, different: Collection[Difference], against: Path | None, report: Path | None) -> None:
    typer.echo(
        f"{_number(counted.mails, 'mail')}: " + ", ".join(f"{number} {action.value}" for action, number in counted.actions)
    )
    for label, number in counted.missing[:5]:
        typer.echo(f"  missing {'once' if number == 1 else f'{number} times'}: {label}")
    if counted.answered:
        took = f", half of them within {counted.took / timedelta(hours=1):.1f} hours" if counted.took else ""
        typer.echo(f"people answered {counted.answered} of them{took}; the bot would have ignored {counted.overlooked} of those")
    for each in different:
        before, after = (_handled(one) for one in (each.before, each.after))
        typer.echo(f"{each.after.name}: {before} → {after}")
    if against is not None:
        typer.echo(f"{_number(len(different), 'mail')} would be handled differently")
    if report is not None:
        typer.echo(f"{report}: written; it holds personal data")


def _number(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else f'{what}s'}"


def _handled(one: Played) -> str:
    requests = (f"{each.request.service} {', '.join(each.request.missing)}".strip() for each in one.explained.decision.outcomes)
    return f"{one.action.value} ({'; '.join(requests)})"
