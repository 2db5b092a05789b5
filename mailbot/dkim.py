"""By which domain, selector and key outgoing mails are signed (RFC 6376), as it stands in the settings."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat, load_pem_private_key

from mailbot.errors import SettingsError

LEAST = 1024
"""Bits of an RSA key that receivers must take (RFC 8301, 3.2); 2048 are usual."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dkim:
    """`key` is an RSA key in PEM, in no repr; receivers look for its public half in the DNS."""

    domain: str
    selector: str
    key: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """Where in the DNS its public half stands."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """What stands there as TXT (RFC 6376, 3.6.1)."""
        public = load_pem_private_key(self.key, None).public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={b64encode(der).decode()}"

    @classmethod
    def of(cls, domain: str | None, selector: str | None, key: str | None) -> Dkim:
        """
        From the three settings; a domain with umlauts is taken as the DNS has it.

        Raises SettingsError: one is missing or is not what it must be.
        """
        given = {"MAILBOT_DKIM_DOMAIN": domain, "MAILBOT_DKIM_SELECTOR": selector, "MAILBOT_DKIM_KEY": key}
        missing = [name for name, value in given.items() if not value]
        if not domain or not selector or not key:
            raise SettingsError(f"{' and '.join(missing)} must be set, too, for mails to be signed")
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            raise SettingsError(f"MAILBOT_DKIM_DOMAIN: '{domain}' is no domain; it looks like verein.example") from None
        for name, value in (("MAILBOT_DKIM_DOMAIN", domain), ("MAILBOT_DKIM_SELECTOR", selector)):
            if not _NAME.fullmatch(value):
                raise SettingsError(f"{name}: '{value}' cannot stand in the DNS; use letters, digits, '-' and '.'")
        return cls(domain=domain, selector=selector, key=_pem(key))


def _pem(key: str) -> bytes:
    try:
        found = load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError):  # TypeError: it has a password
        raise SettingsError(
            "MAILBOT_DKIM_KEY: is no private key in PEM without a password; name its file by MAILBOT_DKIM_KEY_FILE"
        ) from None
    if not isinstance(found, RSAPrivateKey) or found.key_size < LEAST:
        raise SettingsError(f"MAILBOT_DKIM_KEY: an RSA key of at least {LEAST} bits is needed; 2048 are usual")
    return found.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
