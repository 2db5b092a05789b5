"""Where the bot itself listens, as it stands in one setting."""

from __future__ import annotations

from dataclasses import dataclass
from socket import AF_INET, AF_INET6, AddressFamily
from urllib.parse import urlsplit

from mailbot.errors import SettingsError
from mailbot.login import is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A host and its port."""

    host: str
    port: int

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
