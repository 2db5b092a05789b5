"""
The words of a mail as blocks: paragraphs, lists, forms, tables. One rendering, two looks.

A template is read as plain text with a few marks at the start of a line:

    Betreff: …    the subject (first line; "Subject:" in English)
    # …           title          ## …    heading
    - …           list item      | …     a line that stays a line
    ! …           a warning      -- …    small print at the foot of the mail

Empty lines separate paragraphs. What comes from a value never is a mark: values are kept aside while the
template is rendered (`Kept`) and put back when the structure is known, so nothing that a member writes can
become a heading, a link, or a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar

_FULL_AT_LEAST = 8  # what fills a bar: where nothing is more than one, one is not much


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that we offer; never one out of a member's words."""

    href: str
    label: str


Span = str | Link
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """The heading of a whole mail or part (`# …`)."""

    kind: ClassVar[str] = "title"
    spans: Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A smaller heading (`## …`)."""

    kind: ClassVar[str] = "heading"
    spans: Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text; its lines are one."""

    kind: ClassVar[str] = "paragraph"
    spans: Spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """Points of a list (`- …`)."""

    kind: ClassVar[str] = "items"
    items: tuple[Spans, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines that stay lines (`| …`)."""

    kind: ClassVar[str] = "lines"
    lines: tuple[Spans, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Warnings:
    """What must not be missed (`! …`)."""

    kind: ClassVar[str] = "warnings"
    lines: tuple[Spans, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """Small print at the end (`-- …`)."""

    kind: ClassVar[str] = "small"
    lines: tuple[Spans, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Lines to fill in: (label, question) each; the label has a line of its own with a colon, a question stands below."""

    kind: ClassVar[str] = "form"
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """A value that was not written quite so, with what the reader may want to know of it."""

    text: str
    remark: str

    def __str__(self) -> str:
        return f"{self.text} ({self.remark})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known: (label, values) a row."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, tuple[str | Doubted, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells under a head."""

    kind: ClassVar[str] = "table"
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A person's words, their lines kept."""

    kind: ClassVar[str] = "prose"
    text: str

    @property
    def paragraphs(self) -> tuple[tuple[str, ...], ...]:
        """The lines of each paragraph."""
        lines = [flat(line) for line in self.text.splitlines()]
        return tuple(tuple(group) for filled, group in groupby(lines, key=bool) if filled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A mail's own text as it came."""

    kind: ClassVar[str] = "quote"
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The text line by line, made harmless, without blank lines around it."""
        return tuple(printable(line).expandtabs(4).rstrip() for line in self.text.strip("\r\n").splitlines())


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a program shall read, as it stands in the file of that name; no line is ever wrapped in the text part."""

    kind: ClassVar[str] = "code"
    name: str
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The text line by line."""
        return tuple(self.text.rstrip("\n").split("\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something a reader can do by a mail that is prepared for them."""

    label: str
    how: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What a reader can do, one below the other."""

    kind: ClassVar[str] = "actions"
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    A ticket in a list: its key, what it is, whose, how old, what else there is to say, and what is wrong.

    `href` opens a mail about it.
    """

    key: str
    title: str
    who: str
    age: str
    href: str = ""
    new: bool = False
    lines: tuple[str, ...] = ()
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A list of tickets; `rest` tells how many it does not name, and that they are seen by the command `see`."""

    kind: ClassVar[str] = "entries"
    entries: tuple[Entry, ...]
    rest: str = ""
    see: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """
    Numbers as bars: a row has a label and one number for each of `series`, all on the same scale.

    Drawn without images: cells of a table in HTML, characters in the text part, the number beside each.
    """

    kind: ClassVar[str] = "bars"
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    def length(self, number: int, longest: int) -> int:
        """How long the bar of that number is, of at most `longest`; what is not nothing can be seen."""
        full = max((each for _, numbers in self.rows for each in numbers), default=0)
        return max(1, round(longest * number / max(full, _FULL_AT_LEAST))) if number else 0


Given = Form | Facts | Table | Prose | Quote | Code | Actions | Entries | Bars
"""Blocks that come as values."""

Block = Title | Heading | Paragraph | Items | Lines | Warnings | Small | Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole mail."""

    subject: str
    blocks: tuple[Block, ...]

    @property
    def titled(self) -> bool:
        """Whether a title stands above its headings; without one they are the uppermost."""
        return any(isinstance(block, Title) for block in self.blocks)


@dataclass(slots=True)
class Kept:
    """The values of one rendering; each stands in the rendered text as a token."""

    values: list[Span | Given] = field(default_factory=list)

    def keep(self, value: object) -> str:
        """The token for that value."""
        self.values.append(value if isinstance(value, Link | Given) else flat(str(value)))
        return f"\x02{len(self.values) - 1}\x03"

    def spans(self, text: str) -> Spans:
        """Text with its values put back, neighbours joined."""
        joined: list[Span] = []
        for part in (self._back(part) for part in re.split(r"(\x02\d+\x03)", text) if part):
            if joined and isinstance(part, str) and isinstance(joined[-1], str):
                joined[-1] += part
            else:
                joined.append(part)
        return tuple(joined)

    def block(self, text: str) -> Given | None:
        """The block that stands alone in that text, if any."""
        match = re.fullmatch(r"\x02(\d+)\x03", text.strip(" "))
        value = self.values[int(match[1])] if match else None
        return value if isinstance(value, Given) else None

    def filled(self, text: str, how: Callable[[str], str]) -> str:
        """Text with its values put back, each as `how` writes it."""
        return re.sub(r"\x02(\d+)\x03", lambda token: how(str(self.values[int(token[1])])), text)

    def _back(self, part: str) -> Span:
        if not part.startswith("\x02"):
            return part
        value = self.values[int(part[1:-1])]
        if isinstance(value, Given):
            raise ValueError(f"{value.kind} must stand on a line of its own")
        return value


def flat(text: str) -> str:
    """One line, without control and direction characters."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """Without control characters and those that turn the direction of writing (they can disguise what stands there)."""
    if text.isprintable():
        return text
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2028\u2029\ufeff]", " ", text)


def read_page(rendered: str, kept: Kept) -> Page:
    """The mail that a rendered template says. Raises ValueError where a block stands amid other words."""
    head, _, rest = rendered.lstrip("\n").partition("\n")
    match = re.match(r"(?:Betreff|Subject): *(.*)", head)
    if match is None:
        raise ValueError("the first line must be 'Betreff: …' or 'Subject: …'")
    return Page(subject=text_of(kept.spans(match[1].strip())), blocks=tuple(_blocks(rest, kept)))


def read_line(rendered: str, kept: Kept) -> str:
    """What a template of one line says, as plain text."""
    return text_of(kept.spans(rendered.strip()))


_MARK = re.compile(r"(##|#|--|-|\||!) ")


def _blocks(text: str, kept: Kept) -> Iterator[Block]:
    """Neighbouring lines with the same mark belong together."""
    for mark, group in groupby(text.splitlines(), key=lambda line: _mark(line, kept)):
        lines = [line.strip() for line in group]
        spans = [kept.spans(_MARK.sub("", line, count=1)) for line in lines] if mark not in ("block", "empty") else []
        match mark:
            case "block":
                yield from (block for line in lines if (block := kept.block(line)))
            case "#":
                yield from (Title(spans=each) for each in spans)
            case "##":
                yield from (Heading(spans=each) for each in spans)
            case "-":
                yield Items(items=tuple(spans))
            case "|":
                yield Lines(lines=tuple(spans))
            case "!":
                yield Warnings(lines=tuple(spans))
            case "--":
                yield Small(lines=tuple(spans))
            case "":
                yield Paragraph(spans=kept.spans(" ".join(lines)))


def _mark(line: str, kept: Kept) -> str:
    if not line.strip():
        return "empty"
    if kept.block(line):
        return "block"
    match = _MARK.match(line)
    return match[1] if match else ""


def text_of(spans: Sequence[Span]) -> str:
    """What the spans say as plain text."""
    return "".join(span if isinstance(span, str) else _link(span) for span in spans)


def _link(link: Link) -> str:
    return (
        link.label if link.href in (link.label, f"https://{link.label}", f"mailto:{link.label}") else f"{link.label}: {link.href}"
    )
