"""Which parts of a running bot are alive: at each turn a part says by when it will have made the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic


@dataclass(frozen=True, slots=True)
class Pulse:
    """
    By when each part must be back; parts know nothing of each other, and whoever watches asks `stuck`.

    `clock` counts seconds and never goes back.
    """

    clock: Callable[[], float] = monotonic
    _due: dict[str, float] = field(default_factory=dict)

    def beat(self, part: str, *, within: float) -> None:
        """The part has made a turn, and will make the next within so many seconds."""
        self._due[part] = self.clock() + within

    def stuck(self) -> tuple[str, ...]:
        """The parts that should have been back by now, in order of their names."""
        now = self.clock()
        return tuple(sorted(part for part, due in tuple(self._due.items()) if due < now))
