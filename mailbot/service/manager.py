"""What the service manager (systemd) hears of a running bot: that it is ready, that it lives, that it stops."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from sdnotify import SystemdNotifier

SELDOM = 60.0
"""Seconds between two looks at the parts where nobody wants to be told."""


def _notifier() -> SystemdNotifier | None:
    return SystemdNotifier() if os.environ.get("NOTIFY_SOCKET") else None


@dataclass(frozen=True, slots=True)
class Manager:
    """
    Words of the protocol sd_notify(3). Where the bot was not started by systemd, nothing happens.

    `interval` is the time in seconds after which it wants a sign of life: half of WatchdogSec=, as sd_watchdog_enabled(3)
    recommends.
    """

    _notifier: SystemdNotifier | None = field(default_factory=_notifier)

    @property
    def interval(self) -> float:
        """Seconds between two signs of life."""
        microseconds = os.environ.get("WATCHDOG_USEC", "")
        return int(microseconds) / 2_000_000 if microseconds.isdecimal() and int(microseconds) else SELDOM

    def ready(self, status: str) -> None:
        """All parts have been started."""
        self._say(f"READY=1\nSTATUS={status}")

    def alive(self) -> None:
        """Every part has made its turn in time."""
        self._say("WATCHDOG=1")

    def stuck(self, status: str) -> None:
        """A part has not: no sign of life, so that systemd ends and restarts the bot when its patience is over."""
        self._say(f"STATUS={status}")

    def stopping(self) -> None:
        """The last word: the bot finishes what it has in hand."""
        self._say("STOPPING=1\nSTATUS=finishing what is in hand")
        if self._notifier is not None and self._notifier.socket is not None:
            self._notifier.socket.close()

    def _say(self, words: str) -> None:
        if self._notifier is not None:
            self._notifier.notify(words)
