"""
Answers to the overview: a line for each order, the ticket's number before it.

    12 zu · 14 an Eva · 15 morgen · KV-1016 notiz ruft an · 17 nehme ich · 18 und 19 #dienst website

The number is a ticket's own, or its last digits. Behind it stands what may stand behind `#`, and what is shorter still.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from mailbot.mail.message import Body, Kind
from mailbot.tickets.blocks import printable
from mailbot.tickets.digits import digits_of
from mailbot.tickets.greeting import greets, is_farewell
from mailbot.tickets.orders.days import NO_DAY, day_ahead
from mailbot.tickets.orders.grammar import read_command
from mailbot.tickets.orders.order import Command, Refused

SHORT = {"zu": "#erledigt", "auf": "#wieder-auf", "ich": "#nehme ich", "mein": "#nehme ich", "meins": "#nehme ich"}
"""What is written behind a number, besides orders and days."""

WHAT = "was soll geschehen? Zum Beispiel: {} zu, {} an Eva, {} morgen"
NONE = "kein unfertiger Vorgang hat eine Nummer, die auf {} endet"
SEVERAL = "welcher ist gemeint? {}"
AT_MOST = 5  # candidates that are named

_NUMBER = r"(?:\[?(?:[A-Z]{1,8}-)?\d{1,9}\]?)"
_SEVERAL = rf"{_NUMBER}(?:\s*(?:,|\+|&|und|and)\s*{_NUMBER})*"
_NUMBERED = re.compile(rf"({_SEVERAL})(?![\w/])[.:,)]?(?:\s*[-–—]\s|\s+|$)(.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an answer: as it stands there, the digits of each number before it, and what stands behind them."""

    text: str
    numbers: tuple[str, ...]
    said: str


def read_lines(body: Body) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """
    The lines of an answer that begin with a number or with `#`, and all other words but greeting and farewell.

    A line that begins with `#` has no numbers. Only own new words count, as in every mail of staff.
    """
    lines: list[Line] = []
    words: list[str] = []
    for text in (" ".join(printable(line.text).split()) for line in body.of(Kind.OWN)):
        if match := _NUMBERED.fullmatch(text):
            numbers = tuple(re.findall(r"\d+", match[1]))
            lines.append(Line(text=text, numbers=numbers, said=match[2]))
        elif re.match(r"#\s*\w", text):
            lines.append(Line(text=text, numbers=(), said=text))
        elif text and not greets(text) and not is_farewell(text.strip(" ,.!")):
            words.append(text)
    return tuple(lines), tuple(words)


def command_of(line: Line, *, today: date) -> Command:
    """
    What the line orders.

    Args:
        today: where the association works; "15 morgen" puts a ticket off until the day after it.

    Raises Refused.
    """
    said = line.said.removeprefix("#").strip()
    if not said.strip(" .!"):
        raise Refused(WHAT.replace("{}", line.numbers[0]))
    order = SHORT.get(said.lower().strip(" .!"), f"#{said}")
    try:
        command = read_command(order)
    except Refused:
        if not _begins_with_a_day(said, today):
            raise
        command = read_command(f"#warten {said}")
    return Command(name=command.name, argument=command.argument, line=line.text)


def _begins_with_a_day(said: str, today: date) -> bool:
    """Also where the day is one that cannot be waited for, so that this is what is told."""
    try:
        day_ahead(said, today=today)
    except Refused as why:
        return str(why) != NO_DAY
    return True


def ticket_of(number: str, unfinished: Sequence[str], finished: Collection[str] = ()) -> str:
    """
    The key of the ticket that a number stands for.

    Args:
        number: digits, all of a ticket's number or its last ones.
        unfinished: keys of all tickets that somebody waits for, in order.
        finished: the key of the ticket that has just this number, where it is one that is done.

    Raises Refused, which names those that may be meant.
    """
    if exact := [key for key in unfinished if digits_of(key) == number]:
        return exact[0]
    fits = [key for key in unfinished if digits_of(key).endswith(number)] + [key for key in finished if digits_of(key) == number]
    if not fits:
        raise Refused(NONE.format(number))
    if len(fits) > 1:
        more = f" und {len(fits) - AT_MOST} weitere" if len(fits) > AT_MOST else ""
        raise Refused(SEVERAL.format(", ".join(fits[:AT_MOST]) + more))
    return fits[0]
