"""Whoever reads the package finds at each public thing what it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mailbot"
MODULES = sorted(PACKAGE.rglob("*.py"))

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_public_thing_says_what_it_is(path: Path):
    module = ast.parse(path.read_text(encoding="utf-8"))

    silent = [] if ast.get_docstring(module) else ["the module"]
    silent += [f"line {each.lineno}: {each.name}" for each in public(module) if not ast.get_docstring(each)]

    assert silent == []


def public(tree: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Classes, functions and methods without an underscore, also of classes within. Migrations have names that Alembic wants."""
    for node in tree.body:
        if isinstance(node, Definition) and not node.name.startswith("_") and not inherits_its_words(node):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


def inherits_its_words(node: Definition) -> bool:
    """Methods that a library asks for; its documentation says what they do."""
    return node.name in {
        "upgrade",
        "downgrade",
        "process_bind_param",
        "process_result_value",
        "get_field_value",
        "settings_customise_sources",
    }
