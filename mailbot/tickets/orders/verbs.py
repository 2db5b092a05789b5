"""All that can be ordered, in the order in which it is told. A new verb is a value beside its function, and no more."""

from __future__ import annotations

from collections.abc import Mapping

from mailbot.tickets.orders import copies, duty, holding, moving, persons, privacy, proposals, request, standing, telling, undoing
from mailbot.tickets.orders.order import Command, Desk, Done, Verb


def _help(command: Command, desk: Desk) -> Done:
    rows = tuple((verb.usage, _explained(verb)) for verb in VERBS)
    return Done(told="Das kann in den ersten Zeilen einer Mail stehen, eines in jeder Zeile:", rows=rows)


def _explained(verb: Verb) -> str:
    also = ", ".join(f"#{name}" for name in verb.names[1:])
    return verb.help.replace("`", "").replace("**", "") + (f". Auch: {also}" if also else "")


HELP = Verb(
    name="help",
    german=("hilfe",),
    english=("help",),
    usage="#hilfe",
    help="Du bekommst diese Liste",
    anywhere=_help,
    bare=True,
    idle=True,
)

VERBS: tuple[Verb, ...] = (
    *standing.VERBS,
    *persons.VERBS,
    *copies.VERBS,
    *telling.VERBS,
    *proposals.VERBS,
    *request.VERBS,
    *moving.VERBS,
    *holding.VERBS,
    *privacy.VERBS,
    *undoing.VERBS,
    *duty.VERBS,
    HELP,
)

BY_NAME: Mapping[str, Verb] = {verb.name: verb for verb in VERBS}
"""By `Command.name`."""

BY_WORD: Mapping[str, Verb] = {word: verb for verb in VERBS for word in verb.names}
"""By what may be written behind `#`, in lower case."""

TOLD: tuple[str, ...] = tuple(f"#{verb.german[0]}" for verb in VERBS)
"""The usual German name of each."""
