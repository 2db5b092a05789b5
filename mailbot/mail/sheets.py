"""
Lists that come as files: spreadsheets, CSV, Word tables, visiting cards. Text and tables only; nothing is unpacked to disk.

The libraries that read them are loaded with the first file of their kind: most mails have none.
"""

from __future__ import annotations

import csv
import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from mailbot.mail.message import Table
from mailbot.mail.workbook import MAX_CELL, MAX_COLUMNS, MAX_ROWS, WorkbookError, workbook_tables

if TYPE_CHECKING:
    import docx.table
    import vobject

logging.getLogger("vobject.base").disabled = True  # it logs what stands in cards that it cannot read; it sets its level itself

MAX_FILE = 10_000_000  # bytes; bigger attachments are not opened
MAX_UNPACKED = 60_000_000  # bytes of all members of a zip
MAX_CELLS = 20_000_000  # bytes of a workbook's XML: half a second
MAX_WORD = 5_000_000  # bytes of a DOCX's text
MAX_MEMBERS = 2_000
MAX_TEXT = 100_000  # characters
MAX_LIST = 2_000_000  # bytes of a CSV file
MAX_CARDS = 200
MAX_CARD_FILE = 5_000_000  # bytes; portraits included
MAX_TABLES = 20

CARD_HEADER = ("Vorname", "Nachname", "E-Mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a file says; `defect` is a sentence when it could not be read."""

    tables: tuple[Table, ...] = ()
    text: str = ""
    defect: str = ""


class _Unreadable(Exception):
    """A file that is broken or exceeds a limit; its text becomes the defect."""


def read_content(name: str, media_type: str, data: bytes) -> Content:
    """
    The tables and the text of an attachment; empty for what holds neither (pictures, PDF, archives).

    Args:
        name: the file's name; its ending decides, because mail programs often send application/octet-stream.
        media_type: decides where the name has no known ending.

    Returns:
        At most MAX_ROWS rows, MAX_COLUMNS columns and MAX_CELL characters a cell. Never raises.
    """
    reader = _reader(name, media_type)
    if reader is None:
        return Content()
    shown = name or media_type
    if len(data) > MAX_FILE:
        return too_big(name, media_type)
    try:
        return reader(data)
    except (_Unreadable, WorkbookError) as error:
        return Content(defect=f"the attachment {shown} was not read: {error}")
    except Exception as error:
        # Not ours to know which: it is the border to parsers that strangers feed.
        return Content(defect=f"the attachment {shown} is broken: {type(error).__name__}")


def too_big(name: str, media_type: str) -> Content:
    """What is said of a file of more than MAX_FILE bytes: nothing of one that says nothing anyway."""
    return Content(defect=f"the attachment {name or media_type} is too big to be opened" if may_be_read(name, media_type) else "")


def may_be_read(name: str, media_type: str) -> bool:
    """Whether it is a file of a kind that holds tables or text."""
    return _reader(name, media_type) is not None


def is_spreadsheet(name: str, media_type: str) -> bool:
    """Whether the file is read by a process of its own, which takes longer than all else."""
    return _reader(name, media_type) is _workbook


def decode(data: bytes) -> str:
    """Text of a file whose charset nobody names: by its byte order mark, else UTF-8, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _reader(name: str, media_type: str) -> Callable[[bytes], Content] | None:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return _BY_ENDING.get(ending) or _BY_TYPE.get(media_type)


def _workbook(data: bytes) -> Content:
    if data.startswith(b"PK"):
        _check_zip(data, MAX_UNPACKED)
        _check_zip(data, MAX_CELLS, of=r".*\.(?:xml|rels|bin)")
    return Content(tables=workbook_tables(data))


def _word(data: bytes) -> Content:
    import docx

    _check_zip(data, MAX_UNPACKED)
    _check_zip(data, MAX_WORD, of=r".*\.(?:xml|rels)")
    document = docx.Document(io.BytesIO(data))
    tables = tuple(_table(_word_rows(table)) for table in document.tables[:MAX_TABLES])
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    return Content(tables=tuple(table for table in tables if table), text=_clean(text)[:MAX_TEXT].strip())


def _word_rows(table: docx.table.Table) -> Iterable[list[str]]:
    """Cells of each row once, also where cells are merged."""
    from docx.table import _Cell

    for row in table._tbl.tr_lst[:MAX_ROWS]:
        yield [_Cell(cell, table).text for cell in row.tc_lst]


def _separated(data: bytes) -> Content:
    text = _clean(decode(data[:MAX_LIST]))
    lines = [line for line in text.splitlines() if line.strip()][: MAX_ROWS + 1]
    separator = _separator(lines)
    if separator is None:
        return Content(text=text[:MAX_TEXT])
    return Content(tables=(_table(csv.reader(lines, delimiter=separator)),))


def _separator(lines: list[str]) -> str | None:
    """
    The separator that stands in most of the first lines; None if there is none.

    Not csv.Sniffer: it takes letters for separators in short lists, and its patterns are slow on hostile input.
    """
    sample = lines[:20]
    counts = {each: sum(1 for line in sample if each in line) for each in "\t;,|"}
    best = max(counts, key=lambda each: counts[each])
    return best if counts[best] * 2 > len(sample) else None


def _cards(data: bytes) -> Content:
    import vobject

    lines = _CARD_LINE.finditer(decode(data[:MAX_CARD_FILE]).replace("\r\n", "\n"))
    text = _clean("\n".join(line[0] for line in lines))
    if _NESTED_CARDS.search(text):
        raise _Unreadable("cards stand in cards")
    rows = [_card(card) for card in islice(vobject.readComponents(text, allowQP=True, ignoreUnreadable=True), MAX_CARDS)]
    return Content(tables=((CARD_HEADER, *rows),)) if rows else Content()


# vobject takes quadratic time for long lines, so it gets only what is looked at, and no more of it than anybody is called.
# A line goes on behind a blank (RFC 6350, 3.2) or, quoted-printable, behind "=" (vCard 2.1).
_CARD_LINE = re.compile(
    r"^(?:[\w-]{1,50}\.)?(?:BEGIN|END|VERSION|N|FN|EMAIL)(?:;[^;:\n]{0,100}){0,8}:.{0,500}"
    r"(?:\n[ \t].{0,100}|(?<==)\n.{0,100}){0,9}",
    re.I | re.M,
)
_NESTED_CARDS = re.compile(r"(?:BEGIN:VCARD\s+){3}", re.I)


def _card(card: vobject.base.Component) -> tuple[str, str, str]:
    given, surname = _card_name(card)
    addresses = sorted(card.contents.get("email", []), key=lambda email: not _preferred(email))
    email = str(addresses[0].value) if addresses else ""
    return (_cell(given), _cell(surname), _cell(email.removeprefix("mailto:")))


def _card_name(card: vobject.base.Component) -> tuple[str, str]:
    """N (RFC 6350, 6.2.2); of a card without it the last word of FN is the surname."""
    names = card.contents.get("n", [])
    if names and hasattr(names[0].value, "given"):
        given, surname = (_joined(part) for part in (names[0].value.given, names[0].value.family))
        if given or surname:
            return given, surname
    full = card.contents.get("fn", [])
    given, _, surname = str(full[0].value).strip().rpartition(" ") if full else ("", "", "")
    return given, surname


def _joined(part: str | list[str]) -> str:
    return part if isinstance(part, str) else " ".join(part)


def _preferred(email: vobject.base.ContentLine) -> bool:
    kinds = [kind.lower() for kind in email.params.get("TYPE", [])]
    return "pref" in kinds or "PREF" in email.params


def _plain(data: bytes) -> Content:
    return Content(text=_clean(decode(data[: 4 * MAX_TEXT]))[:MAX_TEXT])


def _check_zip(data: bytes, limit: int, of: str = ".*") -> None:
    """Refuses archives that would become too big, before anything is unpacked."""
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _Unreadable("it is no readable file of its kind") from error
    size = sum(member.file_size for member in members if re.fullmatch(of, member.filename, re.S))
    packed = sum(member.compress_size for member in members)
    if len(members) > MAX_MEMBERS or size > limit or packed > len(data):
        raise _Unreadable("it would be too big when unpacked")


def _table(rows: Iterable[Iterable[str]]) -> Table:
    cells = (tuple(_cell(cell) for cell in islice(row, MAX_COLUMNS)) for row in islice(rows, MAX_ROWS))
    return tuple(row for row in cells if any(row))


def _cell(text: str) -> str:
    return " ".join(_clean(str(text)[: 2 * MAX_CELL]).split())[:MAX_CELL]


def _clean(text: str) -> str:
    """Without NUL and other control characters, which databases refuse."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\u200b\u00ad]", "", text.replace("\xa0", " "))


_BY_ENDING: dict[str, Callable[[bytes], Content]] = {
    "xlsx": _workbook,
    "xlsm": _workbook,
    "xls": _workbook,
    "ods": _workbook,
    "csv": _separated,
    "tsv": _separated,
    "docx": _word,
    "vcf": _cards,
    "vcard": _cards,
    "txt": _plain,
}
_BY_TYPE: dict[str, Callable[[bytes], Content]] = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _workbook,
    "application/vnd.ms-excel": _workbook,
    "application/vnd.oasis.opendocument.spreadsheet": _workbook,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _word,
    "text/csv": _separated,
    "text/tab-separated-values": _separated,
    "text/plain": _plain,
    "text/vcard": _cards,
    "text/x-vcard": _cards,
    "text/directory": _cards,
}
