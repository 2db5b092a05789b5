"""What makes a mail the same mail, whichever way it came. Cheap, and never fails: it runs before anything is read."""

from __future__ import annotations

import re
from email.parser import BytesHeaderParser
from hashlib import sha256

from mailbot.mail.fields import MAX_HEADER, fields_of, message_id_of
from mailbot.store.inbound import Identity

WRITTEN_BY_THE_AUTHOR = ("From", "Date", "Subject", "Message-ID")

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


def identity_of(raw: bytes) -> Identity:
    """
    Message-ID and SHA-256 of body and author's headers.

    Servers on the way add headers (Received, Delivered-To) and may change line ends; neither counts.
    """
    head, _, body = _split(raw)
    headers = BytesHeaderParser().parsebytes(head)
    values = [" ".join(str(headers.get(name, "")).split()) for name in WRITTEN_BY_THE_AUTHOR]
    digest = sha256("\0".join(values).encode("utf-8", "surrogatepass"))
    digest.update(b"\0" + b"\n".join(body.split(b"\r\n")).rstrip(b"\n"))
    fields, _ = fields_of(raw[:MAX_HEADER], [])
    return Identity(message_id=message_id_of(fields), sha256=digest.hexdigest())


def _split(raw: bytes) -> tuple[bytes, bytes, bytes]:
    match = _END_OF_HEADERS.search(raw)
    return (raw, b"", b"") if match is None else (raw[: match.start()], match[0], raw[match.end() :])
