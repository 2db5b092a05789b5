"""
What one part of a mail says of itself (MIME, RFC 2045 to 2047, 2183).

The library raises for much that strangers write; nothing here does: what cannot be read is nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from mailbot.mail.fields import decoded

MAX_PARTS = 500  # that are looked at
MAX_DEPTH = 30  # levels of parts in parts

_TYPE = re.compile(r"[!-.0-~]+/[!-.0-~]+")


def children(part: Message) -> list[Message]:
    """The parts of a multipart or an attached mail; none of everything else, whose payload may not even be decodable."""
    return [child for child in part.get_payload() if isinstance(child, Message)] if part.is_multipart() else []


def leaves(part: Message) -> Iterator[Message]:
    """The leaves below a part, to a bounded depth, without looking into attached mails."""
    level = [part]
    for _ in range(MAX_DEPTH):
        below: list[Message] = []
        for each in level[:MAX_PARTS]:
            for child in children(each)[:MAX_PARTS]:
                if child.is_multipart() and child.get_content_maintype() == "multipart":
                    below.append(child)
                else:
                    yield child
        level = below


def type_of(part: Message) -> str:
    """Its media type, in lower case. What is no type is text (RFC 2045, 5.2)."""
    try:
        found = part.get_content_type().lower()
    except (ValueError, LookupError, TypeError, AttributeError):
        return "text/plain"
    return found if _TYPE.fullmatch(found) else "text/plain"


def is_attachment(part: Message) -> bool:
    """Whether it is a file, and not what people read."""
    try:
        return _is_put_aside(part) or bool(part.get_filename())
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def _is_put_aside(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def is_embedded(part: Message, media_type: str) -> bool:
    """Whether it is a picture that stands in the text."""
    try:
        return media_type.startswith("image/") and "Content-ID" in part and not _is_put_aside(part)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def file_name(part: Message, notes: list[str]) -> str:
    """A file name without any folder, whatever the sender wrote."""
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        name = ""
    return re.split(r"[/\\]", decoded(name, notes))[-1].strip(". ")[:200]


def size_of(part: Message) -> int:
    """Bytes of the decoded content; those of base64 (RFC 2045, 6.8) are counted, for a photo is decoded for nothing."""
    try:
        is_base64 = str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64"
        payload = part.get_payload() if is_base64 else None
    except (ValueError, LookupError, TypeError, AttributeError):
        payload = None
    if not isinstance(payload, str):
        return len(payload_of(part))
    digits = len(payload) - sum(map(payload.count, "\r\n ="))
    return digits * 3 // 4


def payload_of(part: Message) -> bytes:
    """Its content, decoded."""
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def charset_of(part: Message) -> str:
    """What its text is written in, by its own words."""
    try:
        return part.get_content_charset("utf-8") or "utf-8"
    except (ValueError, LookupError, TypeError, AttributeError):
        return "utf-8"
