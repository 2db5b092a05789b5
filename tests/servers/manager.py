"""The service manager's ear: a socket on which a service tells how it is, as under systemd (sd_notify(3))."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.process import eventually


@dataclass
class Ear:
    """What was heard, line by line; `path` is the value of NOTIFY_SOCKET."""

    path: Path
    heard: list[str] = field(default_factory=list)
    _socket: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))

    def listen(self) -> None:
        self._socket.bind(str(self.path))
        self._socket.setblocking(False)

    def close(self) -> None:
        self._socket.close()

    def hears(self, line: str, *, times: int = 1) -> None:
        """Wait until that line has come so many times since the last `forget`."""
        eventually(lambda: self.lines().count(line) >= times or None, timeout=30, failure=lambda: f"never {line!r}: {self.heard}")

    def lines(self) -> list[str]:
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def forget(self) -> None:
        self.lines()
        self.heard.clear()


@contextmanager
def listening(home: Path) -> Iterator[Ear]:
    """A manager that listens until the end of the block."""
    ear = Ear(path=home / "notify")
    ear.listen()
    try:
        yield ear
    finally:
        ear.close()
