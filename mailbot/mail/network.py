"""The way to a mail server: verified TLS, and what can go wrong on it, in words."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from mailbot.settings import Login


def tls_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """
    TLS that checks certificate and host name, always.

    Trusted are the system's authorities (the variable SSL_CERT_FILE of OpenSSL names others), and the
    certificates in `ca_file` instead where it is given.
    """
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def trouble(error: Exception, login: Login) -> tuple[str, bool]:
    """
    What an error of the socket or TLS means, as a sentence and whether trying again makes sense.

    Only what stays wrong until a person mends it is not worth another try.
    """
    server = f"{login.host}:{login.port}"
    match error:
        case ssl.SSLCertVerificationError():
            reason = getattr(error, "verify_message", error)
            return f"{server}: the certificate cannot be trusted ({reason}); see that host name and certificate fit", False
        case ssl.SSLError():
            return (
                f"{server}: no TLS ({error.reason or error}); see that scheme and port fit, {login.scheme}:// was asked for",
                True,
            )
        case socket.gaierror():
            return (
                f"{server}: the host '{login.host}' is unknown; see that its name is right and that names can be looked up",
                True,
            )
        case ConnectionRefusedError():
            return f"{server}: nothing listens there; see that host and port are right and that the server runs", True
        case TimeoutError():
            return f"{server}: no answer in time; see that host and port are right and that no firewall is between", True
        case UnicodeError():
            return f"{server}: the host, the user or the password holds a character that the server cannot take", False
        case _:
            return f"{server}: the connection failed ({getattr(error, 'strerror', None) or error})", True
