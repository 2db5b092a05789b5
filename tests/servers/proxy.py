"""A wire between client and server that has moods: at a chosen command it falls silent or breaks; and it can be cut."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mailbot.login import Login
from tests.servers.imap import PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """
    What happens, once, when what a client has said on a connection contains `at` (a pattern, line by line).

    The command reaches the server if it `passes`; of what the server says from then on only the first `answer`
    bytes come through. Then the connection breaks, or with `silent` stays open for ever without a word.
    """

    at: bytes
    passes: bool = False
    answer: int = 0
    silent: bool = False


@dataclass(eq=False)
class Wire:
    """A port on a loopback address that leads to a server; `heard` is all that clients have said."""

    port: int
    address: str = "127.0.0.1"
    moods: list[Mood] = field(default_factory=list)
    heard: bytes = b""
    connections: int = 0
    is_cut: bool = False
    _open_ends: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def login(self, user: str) -> Login:
        """How to reach the mailbox of `user` on the Dovecot behind."""
        return Login(scheme="imap", host=self.address, port=self.port, user=user, password=PASSWORD)

    def cut(self) -> None:
        """Every connection breaks, and nobody gets a new one until the wire is mended."""
        self.is_cut = True
        for end in self._open_ends:
            _hang_up(end)

    def mend(self) -> None:
        """New connections lead to the server again."""
        self.is_cut = False

    def strikes(self, said: bytes, before: bytes) -> Mood | None:
        """Note what a client says after what it said before; the mood that it brings about, which is over then."""
        with self._lock:
            self.heard += said
            mood = next((mood for mood in self.moods if re.search(mood.at, before + said, re.MULTILINE)), None)
            if mood is not None:
                self.moods.remove(mood)
            return mood


@contextmanager
def wire_to(server: int | Path, *, address: str = "127.0.0.1") -> Iterator[Wire]:
    """A wire from that address to the port or socket `server` until the end of the block, in a good mood."""
    with socket.create_server((address, 0)) as listener:
        wire = Wire(port=listener.getsockname()[1], address=address)
        thread = threading.Thread(target=_accept, args=(listener, server, wire))
        thread.start()
        try:
            yield wire
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            wire.cut()


def _accept(listener: socket.socket, server: int | Path, wire: Wire) -> None:
    connections = []
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            if wire.is_cut:
                client.close()
                continue
            upstream = _connected(server)
            wire._open_ends += [client, upstream]
            wire.connections += 1
            connections.append(_Connection(client, upstream, wire))


def _connected(server: int | Path) -> socket.socket:
    if isinstance(server, int):
        return socket.create_connection(("127.0.0.1", server))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(server))
    return connection


class _Connection:
    def __init__(self, client: socket.socket, server: socket.socket, wire: Wire) -> None:
        self._client, self._server, self._wire = client, server, wire
        self._mood: Mood | None = None
        self._left = 0
        for pump in (self._commands, self._answers):
            threading.Thread(target=pump, daemon=True).start()

    def _commands(self) -> None:
        before = b""
        with suppress(OSError):
            while said := self._client.recv(1 << 16):
                if self._mood is not None:
                    continue
                mood = self._wire.strikes(said, before)
                before += said
                if mood is not None:
                    self._mood, self._left = mood, mood.answer
                if mood is None or mood.passes:
                    self._server.sendall(said)
                elif not mood.silent:
                    break
        self._end()

    def _answers(self) -> None:
        with suppress(OSError):
            while said := self._server.recv(1 << 16):
                if self._mood is None:
                    self._client.sendall(said)
                    continue
                through, self._left = said[: self._left], max(self._left - len(said), 0)
                self._client.sendall(through)
                if not self._left and not self._mood.silent:
                    break
        if self._mood is None or not self._mood.silent:
            self._end()

    def _end(self) -> None:
        _hang_up(self._client)
        _hang_up(self._server)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
