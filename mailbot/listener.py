"""Where the bot itself listens, as it stands in one setting: at a port, or at a socket in the file system."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import AF_INET, AF_INET6, AF_UNIX, AddressFamily
from typing import ClassVar
from urllib.parse import urlsplit

from mailbot.errors import SettingsError
from mailbot.login import is_loopback

UNIX = "unix:"
"""By this a setting means a socket in the file system, as Postfix writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A host and its port."""

    host: str
    port: int
    kind: ClassVar = "port"

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def family(self) -> AddressFamily:
        """The kind of address that the host is."""
        return AF_INET6 if ":" in self.host else AF_INET

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can ask there."""
        return is_loopback(self.host)

    def listen(self) -> socket.socket:
        """Raises OSError: somebody does already, or nobody may."""
        return socket.create_server((self.host, self.port), family=self.family)

    def try_out(self) -> None:
        """Raises OSError: `listen` would."""
        self.listen().close()

    def connect(self, *, timeout: float) -> socket.socket:
        """To who listens there; `timeout` in seconds. Raises OSError: nobody does."""
        return socket.create_connection((self.host, self.port), timeout=timeout)

    @classmethod
    def parse(cls, address: str) -> Listener:
        """
        Read `host:port`, `[::1]:port` for IPv6.

        Raises SettingsError: it is no such address.

        Source: RFC 3986, 3.2.
        """
        try:
            parts = urlsplit(f"//{address.strip()}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or not port or f"{host}:{port}" != address.strip().lower().replace("[", "").replace("]", ""):
            raise SettingsError(f"'{address}' is no address to listen at; it looks like 127.0.0.1:9464")
        return cls(host=host, port=port)


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketFile:
    """A UNIX socket: its owner and its group may connect. The group is that of its folder where the folder is setgid."""

    path: Path
    kind: ClassVar = "path"

    def __str__(self) -> str:
        return f"{UNIX}{self.path}"

    def listen(self) -> socket.socket:
        """What a bot has left that died is replaced. Raises OSError: somebody listens there already, or nobody may."""
        with _alone_in(self.path.parent), _closed_on_error(socket.socket(AF_UNIX)) as listening:
            self._take(listening)
            self.path.chmod(0o660)  # before anybody could connect
            listening.listen()
        return listening

    def try_out(self) -> None:
        """Raises OSError: `listen` would."""
        with _alone_in(self.path.parent), socket.socket(AF_UNIX) as line:
            self._take(line)
            self.path.unlink()

    def connect(self, *, timeout: float) -> socket.socket:
        """To who listens there; `timeout` in seconds. Raises OSError: nobody does."""
        with _closed_on_error(socket.socket(AF_UNIX)) as line:
            line.settimeout(timeout)
            line.connect(str(self.path))
        return line

    def _take(self, line: socket.socket) -> None:
        if self._is_left():
            self.path.unlink()
        line.bind(str(self.path))

    def _is_left(self) -> bool:
        """Whether it is a socket to which nobody listens any more."""
        try:
            self.connect(timeout=1).close()
        except ConnectionRefusedError:
            return self.path.is_socket()  # a file of any other kind refuses, too
        except OSError:
            return False
        return False

    @classmethod
    def parse(cls, address: str) -> SocketFile:
        """Read `unix:/folder/name`. Raises SettingsError: it is no such address."""
        path = Path(address.strip().removeprefix(UNIX))
        if not path.is_absolute():
            raise SettingsError(f"'{address}' is no socket; it looks like {UNIX}/var/spool/postfix/mailbot/support")
        return cls(path=path)


Door = Listener | SocketFile
"""Where a mail server on this machine delivers."""


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Of all that would listen in the folder one looks at a time: what is left to one may be alive to the next."""
    looking = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(looking, fcntl.LOCK_EX)
        yield
    finally:
        os.close(looking)


@contextmanager
def _closed_on_error(opened: socket.socket) -> Iterator[socket.socket]:
    try:
        yield opened
    except OSError:
        opened.close()
        raise
