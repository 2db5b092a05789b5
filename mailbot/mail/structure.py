"""
The tree of parts of a mail (MIME, RFC 2046), however large, deep or broken it is.

mail-parser gives the structure. It gets only the header fields that describe it; all fields are read from the raw bytes by
`fields`, which repairs more, and so hostile headers cost nothing. Where it gives up (multiparts that are never closed), the
standard library, which it is built on, reads the tree.
"""

from __future__ import annotations

import logging
import re
from email.message import Message
from email.parser import BytesFeedParser
from itertools import islice

from mailparser import MailParser

from mailbot.mail.fields import Fields, fields_of
from mailbot.mail.part import MAX_DEPTH, children

logging.getLogger("mailparser").setLevel(logging.CRITICAL)  # what it complains of stands in Mail.defects

MAX_RAW = 30_000_000  # bytes of a mail that are looked at
PIECE = 100_000  # bytes that the parser gets at once
MAX_DELIMITERS = 2_000  # lines that start with --, or blocks of a delivery report
MAX_BOUNDARIES = 200
MAX_TEXT = 200_000  # characters of a text part

_DELIMITER = re.compile(rb"\n--")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_STRUCTURE = re.compile(r"content-|mime-version$", re.I)


def structure(raw: bytes) -> Message:
    """The tree of parts of a mail, for those who need more than its text and files. Never raises."""
    return tree_of(*fields_of(raw[:MAX_RAW], []), [])


def tree_of(fields: Fields, content: bytes, notes: list[str]) -> Message:
    """The tree of a mail whose fields are read; `notes` gets what was broken in it. Never raises."""
    seen = set()
    head = []
    for name, value in fields:
        if _STRUCTURE.match(name) and name.lower() not in seen:
            seen.add(name.lower())
            head.append(f"{name}: {value}".encode("utf-8", "replace"))
    structure = b"\r\n".join([*head, b"", b""])
    content = _few_parts(_within_reach(head, content), notes)
    if sum(each.lower().count(b"boundary=") for each in (structure, content)) > MAX_BOUNDARIES:
        notes.append("the parts nest too deeply to be read")
        return _as_text(content)
    try:
        tree = _parsed(structure, content)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        notes.append("the parts nest too deeply to be read")
        return _as_text(content)
    if _is_deeper(tree, MAX_DEPTH):
        # The library writes each mail out anew that is attached to a mail: time grows with the square of the depth.
        notes.append("the parts nest too deeply to be looked through for defects")
        return tree
    try:
        notes.extend(sorted(MailParser(tree).defects_categories))
    except Exception:
        # Not ours to know which: it is the border to a parser that strangers feed.
        notes.append("the structure is broken")
    return tree


def _parsed(head: bytes, content: bytes) -> Message:
    """In pieces: of a whole mail the library makes a text first, with four bytes for each of its."""
    parser = BytesFeedParser()
    parser.feed(head)
    for start in range(0, len(content), PIECE):
        parser.feed(content[start : start + PIECE])
    return parser.close()


def _within_reach(head: list[bytes], content: bytes) -> bytes:
    """
    Of a mail that is nothing but a text, as much as is read of it: the parser would go through the rest line by line.

    Quoted-printable takes three bytes for one (RFC 2045, 6.7).
    """
    structure = b"\n".join(head).lower()
    is_text = b"content-disposition" not in structure and not re.search(rb"content-type:(?!\s*text/plain\b)", structure)
    return content[: 4 * MAX_TEXT] if is_text else content


def _few_parts(content: bytes, notes: list[str]) -> bytes:
    """Cut behind more parts than anybody reads, because the parser builds them all; likewise for the blocks of a report."""
    status = content.lower().find(b"message/delivery-status")
    ends = [
        next(islice(_DELIMITER.finditer(content), MAX_DELIMITERS, None), None),
        None if status < 0 else next(islice(_BLANK_LINE.finditer(content, status), MAX_DELIMITERS, None), None),
    ]
    end = min((found.start() for found in ends if found), default=len(content))
    if end < len(content):
        notes.append("too many parts: the rest was not read")
    return content[:end]


def _as_text(content: bytes) -> Message:
    return _parsed(b"Content-Type: text/plain\r\n\r\n", content[:MAX_TEXT])


def _is_deeper(part: Message, depth: int) -> bool:
    level = [part]
    for _ in range(depth):
        level = [child for each in level for child in children(each)]
    return bool(level)
