"""All that can be ordered, in the order in which it is told. A new verb is a value beside its function, and no more."""

from __future__ import annotations

from collections.abc import Mapping

from mailbot.tickets.orders import persons, standing, telling
from mailbot.tickets.orders.order import Verb

VERBS: tuple[Verb, ...] = (*standing.VERBS, *persons.VERBS, *telling.VERBS)

BY_NAME: Mapping[str, Verb] = {verb.name: verb for verb in VERBS}
"""By `Command.name`."""

BY_WORD: Mapping[str, Verb] = {word: verb for verb in VERBS for word in verb.names}
"""By what may be written behind `#`, in lower case."""

TOLD: tuple[str, ...] = tuple(f"#{verb.german[0]}" for verb in VERBS)
"""The usual German name of each."""
