"""Whether a mail speaks of somebody, in whatever way its text and its attachments are encoded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message

from mailbot.mail.message import Mail
from mailbot.mail.read import read

BLANKS = r"\s+"
_PACKED = re.compile(rb"content-transfer-encoding:\s*(?:base64|quoted-printable)", re.IGNORECASE)


def wanted(addresses: Iterable[str], names: Iterable[str] = ()) -> re.Pattern[str]:
    """A matcher for these addresses and names, whole and in any case: `anna@x.example` is not `johanna@x.example`."""
    parts = [rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)" for address in addresses if address]
    parts += [rf"(?<!\w){BLANKS.join(map(re.escape, name.split()))}(?!\w)" for name in names if name.strip()]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def speaks_of(raw: bytes, who: re.Pattern[str]) -> bool:
    """
    Whether an address stands anywhere in the mail: in its headers, text, or an attachment that the bot can read.

    Quick: most mails are not read for it. Never raises.
    """
    if not _PACKED.search(raw):
        return who.search(raw.decode("utf-8", "replace")) is not None
    try:
        parts = list(message_from_bytes(raw).walk())
        if any(who.search(text) for part in parts for text in _of_part(part)):
            return True
        plain = all(part.get_content_maintype() in ("text", "multipart") and not part.get_filename() for part in parts)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        plain = False
    return not plain and says(read(raw), who)


def _of_part(part: Message) -> Iterator[str]:
    """Its headers, and its text unpacked: in quoted-printable an address may be broken into two lines."""
    yield from (str(value) for value in part.values())
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        yield payload.decode("utf-8", "replace")


def says(mail: Mail, who: re.Pattern[str]) -> bool:
    """Whether a mail that has been read speaks of them, in its headers or in any word of it."""
    return any(who.search(text) for text in _texts(mail))


def _texts(mail: Mail) -> Iterator[str]:
    yield mail.text
    yield from (value for _, value in mail.headers)
    for each in mail.attachments:
        yield each.name
        yield each.text
        yield from (cell for table in each.tables for row in table for cell in row)
