"""The end of a bot: every part finishes what it has in hand, and nobody is waited for for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from time import monotonic

import structlog

from mailbot.login import Login
from mailbot.mail.smtp import Session
from mailbot.service.office import OpenSmtp

log = structlog.get_logger()

FAREWELL = 8.0
"""Seconds that a stop waits for what may be cut off and done again."""

LAST_WORD = 45.0
"""
Seconds that it waits for what a server says to a mail that it has got: if it is not heard, one mail may become two.
deploy/mailbot.service and compose.yaml allow more, so that what is known of such a mail is written down in any case.
"""

WRITING_DOWN = 1.5
"""Seconds for a sender to write down that its connection has ended."""


class Line:
    """The connections to the SMTP server that are open now."""

    def __init__(self) -> None:
        self._calls = list[Session]()

    def through(self, open_smtp: OpenSmtp) -> OpenSmtp:
        """Whatever is opened by that is known here as long as it is open."""

        @contextmanager
        def opened(login: Login) -> Iterator[Session]:
            with open_smtp(login) as call:
                self._calls.append(call)
                try:
                    yield call
                finally:
                    self._calls.remove(call)

        return opened

    @property
    def in_doubt(self) -> bool:
        """Whether a server has a mail and has not said yet what becomes of it."""
        return any(call.in_doubt for call in tuple(self._calls))

    def hang_up(self) -> None:
        """End them all: what waits for an answer goes on at once."""
        for call in tuple(self._calls):
            call.hang_up()


def take_leave(parts: Sequence[Thread], line: Line) -> None:
    """
    Wait for all, but not for ever: what a server keeps waiting is left as a crash would leave it, and done again next time.

    Only for a mail that is handed over and not answered yet the sender is waited for longer, for nobody could tell whether
    it arrived. Whenever its server is cut short, it still writes down what became of the mail.
    """
    began = monotonic()
    senders = [each for each in parts if each.name == "sender"]
    _join(parts, until=began + FAREWELL)
    if line.in_doubt:
        _join(senders, until=began + LAST_WORD)
    line.hang_up()
    _join(senders, until=monotonic() + WRITING_DOWN)
    if left := [each.name for each in parts if each.is_alive()]:
        log.warning("not waited for", parts=", ".join(left))


def _join(parts: Sequence[Thread], *, until: float) -> None:
    for each in parts:
        each.join(max(until - monotonic(), 0.0))
