"""
Header fields from the raw bytes (RFC 5322): unfolded, decoded (RFC 2047), taken apart.

Not by mail-parser, which loses 8-bit characters in them ("Köln" becomes "Kln"); it still parses lists of addresses.
What is broken is repaired and noted in `notes`; nothing here raises.
"""

from __future__ import annotations

import email.errors
import re
from datetime import UTC, datetime
from email.header import decode_header
from email.utils import parsedate_to_datetime

from mailparser.utils import get_addresses

from mailbot.mail.message import Address, Mail
from mailbot.mail.plain import UNWANTED, decode

MAX_HEADER = 500_000  # bytes
MAX_FIELDS = 1_000
MAX_VALUE = 20_000  # characters of one header field
LONGEST_ID = 500  # characters of a Message-ID; an index of PostgreSQL takes no more than 2,704 bytes

Fields = list[tuple[str, str]]
"""Name as written and value, unfolded, in order."""

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\r\r")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.S)
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
_PLAIN_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_ONE_MAILBOX = re.compile(r"\s*([^<>]*?)\s*<\s*([^<>\s]+@[^<>\s]+?)\s*>\s*")


def fields_of(raw: bytes, notes: list[str]) -> tuple[Fields, bytes]:
    """The header fields, unfolded, as text but not yet decoded (RFC 2047); and the bytes that come after them."""
    raw = raw.lstrip()
    end = _END_OF_HEADERS.search(raw)
    head, content = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    if len(head) > MAX_HEADER:
        notes.append(f"only the first {MAX_HEADER} bytes of the headers were read")
        head = head[:MAX_HEADER]
    lines = re.split(rb"\r\n|\n|\r", head)
    found: list[tuple[bytes, list[bytes]]] = []
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t") and found:
            found[-1][1].append(line)
        elif match := _FIELD.fullmatch(line):
            found.append((match[1], [match[2]]))
        elif not (number == 0 and line.startswith((b"From ", b">From "))):
            notes.append("the headers end without a blank line")
            content = b"\r\n".join(lines[number:]) + b"\r\n\r\n" + content
            break
    if len(found) > MAX_FIELDS:
        notes.append(f"only the first {MAX_FIELDS} of {len(found)} header fields were read")
    return [
        (name.decode("ascii"), _wire_text(b"".join(value)).strip()[:MAX_VALUE]) for name, value in found[:MAX_FIELDS]
    ], content


def _wire_text(value: bytes) -> str:
    """Bytes of a header field: UTF-8 (RFC 6532) or, as old programs write it, Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def decoded(value: str, notes: list[str]) -> str:
    """A field's value with its encoded words (RFC 2047) decoded, on one line, without control characters."""
    if "=?" in value:
        try:
            pieces = decode_header(value)
        except (ValueError, LookupError, email.errors.MessageError):
            notes.append("an encoded word in the headers is broken")
            pieces = [(value, None)]
        value = "".join(
            piece if isinstance(piece, str) else decode(piece, charset or "latin-1", notes) for piece, charset in pieces
        )
    return " ".join(UNWANTED.sub("", value).replace("\xa0", " ").split())


def addresses(value: str, notes: list[str]) -> tuple[Address, ...]:
    """The mailboxes of an address field; of a broken one at least what looks like an address."""
    if not value:
        return ()
    if (one := _ONE_MAILBOX.fullmatch(value)) and one[1].count('"') in (0, 2):
        pairs = [(one[1].strip().strip('"').replace('\\"', '"'), one[2])]
    else:
        try:
            pairs = get_addresses(value, decode_names=True)
        except Exception:
            # Not ours to know which: it is the border to a parser that strangers feed.
            pairs = []
    found = [(name, address) for name, address in pairs if "@" in address]
    if not found and (bare := _PLAIN_ADDRESS.findall(value)):
        notes.append("an address field is broken")
        found = [("", address) for address in bare]
    return tuple(_address(name, address, notes) for name, address in found)


def _address(name: str, address: str, notes: list[str]) -> Address:
    shown = decoded(name, notes).strip("'\" ")
    email_address = UNWANTED.sub("", address).strip().lower()
    return Address(name="" if shown.lower() == email_address else shown, email=email_address)


def all_addresses(fields: Fields, name: str, notes: list[str]) -> tuple[Address, ...]:
    """The mailboxes of all fields of that name (lower case)."""
    return tuple(each for key, value in fields if key.lower() == name for each in addresses(value, notes))


def recipients_of(mail: Mail) -> tuple[str, ...]:
    """Each address that a mail goes to, in order; also of blind copies, which a copy in Sent shows (RFC 5322, 3.6.3)."""
    hidden = all_addresses(list(mail.headers), "bcc", [])
    return tuple(dict.fromkeys(each.email for each in (*mail.to, *mail.cc, *hidden) if each.email))


def message_ids(value: str) -> tuple[str, ...]:
    """Message-IDs without <>; of a field that has none in <>, the bare words that look like one."""
    found = _MESSAGE_ID.findall(value) or [word.strip("<>") for word in value.split() if "@" in word]
    return tuple(dict.fromkeys(UNWANTED.sub("", each)[:LONGEST_ID] for each in found if each))


def message_id_of(fields: Fields) -> str:
    """A mail's own, as those have it who answer it; "" where it has none."""
    field = next((value for name, value in fields if name.lower() == "message-id"), "")
    return next(iter(message_ids(field)), "")


def date_of(value: str, notes: list[str]) -> datetime | None:
    """The instant, aware and in UTC; a date without a zone counts as UTC."""
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        notes.append("the Date cannot be read")
        return None


def return_path(value: str | None) -> str | None:
    """None where the server wrote none or nonsense, "" for the null path (also as qmail writes it), else the address."""
    if value is None:
        return None
    if found := _PLAIN_ADDRESS.search(value):
        return found[0].lower()
    return "" if value.replace(" ", "") in ("", "<>", "<#@[]>") else None
