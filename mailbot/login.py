"""A mail server and who we are there, as it stands in one setting; how we log in by OAuth 2 stands beside it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from mailbot.errors import SettingsError

Scheme = Literal["imaps", "imap+starttls", "imap", "smtps", "smtp+starttls", "smtp"]
Way = Literal["password", "oauth", "external"]

PORTS: Mapping[Scheme, int] = {
    "imaps": 993,
    "imap+starttls": 143,
    "imap": 143,
    "smtps": 465,
    "smtp+starttls": 587,
    "smtp": 25,
}
ENCODED = "write '/', '?', '#', '[' and '@' in a user or password as %2F, %3F, %23, %5B, %40"
PLAINTEXT = frozenset({"imap", "smtp"})
INSTEAD: Mapping[str, str] = {
    "oauth": "the token settings stand beside it, MAILBOT_OAUTH_…",
    "external": "the certificate stands beside it, MAILBOT_CLIENT_CERTIFICATE",
}
"""Where what a login without a password needs instead of it is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """
    How an access token is got (RFC 6749): with a refresh token (section 6), or without one as the program
    itself (section 4.4, client credentials). The secrets are in no repr.
    """

    token_url: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    scope: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, str], owner: str) -> OAuth:
        """
        The token settings of one login, "smtp" or the id of a mailbox: `refresh_token_support` counts before `refresh_token`.

        Raises SettingsError: something is missing, or the token endpoint would be asked in the clear.
        """
        own = {part.name: values.get(f"{part.name}_{owner}") or values.get(part.name) for part in fields(cls)}
        url, client = own.pop("token_url"), own.pop("client_id")
        if not url:
            raise SettingsError("MAILBOT_OAUTH_TOKEN_URL is not set; it looks like https://login.provider.example/oauth2/token")
        if not client:
            raise SettingsError("MAILBOT_OAUTH_CLIENT_ID is not set; it is what your provider has registered the program under")
        if not own["refresh_token"] and not own["client_secret"]:
            raise SettingsError("MAILBOT_OAUTH_REFRESH_TOKEN or MAILBOT_OAUTH_CLIENT_SECRET must be set for a login by OAuth 2")
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise SettingsError("MAILBOT_OAUTH_TOKEN_URL: the secrets would go over the wire in the clear; use https://")
        return cls(token_url=url, client_id=client, **own)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """The files (PEM) by which a server knows us; without `key` it stands in `certificate` too."""

    certificate: Path
    key: Path | None = None

    def shown_in(self, context: ssl.SSLContext) -> None:
        """Servers that ask are shown it. Raises SettingsError: the files are not what they must be."""
        try:
            context.load_cert_chain(self.certificate, self.key, password="")  # never ask at the terminal
        except (OSError, ValueError) as error:
            names = " and ".join(str(each) for each in (self.certificate, self.key) if each)
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "they do not fit"
            raise SettingsError(
                f"MAILBOT_CLIENT_CERTIFICATE: {names} cannot be used ({reason}); "
                "it must be a certificate in PEM with its key, which has no password"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """
    A mail server and who we are there. The password is in no repr; `user` None means: no login.

    `way` "oauth" goes with `oauth`, "external" with `certificate`, which servers may want with a password too.
    """

    scheme: Scheme
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    way: Way = "password"
    oauth: OAuth | None = None
    certificate: ClientCertificate | None = None

    @property
    def on_loopback(self) -> bool:
        """Whether the server is this machine itself."""
        return is_loopback(self.host)

    @classmethod
    def parse(cls, url: str) -> Login:
        """
        Read `scheme://user:password@host:port`; user and password are percent-encoded (`%40` is `@`).

        `scheme+oauth://user@host` logs in by an access token, `scheme+external://user@host` by a client certificate.
        Without a port it is the scheme's own: 993, 143, 465, 587, 25.

        Raises:
            SettingsError: an unknown scheme, no host, a wrong port, a user without a password, or a
                plaintext scheme on a host that is not loopback. The password is never in the sentence.

        Source:
            RFC 3986, 3.2; RFC 8314 for the ports and against plaintext.
        """
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            raise SettingsError(f"is no address of a server; it looks like imaps://user:password@host:993; {ENCODED}") from None
        if "://" not in url:
            raise SettingsError(
                "is no address of a server; it looks like imaps://user:password@host or smtps://user:password@host"
            )
        scheme, way = _scheme(parts.scheme)
        if not host:
            raise SettingsError(f"names no host; it looks like {parts.scheme}://user:password@host")
        if port == 0 or any(map(str.isspace, host)):
            raise SettingsError(f"names no host and port that there can be; it looks like {scheme}://user:password@host:993")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise SettingsError(f"has something behind the host; {ENCODED}")
        if way == "password" and bool(parts.username) != bool(parts.password):
            raise SettingsError(f"needs user and password, or neither, before @{host}")
        if way != "password" and (not parts.username or parts.password):
            raise SettingsError(f"needs a user and no password before @{host}: {INSTEAD[way]}")
        if scheme in PLAINTEXT and not is_loopback(host):
            raise SettingsError(
                f"{scheme}:// sends the password in the clear to {host}; use {scheme}s:// or {scheme}+starttls://"
            )
        return cls(
            scheme=scheme,
            host=host,
            port=PORTS[scheme] if port is None else port,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            way=way,
        )


def _scheme(name: str) -> tuple[Scheme, Way]:
    ways: tuple[Way, ...] = ("oauth", "external")
    way: Way = next((each for each in ways if name.endswith(f"+{each}")), "password")
    scheme = next((known for known in PORTS if known == name.removesuffix(f"+{way}")), None)
    if scheme is None:
        raise SettingsError(f"unknown scheme '{name}', allowed: {', '.join(PORTS)}, each also with +oauth or +external")
    return scheme, way


def is_loopback(host: str) -> bool:
    """Whether that host, a name or an address, is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
