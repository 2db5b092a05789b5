"""What became of a mail of staff, in a word: it heads the transcript, for many read no further."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mailbot.tickets.orders.order import Order


class Result(StrEnum):
    """The words stand in templates/staff/transcript.txt."""

    DONE = "done"
    PARTLY = "partly"  # an answer to the overview: each of its lines stands for itself
    NOTHING = "nothing"
    NOTED = "noted"
    PASSED_ON = "passed_on"  # words to the member, and no more
    TOLD = "told"  # staff have asked something, and nothing has changed


def result_of(order: Order) -> Result:
    """Of an order that was carried out."""
    names = {command.name for command in order.commands}
    if not names:
        return (Result.NOTED if order.by_hand else Result.PASSED_ON) if order.answer else Result.NOTHING
    if names == {"note"}:
        return Result.NOTED
    return Result.TOLD if names <= {"help", "why"} and not order.answer else Result.DONE


def taken_together(done: Iterable[bool]) -> Result:
    """Of several lines, each of which stands for itself and is carried out or not."""
    fates = set(done)
    if False not in fates:
        return Result.DONE
    return Result.PARTLY if True in fates else Result.NOTHING
