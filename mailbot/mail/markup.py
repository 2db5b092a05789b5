"""HTML to the text that people see: lines where they see lines, rows of data tables joined by TABs, quotes marked by `>`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailbot.mail.message import Table

MAX_NODES = 25_000
MAX_HTML = 1_000_000  # characters
MAX_OPEN = 500  # elements that are open at one place; parsers take quadratic time for more
MAX_DEPTH = 100  # of quotes; deeper ones are shown at this depth
MAX_INDENT = 5  # of lists
MAX_ROWS = 2_000
MAX_COLUMNS = 50
MAX_CELL = 300  # characters; longer cells are prose that a layout table holds


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_INVISIBLE = _words("head style script title meta link template noscript object iframe svg math select option -comment")
_BLOCKS = _words(
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr html li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_SPACED = _words("p h1 h2 h3 h4 h5 h6")
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d]*[1-9])", re.I
)
_NO_MARGIN = re.compile(r"margin(-top|-bottom)?\s*:\s*0", re.I)
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def html_to_text(html: str) -> str:
    """
    The visible text of an HTML document or fragment; never raises for any text.

    Block elements and <br> end lines; <p> stands between blank lines unless it has no margin (Outlook).
    Rows of data tables are one line each, cells joined by TAB. Lists become "- " and "1. " lines, <blockquote>
    becomes lines marked `> `. Links are reduced to their text, a mailto link that hides its address shows it.
    Hidden elements, styles and scripts are gone. Only the first MAX_NODES nodes are looked at.
    """
    page = _Page()
    root = _tree(html)
    if root is not None:
        for node, entering in _walk(root):
            _enter(page, node) if entering else _leave(page, node)
    return page.text()


def data_tables(html: str) -> tuple[Table, ...]:
    """The tables of an HTML text that hold data: two or more rows and columns, short cells, no tables inside."""
    root = _tree(html)
    if root is None or "<table" not in html.lower():
        return ()
    return tuple(_rows(table) for table in root.css("table") if _holds_data(table))


def _tree(html: str) -> LexborNode | None:
    try:
        return LexborHTMLParser(_bounded(html)).root
    except (ValueError, RuntimeError):  # what Lexbor says to empty or undecodable input
        return None


_PICTURE_DATA = re.compile(r"data:[\w/+.-]{0,50};base64,[A-Za-z0-9+/=\s]{100,}")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_OTHERS = _words(
    "area base br col embed hr img input link meta source track wbr p li td th tr dt dd option tbody thead tfoot html head body"
)


def _bounded(html: str) -> str:
    """Without the data of pictures, and cut where it gets longer or deeper than any mail that people write."""
    html = _PICTURE_DATA.sub("", html)[:MAX_HTML]
    depth = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _CLOSED_BY_OTHERS:
            depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > MAX_OPEN:
            return html[: tag.start()]
    return html


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Every visible node twice, entering and leaving; without recursion, because HTML nests as deep as its author likes."""
    pending = [(root, True)]
    seen = 0
    while pending and seen < MAX_NODES:
        node, entering = pending.pop()
        seen += 1
        if not entering:
            yield node, False
            continue
        if _hidden(node):
            continue
        yield node, True
        pending.append((node, False))
        child = node.last_child
        while child is not None and len(pending) < MAX_NODES:
            pending.append((child, True))
            child = child.prev


def _hidden(node: LexborNode) -> bool:
    tag = node.tag or ""
    if tag in _INVISIBLE:
        return True
    if tag.startswith("-"):
        return False
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN_STYLE.search(attributes.get("style") or ""))


def _enter(page: _Page, node: LexborNode) -> None:
    tag = node.tag
    if tag == "-text":
        page.write(node.text_content or "")
    elif tag == "br":
        page.end_line()
    elif tag == "img":
        page.write(_emoji(node))
    elif tag == "table":
        page.open_table(_holds_data(node))
    elif tag == "tr" and page.in_data:
        page.open_row()
    elif tag in ("td", "th") and page.in_data:
        page.open_cell()
    elif tag in _BLOCKS:
        page.open_block(spaced=tag in _SPACED and not _tight(node))
        if tag == "blockquote":
            page.quotes += 1
        elif tag in ("ul", "ol"):
            page.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            page.open_item()
        elif tag == "pre":
            page.preformatted += 1


def _leave(page: _Page, node: LexborNode) -> None:
    tag = node.tag
    if tag == "a":
        page.write(_hidden_address(node))
    elif tag == "table":
        page.close_table()
    elif tag == "tr" and page.in_data:
        page.close_row()
    elif tag in _BLOCKS:
        page.close_block(spaced=tag in _SPACED and not _tight(node))
        if tag == "blockquote":
            page.quotes -= 1
        elif tag in ("ul", "ol"):
            page.lists.pop()
        elif tag == "pre":
            page.preformatted -= 1


