"""rules check, rules test: is rules.yaml as it must be, and does it keep its own examples?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailbot.errors import CatalogueError

RulesFile = Annotated[Path | None, typer.Argument(metavar="[RULES.YAML]", help="Instead of the one that MAILBOT_RULES names.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    rules = typer.Typer(help="Validate rules.yaml, or run the examples in it.", no_args_is_help=True)
    rules.command("check")(check)
    rules.command("test")(run_examples)
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


def _rules() -> Path:
    from mailbot.variables import rules_file

    return rules_file()
