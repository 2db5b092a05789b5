"""Signing a mail by DKIM (RFC 6376), at the moment of sending; and whether that holds."""

from __future__ import annotations

import dkim

from mailbot.dkim import Dkim
from mailbot.errors import DeliveryError

FIELDS = (
    b"from",
    b"sender",
    b"reply-to",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"auto-submitted",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
)
"""What a reader sees or a program acts upon (RFC 6376, 5.4.1), as far as a mail has it."""


def signed(raw: bytes, by: Dkim) -> bytes:
    """
    The mail with a signature before it: rsa-sha256, relaxed/relaxed, for folding and blanks may change on the way.

    From is named once more than it stands there, so that nobody can add a second one (section 8.15).

    Raises DeliveryError: it cannot be signed.
    """
    try:
        mail = dkim.DKIM(raw)
        there = {name.lower() for name, _ in mail.headers}
        signature: bytes = mail.sign(
            by.selector.encode("ascii"),
            by.domain.encode("ascii"),
            by.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[*(name for name in FIELDS if name in there), b"from"],
        )
    except dkim.DKIMException as error:
        raise DeliveryError(f"the mail cannot be signed for {by.domain} ({error}); see MAILBOT_DKIM_KEY", again=True) from error
    return signature + raw


def holds(raw: bytes, record: str) -> bool:
    """Whether the signature of that mail holds for a receiver who finds this record in the DNS."""
    return bool(dkim.verify(raw, dnsfunc=lambda _name, timeout=0: record.encode()))
