"""
Mails are read, and understood as first ones, by processes of their own, while the worker decides and writes: on other cores.

What a mail says follows from nothing but the mail and the rules, so that it may be found out anywhere and beforehand. The
processes begin when many mails wait, while the worker reads the first of those by itself, and end when none does.
"""

from __future__ import annotations

import copyreg
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context, parent_process
from threading import Thread
from types import MappingProxyType
from typing import Any

import structlog

from mailbot.catalogue import Catalogue
from mailbot.mail.message import Mail
from mailbot.mail.read import read
from mailbot.store.portion import Most
from mailbot.understanding.request import Reading
from mailbot.understanding.understand import understand

log = structlog.get_logger()


def _mapping(items: dict[str, Any]) -> MappingProxyType[str, Any]:
    return MappingProxyType(items)


# It bears a name under which nobody finds it.
copyreg.pickle(MappingProxyType, lambda mapping: (_mapping, (dict(mapping),)))

TOGETHER = Most(mails=100, bytes=6_000_000)
"""What they want to be given at a time: while the worker writes the first, they read the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What a mail says if it begins a conversation, by those rules."""

    catalogue: Catalogue
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A mail that was read; `foresight` None: nobody has looked at what it says."""

    mail: Mail
    foresight: Foresight | None = None


class Readers:
    """So many processes; 0: the worker reads by itself."""

    def __init__(self, number: int = 0) -> None:
        self._number = number
        self._pool: ProcessPoolExecutor | None = None
        self._catalogue: Catalogue | None = None

    @property
    def at_a_time(self) -> Most | None:
        """What they want to be given together; None: as much as suits the worker."""
        return TOGETHER if self._number else None

    def read(self, raws: Sequence[bytes], rules: Callable[[], Catalogue]) -> Sequence[Callable[[], Read]]:
        """Each mail, as soon as it is asked for; that raises what went wrong with it. `rules` gives those in force."""
        here = [partial(_read, raw) for raw in raws]
        if not self._number or (self._pool is None and len(raws) < TOGETHER.mails):
            return here  # to start a process takes as long as to read some 80 mails
        catalogue = rules()
        try:
            pool = self._pool_for(catalogue)
            if pool is None:
                self._begin(catalogue)
                return here
            found = [pool.submit(_read_ahead, raw) for raw in raws]
        except (BrokenProcessPool, OSError) as error:
            log.error("no other process reads mails", error=str(error))
            self.rest()
            return here
        return [partial(_seen, future.result, catalogue) for future in found]

    def rest(self) -> None:
        """End the processes, until there are many mails again."""
        if self._pool is not None:
            self._pool.shutdown()
        self._pool = None

    def _pool_for(self, catalogue: Catalogue) -> ProcessPoolExecutor | None:
        """The processes that know these rules, if there are any."""
        if self._catalogue is not catalogue:
            self.rest()
        return self._pool

    def _begin(self, catalogue: Catalogue) -> None:
        context = get_context("spawn")  # the bot has threads, which no fork survives
        self._catalogue = catalogue
        self._pool = ProcessPoolExecutor(self._number, context, initializer=_attend, initargs=(catalogue,))
        for _ in range(self._number):
            self._pool.submit(_wake)  # they are started by what they are given


def _read(raw: bytes) -> Read:
    return Read(mail=read(raw))


def _seen(result: Callable[[], tuple[Mail, Reading | None]], catalogue: Catalogue) -> Read:
    mail, reading = result()
    return Read(mail=mail, foresight=Foresight(catalogue=catalogue, reading=reading) if reading else None)


# --- in the other processes

_rules: list[Catalogue] = []


def _attend(catalogue: Catalogue) -> None:
    """Be there for one bot and its rules: whoever stops the bot means the bot, and nobody stays when it has died."""
    _rules[:] = [catalogue]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    Thread(target=_end_with_the_bot, daemon=True).start()


def _wake() -> None:
    """Nothing to do but to be there."""


def _end_with_the_bot() -> None:
    bot = parent_process()
    assert bot is not None
    bot.join()
    os._exit(0)


def _read_ahead(raw: bytes) -> tuple[Mail, Reading | None]:
    mail = read(raw)
    # An answer says little without what it answers.
    begins = not (mail.in_reply_to or mail.references)
    return mail, understand(mail, (), _rules[0]) if begins else None
