"""rules check, test, page, schema: is rules.yaml as it must be, does it keep its examples, what does it want to know?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mailbot.cli.manual import RULES, RULES_FILES, TEXT_FILES, add, manual
from mailbot.cli.shared import AsJson, Language, print_json
from mailbot.errors import CatalogueError

RulesFile = Annotated[Path | None, typer.Argument(metavar="[RULES.YAML]", help="Instead of the one that MAILBOT_RULES names.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    rules = typer.Typer(help="Validate rules.yaml, run its examples, or print what it asks for.", no_args_is_help=True)
    add(rules, "check", check)
    add(rules, "test", run_examples)
    add(rules, "page", page)
    add(rules, "schema", schema)
    app.add_typer(rules, name="rules", rich_help_panel=RULES)


@manual(
    "mailbot rules check",
    "mailbot rules check new.yaml",
    "mailbot rules check --json",
    files=RULES_FILES,
    see=("rules test", "check"),
)
def check(path: RulesFile = None, as_json: AsJson = False) -> None:
    """Validate rules.yaml. Changes nothing; every complaint at once, with its line."""
    from mailbot.catalogue import load_catalogue

    file = path or _rules()
    with _told(file, as_json) as found:
        catalogue = load_catalogue(file)
        found.update(services=len(catalogue.services), mailboxes=len(catalogue.mailboxes))


@manual(
    "mailbot rules test",
    "mailbot rules test new.yaml",
    "mailbot rules test --json",
    files=RULES_FILES,
    see=("rules check", "explain"),
)
def run_examples(path: RulesFile = None, as_json: AsJson = False) -> None:
    """Run the examples that stand in rules.yaml."""
    from mailbot.catalogue import load_catalogue
    from mailbot.cli.progress import watching
    from mailbot.examples import broken_examples

    file = path or _rules()
    with _told(file, as_json) as found:
        catalogue = load_catalogue(file)
        with watching("examples"):
            broken = broken_examples(catalogue)
        if broken:
            raise CatalogueError("\n".join(f"{file}: {each}" for each in broken))
        found.update(examples=sum(len(service.examples) for service in catalogue.services))


@contextmanager
def _told(file: Path, as_json: bool) -> Iterator[dict[str, int]]:
    """Tell that a file is right, and what was found in it; or, for programs, also what is wrong."""
    found: dict[str, int] = {}
    try:
        yield found
    except CatalogueError as error:
        if not as_json:
            raise
        print_json({"file": str(file), "ok": False, "complaints": str(error).splitlines()})
        raise typer.Exit(1) from None
    if as_json:
        print_json({"file": str(file), "ok": True, "complaints": [], **found})
    else:
        typer.echo(f"{file}: ok, {', '.join(f'{number} {what}' for what, number in found.items())}")


@manual("mailbot rules page", "mailbot rules page --html --language en > what-to-send.html", files=TEXT_FILES)
def page(
    path: RulesFile = None,
    html: Annotated[bool, typer.Option("--html", help="As HTML to be put into a page.")] = False,
    language: Annotated[Language, typer.Option(help="Of the text.")] = Language.DE,
) -> None:
    """
    Print the text "what to send us" for the association's web page, as rules.yaml has it today.

    For each service what it needs and where to write, with a link that opens a mail with the form.
    """
    from mailbot.catalogue import load_catalogue
    from mailbot.tickets.letters.overview import Overview
    from mailbot.variables import templates_beside

    file = path or _rules()
    words = Overview(load_catalogue(file), templates_beside(file)).page(language.value)
    typer.echo(words.html if html else words.text, nl=False)


@manual("mailbot rules schema > rules.schema.json", files={}, see=("rules check",))
def schema() -> None:
    """Print the JSON Schema of rules.yaml, by which editors complete, explain and check it while you write."""
    from mailbot.schema import rules_schema

    typer.echo(json.dumps(rules_schema(), ensure_ascii=False, indent=1))


def _rules() -> Path:
    from mailbot.variables import rules_file

    return rules_file()
