"""The way to a mail server: verified TLS, and what can go wrong on it, in words."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Protocol

from mailbot.login import ClientCertificate


class Server(Protocol):
    """Somebody whom we call; `scheme` says how."""

    @property
    def host(self) -> str:
        """Its name or address."""

    @property
    def port(self) -> int:
        """Where it listens."""

    @property
    def scheme(self) -> str:
        """As in a URL."""


def tls_context(ca_file: Path | None = None, shown: ClientCertificate | None = None) -> ssl.SSLContext:
    """
    TLS that checks certificate and host name, always.

    Trusted are the system's authorities (the variable SSL_CERT_FILE of OpenSSL names others), and the
    certificates in `ca_file` instead where it is given. A server that asks is `shown` our own.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if shown is not None:
        shown.shown_in(context)
    return context


def trouble(error: Exception, server: Server) -> tuple[str, bool]:
    """
    What an error of the socket or TLS means, as a sentence and whether trying again makes sense.

    Only what stays wrong until a person mends it is not worth another try.
    """
    place = f"{server.host}:{server.port}"
    match error:
        case ssl.SSLCertVerificationError():
            reason = getattr(error, "verify_message", error)
            return f"{place}: the certificate cannot be trusted ({reason}); see that host name and certificate fit", False
        case ssl.SSLError():
            return (
                f"{place}: no TLS ({error.reason or error}); see that scheme and port fit, {server.scheme}:// was asked for",
                True,
            )
        case socket.gaierror():
            return (
                f"{place}: the host '{server.host}' is unknown; see that its name is right and that names can be looked up",
                True,
            )
        case ConnectionRefusedError():
            return f"{place}: nothing listens there; see that host and port are right and that the server runs", True
        case TimeoutError():
            return f"{place}: no answer in time; see that host and port are right and that no firewall is between", True
        case UnicodeError():
            return f"{place}: the host, the user or the password holds a character that the server cannot take", False
        case _:
            return f"{place}: the connection failed ({getattr(error, 'strerror', None) or error})", True
