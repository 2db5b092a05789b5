"""The text part of a mail: its blocks as plain text, of equal worth with the HTML."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from mailbot.tickets.blocks import (
    Actions,
    Bars,
    Block,
    Code,
    Doubted,
    Entries,
    Entry,
    Facts,
    Form,
    Heading,
    Items,
    Lines,
    Page,
    Paragraph,
    Prose,
    Quote,
    Small,
    Table,
    Title,
    Warnings,
    text_of,
)

WIDTH = 72  # RFC 3676 and old custom: prose in the text part stays below 80 when quoted
BAR = 16  # characters of the longest bar


def plain(page: Page) -> str:
    """The text part: prose wrapped at 72 characters, everything that is filled in or looked up never."""
    parts = [part for block in page.blocks if (part := "\n".join(_plain(block)))]
    return "\n\n".join(parts) + "\n"


def _plain(block: Block) -> Iterator[str]:
    match block:
        case Title(spans=spans):
            title = text_of(spans)
            yield from (title, "=" * min(len(title), WIDTH))
        case Heading(spans=spans):
            yield text_of(spans)
        case Paragraph(spans=spans):
            yield _wrapped(text_of(spans))
        case Items(items=items):
            yield from (_wrapped(text_of(item), "- ", "  ") for item in items)
        case Lines(lines=lines):
            yield from (text_of(line) for line in lines)
        case Warnings(lines=lines):
            yield from (_wrapped(text_of(line), "! ", "  ") for line in lines)
        case Small(lines=lines):
            yield from ("-- ", *(text_of(line) for line in lines))
        case Form(lines=lines):
            yield from (line for label, question in lines for line in _to_fill_in(label, question))
        case Facts(rows=rows):
            yield from (line for row in rows for line in _fact(*row))
        case Table(rows=table):
            yield from ("- " + " · ".join(cell for cell in row if cell) for row in table)
        case Prose(paragraphs=paragraphs):
            yield "\n\n".join("\n".join(_wrapped(line) for line in lines) for lines in paragraphs)
        case Quote():
            yield from (f"> {line}".rstrip() for line in block.lines)
        case Code():
            yield from block.lines
        case Actions(actions=actions):
            yield from (_wrapped(f"{action.label}: {action.how}", "- ", "  ") for action in actions)
        case Entries(entries=entries):
            yield "\n\n".join("\n".join(_entry(entry)) for entry in entries)
            if block.rest:
                yield f"\n{_wrapped(block.rest)}\n{block.see}"
        case Bars():
            yield from _bars(block)


def _to_fill_in(label: str, question: str) -> Iterator[str]:
    yield f"{label}:"
    if question:
        yield _wrapped(question, "  ", "  ")


def _fact(label: str, values: tuple[str | Doubted, ...]) -> Iterator[str]:
    if len(values) == 1:
        yield f"- {label}: {values[0]}"
    else:
        yield f"- {label} ({len(values)})"
        yield from (f"  - {value}" for value in values)


def _entry(entry: Entry) -> Iterator[str]:
    yield f"{entry.key} · {entry.title}{' · neu' if entry.new else ''}"
    yield f"  {entry.who} · {entry.age}"
    if entry.warning:
        yield _wrapped(entry.warning, "  ! ", "    ")
    yield from (_wrapped(line, "  ", "  ") for line in entry.lines)


def _bars(block: Bars) -> Iterator[str]:
    """Columns are as wide as their longest bar, so that a chart of small numbers is a small chart."""
    columns = [block.series, *(tuple(_bar(number, block) for number in numbers) for _, numbers in block.rows)]
    widths = [max(len(column[at]) for column in columns) for at in range(len(block.series))]
    margin = max((len(label) for label, _ in block.rows), default=0)
    for label, cells in zip(("", *(label for label, _ in block.rows)), columns, strict=True):
        padded = "   ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        yield f"  {label.ljust(margin)}   {padded}".rstrip()


def _bar(number: int, block: Bars) -> str:
    return f"{'█' * block.length(number, BAR)} {number}".lstrip()


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    if text and len(first) + len(text) <= WIDTH and text.isprintable() and not text.endswith(" "):
        return first + text  # as `fill` would, in a hundredth of the time: an overview has thousands of such lines
    return fill(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)
