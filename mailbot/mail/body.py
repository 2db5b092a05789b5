"""
A mail's text, line by line: whose words are these?

First the marks (`>`), then earlier mails that run to the end (`quotes`), at last signatures and footers in what is left
(`signature`); each in linear time. Nothing is left out: what a line is called is a hint for understanding.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailbot.mail.message import Body, Forwarded, Kind, Line
from mailbot.mail.quotes import Boundary, attributed, first_boundary, header_block
from mailbot.mail.signature import signed
from mailbot.mail.subject import FORWARDING

MAX_DEPTH = 100
MAX_PASSED_ON = 10  # mails within mails; what is passed on deeper is the innermost one's text

_MARKS = re.compile(r"[ \t]{0,3}((?:>[ \t]?)+)")


def split(text: str, *, subject: str = "", author: str = "") -> Body:
    """
    Tell the author's own words from quotes, signatures, footers and forwarded mails.

    Args:
        text: the whole readable text, lines ended by LF, quotes marked by `>`.
        subject: a subject that starts with "WG:" or "Fwd:" makes the mail below a header block a forwarded one.
        author: display name of the sender; a last line that is (part of) this name is the signature.

    Returns:
        Every line of the text once, in order, numbered from 1.
    """
    if not text:
        return Body()
    lines = [_marked(number, line) for number, line in enumerate(text.split("\n"), start=1)]
    return _split(lines, forwarding=bool(FORWARDING.match(subject)), author=author)


def _marked(number: int, line: str) -> Line:
    marks = _MARKS.match(line)
    if not marks:
        return Line(number=number, text=line.rstrip(), kind=Kind.OWN)
    depth = min(marks[1].count(">"), MAX_DEPTH)
    return Line(number=number, text=line[marks.end() :].rstrip(), kind=Kind.QUOTED, depth=depth)


def _split(lines: list[Line], *, forwarding: bool, author: str, within: int = 0) -> Body:
    boundary = first_boundary(lines, forwarding=forwarding) if within <= MAX_PASSED_ON else None
    above = lines if boundary is None else lines[: boundary.start]
    own = signed(attributed(above), author)
    if boundary is None:
        return Body(lines=tuple(own))
    head = [replace(line, kind=Kind.ATTRIBUTION) for line in lines[boundary.start : boundary.end]]
    rest = lines[boundary.end :]
    if not boundary.forwards:
        return Body(lines=(*own, *head, *(replace(line, kind=Kind.QUOTED, depth=line.depth + 1) for line in rest)))
    return _passed_on(own, head, rest, boundary, within)


def _passed_on(own: list[Line], head: list[Line], rest: list[Line], boundary: Boundary, within: int) -> Body:
    """The lines of a forwarded mail, split in turn; Apple's and some others' stand behind `>`, and words may follow below."""
    marked = boundary.marked or next((line.depth > 0 for line in rest if line.text), False)
    end = next((index for index, line in enumerate(rest) if line.text and not line.depth), len(rest)) if marked else len(rest)
    below, content = rest[end:], [_unmarked(line) for line in rest[:end]] if marked else rest[:end]
    first = next((index for index, line in enumerate(content) if line.text), None)
    block = None if first is None or boundary.author.email else header_block(content, first, first, forwards=True)
    if block:
        head = [*head, *(replace(line, kind=Kind.ATTRIBUTION) for line in content[: block.end])]
        boundary, content = block, content[block.end :]
    inner = _split(content, forwarding=False, author=boundary.author.name, within=within + 1)
    text = "\n".join(f"{'>' * line.depth} {line.text}" if line.depth else line.text for line in content)
    forwarded = Forwarded(author=boundary.author, subject=boundary.subject, lines=inner.lines, text=text)
    shown = (replace(line, kind=Kind.FORWARDED) for line in inner.lines)
    return Body(lines=(*own, *head, *shown, *signed(attributed(below), "")), forwarded=forwarded)


def _unmarked(line: Line) -> Line:
    """The same line quoted once less."""
    depth = max(line.depth - 1, 0)
    return replace(line, depth=depth, kind=Kind.QUOTED if depth else Kind.OWN)
