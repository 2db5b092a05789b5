"""Orders about those who order: on holiday, and back."""

from __future__ import annotations

from mailbot.tickets.calendar import day_of
from mailbot.tickets.orders.days import day_ahead
from mailbot.tickets.orders.order import Away, Command, Desk, Done, Verb
from mailbot.tickets.views import STAFF_LANGUAGE
from mailbot.tickets.wording import day as in_words


def _go_away(command: Command, desk: Desk) -> Done:
    until, _ = day_ahead(command.argument, today=day_of(desk.now, desk.catalogue.hours))
    return Done(told=f"bis einschließlich {in_words(until, STAFF_LANGUAGE)} bekommst du nichts", effects=(Away(until=until),))


def _come_back(command: Command, desk: Desk) -> Done:
    return Done(told="schön, dass du wieder da bist", effects=(Away(until=None),))


VERBS = (
    Verb(
        name="away",
        german=("urlaub", "abwesend"),
        english=("away",),
        usage="#urlaub bis 12.8.",
        help="Bis zum Ende dieses Tages bekommst du nichts; die anderen bekommen es",
        anywhere=_go_away,
        idle=True,
    ),
    Verb(
        name="back",
        german=("zurück", "wieder da"),
        english=("back",),
        usage="#zurück",
        help="Du bist wieder da",
        anywhere=_come_back,
        bare=True,
        idle=True,
    ),
)
