"""init: from a few answers to the first .env and rules.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mailbot.cli.manual import BOT, TEXT_FILES, add, manual
from mailbot.cli.shared import Language, spoken

if TYPE_CHECKING:
    from mailbot.init.answers import Answers

BEFORE = {
    "de": """
Ein paar Fragen, dann kann mailbot mitlesen. Was in [ ] steht, gilt, wenn du nur die Eingabetaste drückst.
  Ein gemeinsames Postfach ist eine Adresse, unter der Mitglieder um etwas bitten und die mehrere von euch lesen (support@…).
  Passwörter stehen danach in .env, lesbar nur für dich; mit dem Mailserver wird jetzt noch nicht gesprochen.
  Vor der letzten Antwort wird nichts geschrieben: Strg+C bricht ab, und nichts ist geschehen.
""",
    "en": """
A few questions, then mailbot can read along. What stands in [ ] holds if you only press Enter.
  A shared mailbox is an address where members ask for something and that several of you read (support@…).
  Passwords will stand in .env, readable by you alone; the mail server is not spoken to yet.
  Nothing is written before the last answer: Ctrl+C ends it, and nothing has happened.
""",
}
AFTERWARDS = {
    "de": """
Wie es weitergeht{there}:
  mailbot check      sagt, was noch fehlt, auch im DNS eurer Domain
  mailbot run        liest mit und sendet nichts: „mode“ steht in rules.yaml auf shadow
  mailbot tickets    was er verstanden hat; mailbot outbox: was er gesendet hätte
Passt rules.yaml und templates/ an euren Verein an; mailbot rules test prüft die Beispiele. Dann „mode: draft“, später „live“.""",
    "en": """
What comes next{there}:
  mailbot check      tells what is still missing, in the DNS of your domain, too
  mailbot run        reads along and sends nothing: 'mode' is shadow in rules.yaml
  mailbot tickets    what it has understood; mailbot outbox: what it would have sent
Adapt rules.yaml and templates/ to your association; mailbot rules test runs the examples. Then 'mode: draft', later 'live'.""",
}


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    add(app, "init", init, panel=BOT)


@manual(
    "mailbot init",
    "mailbot init --dir /etc/mailbot --answers answers.yaml  # asks nothing",
    files=TEXT_FILES,
    see=("check", "run", "rules check"),
)
def init(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the files shall lie.")] = Path(),
    answers: Annotated[Path | None, typer.Option(metavar="FILE.yaml", help="Ask nothing: all answers stand there.")] = None,
    language: Annotated[Language | None, typer.Option(help="Of the questions; that of the system where none is named.")] = None,
) -> None:
    """
    Ask a few questions and write .env, rules.yaml and templates/ for a bot that begins in shadow.

    What is there already is never overwritten.
    """
    from mailbot.init.answers import read_answers
    from mailbot.init.files import see_that_nothing_is_there, write

    words = spoken(language)
    see_that_nothing_is_there(folder)
    given = read_answers(answers) if answers else _asked(words)
    typer.echo()
    for file in write(given, folder):
        typer.echo(file)
    typer.echo(AFTERWARDS[words].format(there="" if folder == Path() else f" (cd {folder})"))


def _asked(words: str) -> Answers:
    from mailbot.init.questions import Questions
    from mailbot.init.rules import made_elsewhere, offered
    from mailbot.init.shipped import shipped

    rules = shipped("rules.yaml")
    typer.echo(BEFORE[words])
    return Questions(language=words, offered=offered(rules), seldom=made_elsewhere(rules)).ask()
