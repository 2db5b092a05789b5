"""
Our own Message-IDs: each says which ticket it belongs to and to whom it went, and proves it.

    KV-1042.m.1f0c9a.<recipient tag>.<mac>@example.org

A reply names the id in In-Reply-To or References and so finds its ticket; nobody without the key can
make one up. The recipient tag lets a mail that answers the id prove that its author got exactly that
mail: an id that leaks to somebody else proves nothing about somebody else. The tag of a mail that goes to several
is that of all of them together, so it proves none of them: each has the id, and could write in the name of another.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

SECRET_BYTES = 32

DIGEST = "digest"
"""What stands in place of a ticket's key in the Message-ID of a digest or notice."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_DOMAIN = re.compile(r"[A-Za-z0-9.-]+")
_OURS = re.compile(
    r"<?(?P<signed>(?P<key>[\w-]+)\.(?P<role>[msi])\.(?P<nonce>[\w-]+)\.(?P<tag>[a-z2-7]{16}))\.(?P<mac>[a-z2-7]{26})@(?P<domain>[\w.-]+)>?",
    re.ASCII,
)
_LONGEST = 998  # a line of a mail is not longer (RFC 5322, 2.1.1); spares the MAC for rubbish


class Role(StrEnum):
    """As whom the recipient got the mail."""

    MEMBER = "m"
    STAFF = "s"
    INTERNAL = "i"  # staff, for their own information: words in answer to it are for nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What one of our Message-IDs stands for: a ticket's key, or "digest"."""

    key: str
    role: Role


def make_message_id(
    key: str, role: Role, recipient: str, *, copies: Sequence[str] = (), nonce: str, domain: str, secret: bytes
) -> str:
    """
    A Message-ID, without `<>`, for the mail about ticket `key` to `recipient` (an address, any case) and those in copy.

    `nonce` makes the id unique; it and `key` consist of letters, digits, `-` and `_`.

    Raises:
        ValueError: such a part holds something else, or the secret is shorter than 32 bytes.

    Source:
        RFC 5322, 3.6.4 (msg-id); RFC 2104, section 5 (HMAC-SHA-256 cut to its first 128 bits, the
        recipient tag to its first 80 bits).
    """
    if len(secret) < SECRET_BYTES:
        raise ValueError(f"the secret has {len(secret)} bytes, it needs at least {SECRET_BYTES}")
    if not (_PLAIN.fullmatch(key) and _PLAIN.fullmatch(nonce) and _DOMAIN.fullmatch(domain)):
        raise ValueError(f"no Message-ID can be made of {key!r}, {nonce!r}, {domain!r}")
    signed = f"{key}.{role}.{nonce}.{_recipient_tag(nonce, (recipient, *copies), secret)}"
    return f"{signed}.{_mac(signed, domain, secret)}@{domain}"


def thread_of(message_id: str, secrets: Sequence[bytes]) -> Thread | None:
    """
    Read which ticket and which role one of our own Message-IDs stands for.

    Args:
        message_id: one id as it stands in In-Reply-To or References, with or without `<>`.
        secrets: MAILBOT_SECRET, and former ones that still count.

    Returns:
        The thread, or None for everything that is not ours: foreign ids, a wrong or shortened
        MAC. Whatever a mail contains, this does not raise. The comparison takes the same time
        wherever the MAC differs.
    """
    found = next(_proven(message_id, secrets), None)
    if found is None:
        return None
    match, _ = found
    return Thread(key=match["key"], role=Role(match["role"]))


def was_sent_to(message_id: str, address: str, secrets: Sequence[bytes], *, copies: Sequence[str] = ()) -> bool:
    """Whether the id is ours and proves that this address (any case) got the mail, and beside these nobody. Never raises."""
    return any(
        hmac.compare_digest(match["tag"], _recipient_tag(match["nonce"], (address, *copies), secret))
        for match, secret in _proven(message_id, secrets)
    )


def _proven(message_id: str, secrets: Sequence[bytes]) -> Iterator[tuple[re.Match[str], bytes]]:
    match = _OURS.fullmatch(message_id.strip()) if len(message_id) <= _LONGEST else None
    if match is None:
        return
    for secret in secrets:
        if hmac.compare_digest(match["mac"], _mac(match["signed"], match["domain"], secret)):
            yield match, secret


def _mac(signed: str, domain: str, secret: bytes) -> str:
    return _digest(secret, "message-id", signed, domain.lower())[:26]


def _recipient_tag(nonce: str, recipients: Sequence[str], secret: bytes) -> str:
    return _digest(secret, "recipient", nonce, *sorted(each.strip().lower() for each in recipients))[:16]


def _digest(secret: bytes, *parts: str) -> str:
    """In lower-case base 32, five bits a character. The first part keeps the uses of one key apart."""
    words = "\0".join(parts).encode("utf-8", "surrogatepass")
    return b32encode(hmac.digest(secret, words, sha256)).decode("ascii").lower()
