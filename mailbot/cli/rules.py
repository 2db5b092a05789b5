"""rules check, test, page, schema: is rules.yaml as it must be, does it keep its examples, what does it want to know?"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mailbot.errors import CatalogueError


class Language(StrEnum):
    """What members are answered in."""

    DE = "de"
    EN = "en"


RulesFile = Annotated[Path | None, typer.Argument(metavar="[RULES.YAML]", help="Instead of the one that MAILBOT_RULES names.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    rules = typer.Typer(help="Validate rules.yaml, run its examples, or print what it asks for.", no_args_is_help=True)
    rules.command("check")(check)
    rules.command("test")(run_examples)
    rules.command("page")(page)
    rules.command("schema")(schema)
    app.add_typer(rules, name="rules")


def check(path: RulesFile = None) -> None:
    """Validate rules.yaml. Changes nothing; every complaint at once, with its line."""
    from mailbot.catalogue import load_catalogue

    file = path or _rules()
    catalogue = load_catalogue(file)
    typer.echo(f"{file}: ok, {len(catalogue.services)} services, {len(catalogue.mailboxes)} mailboxes")


def run_examples(path: RulesFile = None) -> None:
    """Run the examples that stand in rules.yaml."""
    from mailbot.catalogue import load_catalogue
    from mailbot.examples import broken_examples

    file = path or _rules()
    catalogue = load_catalogue(file)
    broken = broken_examples(catalogue)
    if broken:
        raise CatalogueError("\n".join(f"{file}: {each}" for each in broken))
    typer.echo(f"{file}: ok, {sum(len(service.examples) for service in catalogue.services)} examples")


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
    from mailbot.tickets.writer import Writer
    from mailbot.variables import templates_beside

    file = path or _rules()
    words = Writer(load_catalogue(file), templates_beside(file), lasting=False).page(language.value)
    typer.echo(words.html if html else words.text, nl=False)


def schema() -> None:
    """Print the JSON Schema of rules.yaml, by which editors complete, explain and check it while you write."""
    from mailbot.schema import rules_schema

    typer.echo(json.dumps(rules_schema(), ensure_ascii=False, indent=1))


def _rules() -> Path:
    from mailbot.variables import rules_file

    return rules_file()
