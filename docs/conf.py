"""How `make docs` makes pages of these files: Sphinx with MyST, nothing fetched from anywhere."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

HOME = Path(__file__).parent.parent

project = "mailbot"
version = release = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
copyright = "the authors of mailbot, AGPL-3.0-or-later"
extensions = ["myst_parser"]
exclude_patterns = ["example"]
myst_heading_anchors = 4
pygments_style = "friendly"
pygments_dark_style = "monokai"

man_pages = [("reference/commands", "mailbot", "a mail bot for an association's shared inboxes", "the authors of mailbot", 1)]

html_theme = "furo"
html_title = "mailbot"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options: dict[str, Any] = {"navigation_with_keys": True}

GERMAN = {"members", "staff", "reference/templates"}
"""Pages for members and staff; all others are English."""

ELSEWHERE = {"../templates/README.md": "reference/templates.md", "../README.md": "index.md", "../CHANGELOG.md": "changelog.md"}
"""Files outside this folder that are pages here: links to them, as they work in the repository, lead there."""


def setup(app: Sphinx) -> None:
    """Add what is this project's own."""
    app.connect("source-read", _turn_links)
    app.connect("doctree-resolved", _name_columns)
    app.connect("html-page-context", _say_language)


def _turn_links(_: Sphinx, page: str, source: list[str]) -> None:
    up = "../" * page.count("/")
    for link, target in ELSEWHERE.items():
        source[0] = source[0].replace(f"]({up}{link}", f"]({up}{target}")


def _name_columns(app: Sphinx, doctree: nodes.document, _: str) -> None:
    """In each cell but the first: on a phone, where they stand one below the other, it has no heading."""
    if app.builder.format != "html":
        return
    for table in doctree.findall(nodes.tgroup):
        heads, *rows = ([*row] for row in table.findall(nodes.row))
        for row in rows:
            for head, cell in [*zip(heads, row, strict=True)][1:]:
                if cell.astext() and head.astext():
                    cell[0].insert(0, nodes.inline(text=f"{head.astext()}: ", classes=["column"]))


def _say_language(_: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    if page in GERMAN:
        context["language"] = "de"
