"""A bot's leases, and the heart that renews them: as long as it beats, what the bot has in hand is nobody else's."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread
from uuid import uuid4

import structlog
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from mailbot.errors import StoreError
from mailbot.store import leases
from mailbot.store.database import Database

log = structlog.get_logger()

LASTING = timedelta(seconds=10)
"""How long a lease lasts that nobody renews: so long the work of a dead bot rests."""

BEAT = 2.5
"""Seconds between two renewals: three may fail before anything is lost."""

MAILBOX = "mailbox {}"
"""The lease of who reads that mailbox, and alone moves and lays down mails in it."""

FOREVER = float("inf")

CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""One that goes on while the machine is suspended; the monotonic one of Linux stands still then (clock_gettime(2))."""


def _seconds() -> float:
    return time.clock_gettime(CLOCK)


class Lease:
    """
    What one part of this bot holds; `id` is what its claims bear.

    `lasts` says whether it does still, with nobody asked: whoever was asleep for longer than it lasted knows at once that
    others have taken over. It is never true longer than the database says.
    """

    def __init__(self, id: str | None, ends: float) -> None:
        self.id = id
        self._ends = ends

    def lasts(self) -> bool:
        """Whether what bears it is ours."""
        return _seconds() < self._ends

    def lasts_until(self, ends: float) -> None:
        """It was renewed, or (a moment that is over) has ended; in seconds of `CLOCK`."""
        self._ends = ends


UNLEASED = Lease(None, FOREVER)
"""Of whoever is no part of a bot: claims last for the time that was named."""


class Heart:
    """Takes leases for the parts of one bot and renews them with every beat."""

    def __init__(self, database: Database) -> None:
        self._database, self._began = database, _seconds()
        self._held = dict[str, Lease]()
        self._over = set[str]()  # to be given up

    @contextmanager
    def lease(self, subject: str, *, outwait_the_dead: bool = False) -> Iterator[Lease | None]:
        """
        The lease of that subject until the end of the block; None when somebody else has it. Raises StoreError.

        It may end before the block does: see `Lease.lasts`. With `outwait_the_dead` it is waited for as long as somebody may
        have it who had died before this heart began to beat.
        """
        self._give_up_what_is_over()
        began, id = self._outwait(subject) if outwait_the_dead else self._take(subject)
        if id is None:
            yield None
            return
        lease = self._held[id] = Lease(id, self._end(began))
        try:
            yield lease
        finally:
            del self._held[id]
            self._over.add(id)
            # Where this fails it ends by itself, or is given up before the next is taken.
            with suppress(StoreError):
                self._give_up_what_is_over()

    @contextmanager
    def own_lease(self, what: str) -> Iterator[Lease]:
        """A lease that nobody else wants, for work that many do side by side. Raises StoreError."""
        with self.lease(f"{what} {uuid4().hex}") as lease:
            assert lease is not None
            yield lease

    def beat(self) -> None:
        """Renew all leases; those that had ended are lost. Raises StoreError: nothing is renewed, or nobody knows."""
        began = _seconds()
        held = dict(self._held)
        with self._database.write() as connection:
            renewed = leases.renew(connection, held, lasting=LASTING)
        for id, lease in held.items():
            lease.lasts_until(self._end(began) if id in renewed else began)
        if len(renewed) < len(held):
            log.warning("taken for dead; others have taken over", leases=len(held) - len(renewed))

    def _take(self, subject: str) -> tuple[float, str | None]:
        """When that began, and the id of a new lease of that subject, if it is to be had."""
        began, holder = _seconds(), f"{socket.gethostname()}, process {os.getpid()}"
        with self._database.write() as connection:
            return began, leases.take(connection, subject, holder=holder, lasting=LASTING)

    def _outwait(self, subject: str) -> tuple[float, str | None]:
        left = self._began + LASTING.total_seconds() - _seconds()
        return _till_it_is_had.copy(stop=stop_after_delay(max(left, 0.0)))(self._take, subject)

    def _give_up_what_is_over(self) -> None:
        over = frozenset(self._over)
        if over:
            with self._database.write() as connection:
                leases.give_up(connection, over)
            self._over -= over

    def _end(self, began: float) -> float:
        """When a lease ends at the earliest that was taken or renewed since `began`."""
        return began + LASTING.total_seconds() if self._database.is_shared else FOREVER


_till_it_is_had = Retrying(
    retry=retry_if_result(lambda taken: taken[1] is None),
    wait=wait_fixed(0.5),
    retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
)


@contextmanager
def beating(database: Database) -> Iterator[Heart]:
    """A heart that beats until the end of the block; where there is one bot it need not. Raises StoreError."""
    with database.write() as connection:
        leases.bury(connection)
    heart, still = Heart(database), Event()
    thread = Thread(target=_beat, args=(heart, still), name="heart")
    if database.is_shared:
        thread.start()
    try:
        yield heart
    finally:
        still.set()
        if thread.is_alive():
            thread.join()


def _beat(heart: Heart, still: Event) -> None:
    while not still.wait(BEAT):
        try:
            heart.beat()
        except StoreError as error:
            log.error("in trouble", part="heart", error=str(error))
        except Exception:
            log.exception("in trouble", part="heart")
