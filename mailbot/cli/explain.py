"""explain: what the bot makes of mails, and why. Nothing is stored or sent."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli import completion
from mailbot.cli.manual import MAILS, TEXT_FILES, add, manual
from mailbot.cli.shared import print_json
from mailbot.errors import MailbotError

if TYPE_CHECKING:
    from rich.console import Console

    from mailbot.explain import Explained

CHANGE = {"new": "", "change": " (change)"}


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "explain", explain, panel=MAILS)


@manual(
    "mailbot explain request.eml",
    "mailbot explain request.eml answer.eml  # one conversation",
    "mailbot explain --json request.eml",
    "mailbot explain --json --cases conversations",
    files=TEXT_FILES,
    see=("replay", "rules test", "why"),
)
def explain(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="Mails (.eml), in the order they came.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one object a line.")] = False,
    mailbox: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The mailbox they came to, like `buero`.", autocompletion=completion.mailboxes),
    ] = None,
    cases: Annotated[Path | None, typer.Option(metavar="DIR", help="Every case folder of DIR, each one conversation.")] = None,
) -> None:
    """Play mails as one conversation, in memory: what they are and why, what is missing, what would be answered."""
    from mailbot.catalogue import load_catalogue
    from mailbot.cli.progress import watching
    from mailbot.explain import explain_cases, explain_files
    from mailbot.tickets.letters.to_member import ToMember
    from mailbot.variables import rules_file, templates_beside

    if bool(files) == bool(cases):
        raise MailbotError("explain takes mails (FILE…) or a folder of cases (--cases DIR), one of the two")
    rules = rules_file()
    catalogue = load_catalogue(rules)
    writer = ToMember(catalogue, templates_beside(rules))
    played = (
        explain_cases(cases, catalogue, writer) if cases else [(None, explain_files(files or [], mailbox, catalogue, writer))]
    )
    # Where the terminal shows the result, that is how far it is.
    with watching("conversations") if cases and not sys.stdout.isatty() else nullcontext(lambda *_: None) as progress:
        for number, (case, mails) in enumerate(played, start=1):
            if as_json:
                print_json({"case": case, "mails": [mail.as_json() for mail in mails]})
            else:
                _print(case, mails)
            progress(number, None)


def _print(case: str | None, mails: tuple[Explained, ...]) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if case:
        console.rule(case)
    for mail in mails:
        _print_mail(console, mail)


def _print_mail(console: Console, one: Explained) -> None:
    from rich.markup import escape

    sender = f"{one.mail.sender.name} <{one.mail.sender.email}>".strip()
    console.print(f"\n[bold]{escape(one.file)}[/]  {escape(one.mail.subject)}")
    console.print(f"  from {escape(sender)}, authentication: {one.origin.authenticity.value}")
    console.print(
        f"  [bold]{one.decision.action.value}[/]" + (f": {escape(one.decision.silence)}" if one.decision.silence else "")
    )
    for outcome in one.decision.outcomes:
        request = outcome.request
        console.print(f"  · {request.service}{CHANGE[request.kind.value]} → {outcome.state.value}")
        for reason in request.because:
            console.print(f"      {escape(reason)}", style="dim")
        if request.missing:
            console.print(f"      missing: {', '.join(request.missing)}", style="yellow")
    for doubt in one.decision.doubts:
        console.print(f"  doubt: {escape(doubt)}", style="yellow")
    if one.answer:
        console.print(f"  ↳ {escape(one.answer.subject)}", style="green")
        for line in one.answer.text.splitlines():
            console.print(f"    │ {escape(line)}", style="green")
