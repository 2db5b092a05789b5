"""How the parts of running bots wake each other, on all hosts of a database, and how those of one are told to stop."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from threading import Event, current_thread
from uuid import uuid4

from mailbot.errors import StoreError
from mailbot.service import sender, worker
from mailbot.service.pulse import Pulse
from mailbot.store import signals
from mailbot.store.database import Database

GLANCE = 1.0
"""Seconds after which who listens looks whether it shall stop."""

PATIENCE = {"worker": worker.LEASE, "sender": sender.LEASE}
"""How long one turn of a part may take, as the books have it; after that it counts as stuck."""

LONG = timedelta(hours=1)
"""The same for every other part: a receiver may have a big folder to take in."""


class Bell(StrEnum):
    """What has happened; whom it concerns."""

    ARRIVED = "arrived"  # the workers
    WRITTEN = "written"  # the senders
    TO_FILE = "to file"  # the receivers


@dataclass(frozen=True, slots=True)
class Bells:
    """The bells of one bot: one for each part that waits for work, one that ends it all, and how each says that it lives."""

    stop: Event = field(default_factory=Event)
    pulse: Pulse = field(default_factory=Pulse)
    arrived: Event = field(default_factory=Event)
    written: Event = field(default_factory=Event)
    to_file: dict[str, Event] = field(default_factory=dict)  # of each mailbox
    id: str = field(default_factory=lambda: uuid4().hex)

    def ring(self, bell: Bell) -> None:
        """Wake those of this bot whom it concerns."""
        concerned = {Bell.ARRIVED: (self.arrived,), Bell.WRITTEN: (self.written,), Bell.TO_FILE: tuple(self.to_file.values())}
        for each in concerned[bell]:
            each.set()

    def ring_out(self) -> None:
        """Tell all to stop after what they have in hand."""
        self.stop.set()
        for bell in Bell:
            self.ring(bell)

    def turn(self, pause: float = 0.0) -> None:
        """The part that calls begins a turn, after a pause of so many seconds."""
        self.pulse.beat(current_thread().name, within=pause + PATIENCE.get(current_thread().name, LONG).total_seconds())


def wake(database: Database, bells: Bells, bell: Bell) -> None:
    """Wake those whom it concerns, in this bot and in all others."""
    bells.ring(bell)
    # Who hears nothing looks a little later.
    with suppress(StoreError):
        signals.call(database, f"{bells.id} {bell}")


def listen(database: Database, bells: Bells) -> None:
    """Ring here what is rung elsewhere, until `bells.stop`. Raises StoreError."""
    with signals.listening(database) as heard:
        while not bells.stop.is_set():
            for word in heard(GLANCE):
                caller, _, bell = word.partition(" ")
                # A newer version may have bells that this one does not know.
                if caller != bells.id and bell in tuple(Bell):
                    bells.ring(Bell(bell))