def _tight(node: LexborNode) -> bool:
    """A paragraph that stands close to its neighbours: Outlook's, or one without margins."""
    attributes = node.attributes
    return (attributes.get("class") or "").startswith("Mso") or bool(_NO_MARGIN.search(attributes.get("style") or ""))


def _emoji(image: LexborNode) -> str:
    """Webmail sends emoji as pictures whose `alt` is the emoji."""
    alt = image.attributes.get("alt") or ""
    return alt if 0 < len(alt) <= 8 and not alt.isascii() and not any(c.isalnum() for c in alt) else ""


def _hidden_address(link: LexborNode) -> str:
    target = link.attributes.get("href") or ""
    if target[:7].lower() != "mailto:":
        return ""
    address = target[7:].split("?")[0].strip()
    shown = link.text() or ""
    return f" <{address}>" if "@" in address and "@" not in shown and shown.strip() and "," not in address else ""


def _holds_data(table: LexborNode) -> bool:
    if table.css_first("td table, th table") is not None:
        return False
    rows = _rows(table)
    wide = [row for row in rows if sum(1 for cell in row if cell) >= 2]
    return len(wide) >= 2 and all(len(cell) <= MAX_CELL for row in rows for cell in row)


def _rows(table: LexborNode) -> Table:
    return tuple(
        tuple(
            _BLANKS.sub(" ", (cell.text(separator=" ") or "").replace("\xa0", " ")).strip()
            for cell in row.css("td, th")[:MAX_COLUMNS]
        )
        for row in table.css("tr")[:MAX_ROWS]
    )


@dataclass(slots=True)
class _Page:
    """The lines written so far and the one being written."""

    lines: list[tuple[int, str]] = field(default_factory=list)  # depth of quotes, text
    current: list[str] = field(default_factory=list)
    quotes: int = 0
    lists: list[int | None] = field(default_factory=list)  # the last number of an <ol>, None for an <ul>
    tables: list[bool] = field(default_factory=list)  # does it hold data?
    preformatted: int = 0
    cells: int = 0

    @property
    def in_data(self) -> bool:
        return bool(self.tables) and self.tables[-1]

    def write(self, text: str) -> None:
        if self.preformatted and not self.in_data:
            first, *more = text.replace("\r\n", "\n").split("\n")
            self.current.append(first)
            for line in more:
                self.end_line()
                self.current.append(line)
        elif text:
            self.current.append(_BLANKS.sub(" ", text))

    def end_line(self) -> None:
        if self.in_data:
            self.current.append(" ")
            return
        line = "".join(self.current)
        self.current.clear()
        self.lines.append((min(self.quotes, MAX_DEPTH), line.rstrip() if self.preformatted else self._folded(line)))

    def open_block(self, *, spaced: bool) -> None:
        if self.in_data:
            self.current.append(" ")
            return
        self._end_started_line()
        if spaced:
            self._blank_line()

    def close_block(self, *, spaced: bool) -> None:
        self.open_block(spaced=spaced)

    def open_item(self) -> None:
        if self.in_data or not self.lists:
            return
        last = self.lists[-1]
        if last is not None:
            self.lists[-1] = last + 1
        indent = "  " * (min(len(self.lists), MAX_INDENT) - 1)
        self.current.append(indent + ("- " if last is None else f"{last + 1}. "))

    def open_table(self, holds_data: bool) -> None:
        self.open_block(spaced=False)
        self.tables.append(holds_data)

    def close_table(self) -> None:
        if self.in_data and self.cells:
            self.close_row()
        if self.tables:
            self.tables.pop()
        self.open_block(spaced=False)

    def open_row(self) -> None:
        self.cells = 0

    def open_cell(self) -> None:
        if self.cells:
            self.current.append("\t")
        self.cells += 1

    def close_row(self) -> None:
        row = "".join(self.current)
        self.current.clear()
        self.cells = 0
        self.lines.append((min(self.quotes, MAX_DEPTH), "\t".join(self._folded(cell) for cell in row.split("\t")).rstrip("\t")))

    def text(self) -> str:
        self._end_started_line()
        shown: list[str] = []
        for depth, line in self.lines:
            text = f"{'>' * depth} {line}".rstrip() if depth else line
            if text or (shown and shown[-1]):
                shown.append(text)
        return "\n".join(shown).strip("\n")

    def _end_started_line(self) -> None:
        if "".join(self.current).strip(" \t\r\n\f"):
            self.end_line()
        else:
            self.current.clear()

    def _blank_line(self) -> None:
        if self.lines and self.lines[-1][1]:
            self.lines.append((min(self.quotes, MAX_DEPTH), ""))

    @staticmethod
    def _folded(line: str) -> str:
        kept = len(line) - len(line.lstrip(" ")) if line.lstrip(" ")[:2] == "- " or line.lstrip(" ")[:1].isdigit() else 0
        return " " * kept + _BLANKS.sub(" ", line).replace("\xa0", " ").strip()
