"""The documentation as pages: it builds without a warning, is complete, and fetches nothing from anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

HOME = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, as `make docs` builds them."""
    made = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "docs", str(made)]
    subprocess.run(build, cwd=HOME, check=True)
    return made


def test_every_page_is_in_the_contents(site: Path):
    contents = (site / "index.html").read_text(encoding="utf-8")

    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"index.html", "genindex.html", "search.html"}

    assert {page for page in pages if f'href="{page}"' not in contents} == set()
    assert "operating.html" in pages


def test_nothing_is_fetched_from_elsewhere(site: Path):
    """Links that a reader may follow are none of it."""
    pages = [HTMLParser(page.read_text(encoding="utf-8")) for page in site.rglob("*.html")]
    styles = [style.read_text(encoding="utf-8") for style in site.rglob("*.css")]

    fetched = {node.attributes.get("src") or node.attributes["href"] for page in pages for node in page.css("[src], link[href]")}
    fetched |= {address for style in styles for address in re.findall(r"""(?:url\(|@import )["']?([^"')]+)""", style)}

    assert {each for each in fetched if re.match(r"(?:https?:)?//", each or "")} == set()


def test_links_are_called_by_what_is_there_not_by_a_file(site: Path):
    pages = [HTMLParser(page.read_text(encoding="utf-8")) for page in site.rglob("*.html")]

    links = {node.text() for page in pages for node in page.css("article a[href]")}

    assert {text for text in links if re.search(r"\w\.md$", text)} == set()


def test_pages_for_members_and_staff_say_that_they_are_german(site: Path):
    languages = {
        page: re.findall(r'<html[^>]*\blang="(\w+)"', (site / page).read_text(encoding="utf-8"))
        for page in ("members.html", "staff.html", "operating.html")
    }

    assert languages == {"members.html": ["de"], "staff.html": ["de"], "operating.html": ["en"]}


def test_words_of_the_pages_are_found_by_the_search(site: Path):
    assert "quarantin" in (site / "searchindex.js").read_text(encoding="utf-8")
