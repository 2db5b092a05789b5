"""
Values in files for programs: a shell, a spreadsheet, a mail server. Pure.

Whoever edits a template writes `{{ name }}` and no more; quoting is done here, by what kind of file it is, and it is
proven each time: the program must read back exactly the values. A template that puts a value where quotes do not hold
is refused, so it never gets as far as a name that would do harm.
"""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Callable, Iterator
from io import StringIO

from mailbot.tickets.blocks import Kept, flat

DELIMITER = ";"
"""Of CSV files: what spreadsheets in German expect."""

_FORMULA = tuple("=+-@")
# A value would be read a second time, or in quotes that quotes of its own end.
_TRICKY = re.compile(r"<<|`|\b(?:eval|ssh)\b|\s-c\s|[$\\]\x02|\$[({].*\x02|\x02.*\$[({]")
_BARE = re.compile(r"[a-z0-9][\w.+-]*(?:@[\w.-]+)?", re.ASCII | re.IGNORECASE)

NOT_READ_BACK = "a shell would not read this line as it is meant; write a value as {{ … }} alone, outside of quotes"
TRICKY = "here documents, backticks, eval, ssh, -c, and a value beside $(…), ${…}, $ or \\ are not allowed: no quotes hold there"
NOT_A_CELL = "a spreadsheet would not read the cells as they are meant; write a value as {{ … }} alone, without quotes"


def rake_argument(value: object) -> str:
    r"""The value as one argument in `task[a,b]` of rake, where a comma separates and "\" takes the next sign as it is."""
    return re.sub(r"([\\,])", r"\\\1", flat(str(value)))


def shell(rendered: str, kept: Kept) -> str:
    """A script for a POSIX shell. Raises ValueError: a value stands where quotes do not hold."""
    for line in _commands(rendered):
        if _TRICKY.search(line):
            raise ValueError(TRICKY)
        if _words(kept.filled(line, shlex.quote)) != [kept.filled(word, str) for word in _words(line)]:
            raise ValueError(NOT_READ_BACK)
    return "\n".join(kept.filled(line, str if _is_remark(line) else shlex.quote) for line in rendered.split("\n"))


def cells(rendered: str, kept: Kept) -> str:
    """A CSV file with ";". Raises ValueError: a cell would not be read back."""
    text = kept.filled(rendered, _cell)
    if _rows(text) != [[kept.filled(cell, _harmless) for cell in row] for row in _rows(rendered)]:
        raise ValueError(NOT_A_CELL)
    return text


def lines(rendered: str, kept: Kept) -> str:
    """Lines for a mail server; remarks begin with "#". Raises ValueError: a value could be more than one word there."""
    return "\n".join(kept.filled(line, str if _is_remark(line) else _bare) for line in rendered.split("\n"))


WRITE: dict[str, Callable[[str, Kept], str]] = {"sh": shell, "csv": cells, "txt": lines}
"""By the ending of a template's name."""


def _is_remark(line: str) -> bool:
    # Values have no line ends of their own, so none can leave a remark.
    return line.lstrip().startswith("#")


def _commands(script: str) -> Iterator[str]:
    """Its lines without remarks; one that ends with a backslash goes on in the next."""
    yield from "\n".join(line for line in script.split("\n") if not _is_remark(line)).replace("\\\n", " ").split("\n")


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quote that is not closed in its line
        raise ValueError(NOT_READ_BACK) from None


def _harmless(value: str) -> str:
    """
    With "'" before what a spreadsheet would take for a formula ("=HYPERLINK(…)"): then it is a text.

    Source: OWASP, CSV Injection.
    """
    return f"'{value}" if value.startswith(_FORMULA) else value


def _cell(value: str) -> str:
    text = StringIO()
    csv.writer(text, delimiter=DELIMITER, lineterminator="").writerow([_harmless(value)])
    return text.getvalue()


def _rows(text: str) -> list[list[str]]:
    try:
        return list(csv.reader(StringIO(text), delimiter=DELIMITER, strict=True))
    except csv.Error:
        raise ValueError(NOT_A_CELL) from None


def _bare(value: str) -> str:
    if not _BARE.fullmatch(value):
        raise ValueError(f"'{value}' cannot stand in a line for a mail server")
    return value
