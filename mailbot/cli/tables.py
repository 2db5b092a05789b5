"""Lists for people: coloured tables on a terminal, plain aligned text in a pipe. NO_COLOR is respected by rich."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import typer

STATES = {
    "asking": "yellow",
    "open": "cyan",
    "on_hold": "magenta",
    "triage": "bold red",
    "referred": "dim",
    "closed": "dim",
    "held": "yellow",
    "stopped": "bold red",
    "proposed": "cyan",
}
"""How states of tickets and of mails are coloured; others are not."""

PIPE_WIDTH = 10_000
"""No line of a pipe is broken or cut: who reads it there, cuts it."""


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, wraps: Sequence[str] = ()) -> None:
    """
    Print rows below their headings.

    Args:
        headings: of the columns; the one called "state" is coloured.
        rows: their cells, as text that means nothing to rich; what would steer the terminal is left out.
        wraps: the columns that may be broken into lines where the terminal is narrow.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mailbot.tickets.blocks import printable

    terminal = Console(markup=False, highlight=False)
    table = Table(box=box.SIMPLE_HEAD if terminal.is_terminal else None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in wraps)
    for row in rows:
        cells = zip(headings, row, strict=True)
        table.add_row(
            *(Text(printable(cell), style=STATES.get(cell, "") if heading == "state" else "") for heading, cell in cells)
        )
    if terminal.is_terminal:
        terminal.print(table)
        return
    terminal.width = PIPE_WIDTH
    with terminal.capture() as plain:
        terminal.print(table)
    typer.echo("\n".join(line.rstrip() for line in plain.get().splitlines()))
