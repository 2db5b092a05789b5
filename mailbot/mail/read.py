"""
Bytes to Mail (RFC 5322, MIME). Reads whatever arrives; what is broken is repaired or left out, and noted.

mail-parser gives the structure: the tree of parts. It gets the header fields that describe the structure
only. All other fields are read here from the raw bytes, because mail-parser loses 8-bit characters in them
("Köln" becomes "Kln"), and so that hostile headers cost nothing. Where it gives up (multiparts that are never
closed), the standard library, which it is built on, reads the tree without its extras.
"""

from __future__ import annotations

import email
import email.errors
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import islice

import mailparser
from mailparser.utils import get_addresses

from mailbot.mail.body import split
from mailbot.mail.markup import data_tables, html_to_text
from mailbot.mail.message import Address, Attachment, Body, Forwarded, Kind, Line, Mail
from mailbot.mail.sheets import read_content

logging.getLogger("mailparser").setLevel(logging.CRITICAL)  # what it complains of stands in Mail.defects

MAX_RAW = 40_000_000  # bytes of a mail that are looked at
MAX_HEADER = 500_000  # bytes
MAX_FIELDS = 1_000
MAX_VALUE = 20_000  # characters of one header field
MAX_PARTS = 500
MAX_DELIMITERS = 2_000  # lines that start with --, or blocks of a delivery report
MAX_BOUNDARIES = 200
MAX_DEPTH = 30
MAX_NESTED = 2  # mails attached to mails
MAX_TEXT = 500_000  # characters of a text part
MAX_HTML = 10_000_000  # characters, most of them pictures
MAX_LINES = 10_000
MAX_LINE = 5_000  # characters

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\r\r")
_DELIMITER = re.compile(rb"\n--")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.S)
_STRUCTURE = re.compile(r"content-|mime-version$", re.I)
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,990})>")
_PLAIN_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_ONE_MAILBOX = re.compile(r"\s*([^<>]*?)\s*<\s*([^<>\s]+@[^<>\s]+?)\s*>\s*")
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\u00ad\u200b\u200c\u2060\u200e\u200f\u202a-\u202e]")
_NO_CHARSETS = re.compile(r"idna|punycode|undefined|mbcs|oem|(?:raw.)?unicode.escape")


def read(raw: bytes) -> Mail:
    """
    Read one mail as the server hands it out.

    Args:
        raw: the bytes, any line ends. Of huge ones only the first MAX_RAW bytes are looked at.

    Returns:
        The mail. Never raises, whatever the bytes are: what was broken stands in `defects`.

    Source:
        RFC 5322 (fields, addresses, ids), RFC 2045-2047 and 2231 (MIME), RFC 3676 (format=flowed).
    """
    return _read(raw, nested=0)


def structure(raw: bytes) -> Message:
    """The tree of parts of a mail, for those who need more than its text and files. Never raises."""
    return _tree(*_fields(raw[:MAX_RAW], []), [])


def _read(raw: bytes, *, nested: int) -> Mail:
    notes: list[str] = []
    looked_at = raw[:MAX_RAW]
    if len(raw) > MAX_RAW:
        notes.append(f"only the first {MAX_RAW} of {len(raw)} bytes were read")
    fields, content = _fields(looked_at, notes)
    tree = _tree(fields, content, notes)
    parts = _Parts(notes=notes, nested=nested)
    parts.take(tree)
    headers = tuple((name, _decoded(value, notes)) for name, value in fields)
    first = dict(reversed([(name.lower(), value) for name, value in fields]))
    sender = (_addresses(first.get("from", ""), notes) or (Address(),))[0]
    subject = _decoded(first.get("subject", ""), notes)
    body = split("\n".join(parts.texts).strip("\n"), subject=subject, author=sender.name)
    return Mail(
        message_id=(_ids(first.get("message-id", "")) or ("",))[0],
        in_reply_to=_ids(first.get("in-reply-to", "")),
        references=_ids(first.get("references", "")),
        sender=sender,
        reply_to=_addresses(first.get("reply-to", ""), notes),
        to=_all_addresses(fields, "to", notes),
        cc=_all_addresses(fields, "cc", notes),
        subject=subject,
        date=_date(first.get("date", ""), notes),
        return_path=_return_path(first.get("return-path")),
        body=_with_attached(body, parts.mails, subject),
        attachments=tuple(parts.attachments),
        media_types=tuple(parts.media_types),
        headers=headers,
        size=len(raw),
        defects=tuple(dict.fromkeys(notes)),
    )


# --- header fields


def _fields(raw: bytes, notes: list[str]) -> tuple[list[tuple[str, str]], bytes]:
    """The header fields, unfolded, as text but not yet decoded (RFC 2047); and what comes after them."""
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
    return [(name.decode("ascii"), _text_of(b"".join(value)).strip()[:MAX_VALUE]) for name, value in found[:MAX_FIELDS]], content


def _text_of(value: bytes) -> str:
    """Bytes of a header field: UTF-8 (RFC 6532) or, as old programs write it, Latin-1."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def _decoded(value: str, notes: list[str]) -> str:
    """A field's value with its encoded words (RFC 2047) decoded, on one line, without control characters."""
    if "=?" in value:
        try:
            pieces = decode_header(value)
        except (ValueError, LookupError, email.errors.MessageError):
            notes.append("an encoded word in the headers is broken")
            pieces = [(value, None)]
        value = "".join(
            piece if isinstance(piece, str) else _text(piece, charset or "latin-1", notes) for piece, charset in pieces
        )
    return " ".join(_UNWANTED.sub("", value).replace("\xa0", " ").split())


def _addresses(value: str, notes: list[str]) -> tuple[Address, ...]:
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
    shown = _decoded(name, notes).strip("'\" ")
    email_address = _UNWANTED.sub("", address).strip().lower()
    return Address(name="" if shown.lower() == email_address else shown, email=email_address)


def _all_addresses(fields: list[tuple[str, str]], name: str, notes: list[str]) -> tuple[Address, ...]:
    return tuple(each for key, value in fields if key.lower() == name for each in _addresses(value, notes))


def _ids(value: str) -> tuple[str, ...]:
    """Message-IDs without <>; of a field that has none in <>, the bare words that look like one."""
    found = _MESSAGE_ID.findall(value) or [word.strip("<>") for word in value.split() if "@" in word]
    return tuple(dict.fromkeys(_UNWANTED.sub("", each) for each in found if each))


def _date(value: str, notes: list[str]) -> datetime | None:
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        notes.append("the Date cannot be read")
        return None


def _return_path(value: str | None) -> str | None:
    if value is None:
        return None
    found = _PLAIN_ADDRESS.search(value)
    return found[0].lower() if found else ""


# --- the tree of parts


def _tree(fields: list[tuple[str, str]], content: bytes, notes: list[str]) -> Message:
    seen = set()
    head = []
    for name, value in fields:
        if _STRUCTURE.match(name) and name.lower() not in seen:
            seen.add(name.lower())
            head.append(f"{name}: {value}".encode("utf-8", "replace"))
    raw = b"\r\n".join([*head, b"", _few_parts(content, notes)])
    if raw.lower().count(b"boundary=") > MAX_BOUNDARIES:
        notes.append("the parts nest too deeply to be read")
        return _as_text(content)
    try:
        parser = mailparser.parse_from_bytes(raw)
        notes.extend(sorted(parser.defects_categories))
        tree: Message = parser.message
        return tree
    except Exception:
        # Not ours to know which: it is the border to a parser that strangers feed.
        notes.append("the structure is broken")
    try:
        return email.message_from_bytes(raw)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        notes.append("the parts nest too deeply to be read")
        return _as_text(content)


def _few_parts(content: bytes, notes: list[str]) -> bytes:
    """Cut behind more parts than anybody reads, because the parser builds them all; likewise for the blocks of a report."""
    status = content.lower().find(b"message/delivery-status")
    ends = [
        next(islice(_DELIMITER.finditer(content), MAX_DELIMITERS, None), None),
        None if status < 0 else next(islice(_BLANK_LINE.finditer(content, status), MAX_DELIMITERS, None), None),
    ]
    end = min((found.start() for found in ends if found), default=len(content))
    if end < len(content):
        notes.append("too many parts: the rest was not read")
    return content[:end]


def _as_text(content: bytes) -> Message:
    return email.message_from_bytes(b"Content-Type: text/plain\r\n\r\n" + content[:MAX_TEXT])


@dataclass(slots=True)
class _Parts:
    """What was found in the tree: texts in reading order, attachments, attached mails."""

    notes: list[str]
    nested: int
    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    media_types: list[str] = field(default_factory=list)

    def take(self, part: Message, depth: int = 0, *, shown: bool = True, reported: bool = False) -> None:
        """
        `shown`: its text is what people read; False below a part that is another version of what is read already.
        `reported`: it belongs to a delivery report, so an attached mail is a copy of ours and nobody passes it on.
        """
        if len(self.media_types) >= MAX_PARTS or depth > MAX_DEPTH:
            self.notes.append(f"more than {MAX_PARTS} parts or {MAX_DEPTH} levels: the rest was not read")
            return
        media_type = _media_type(part)
        self.media_types.append(media_type)
        if media_type == "message/rfc822":
            self._take_mail(part, passed_on=not reported)
        elif media_type == "multipart/alternative":
            self._take_alternative(part, depth, shown=shown)
        elif part.is_multipart():
            for child in _children(part):
                self.take(child, depth + 1, shown=shown, reported=reported or media_type == "multipart/report")
        elif media_type in ("text/plain", "text/html") and not _is_attachment(part):
            if shown:
                self.texts.append(self._plain(part) if media_type == "text/plain" else self._rendered(self._html(part)))
        else:
            self._take_attachment(part, media_type)

    def _take_alternative(self, part: Message, depth: int, *, shown: bool) -> None:
        plain = next((leaf for leaf in _leaves(part) if _media_type(leaf) == "text/plain" and not _is_attachment(leaf)), None)
        html = next((leaf for leaf in _leaves(part) if _media_type(leaf) == "text/html" and not _is_attachment(leaf)), None)
        if shown and (plain or html):
            self.texts.append(self._best(plain, html))
            shown = False
        for child in _children(part):
            self.take(child, depth + 1, shown=shown)

    def _best(self, plain: Message | None, html: Message | None) -> str:
        text = self._plain(plain) if plain is not None else ""
        if html is None:
            return text
        markup = self._html(html)
        if text.strip() and not any(_torn(table, text) for table in data_tables(markup)):
            return text
        return self._rendered(markup) or text

    def _plain(self, part: Message) -> str:
        text = _tidy(self._decoded(part, MAX_TEXT))
        if str(part.get_param("format", "", unquote=True)).lower() == "flowed":
            text = _unflowed(text, delsp=str(part.get_param("delsp", "", unquote=True)).lower() == "yes")
        return _without_link_targets(self._bounded(text))

    def _rendered(self, markup: str) -> str:
        return self._bounded(html_to_text(markup))

    def _html(self, part: Message) -> str:
        return _tidy(self._decoded(part, MAX_HTML), keep_nbsp=True)

    def _decoded(self, part: Message, limit: int) -> str:
        payload = _payload(part)
        if len(payload) > limit:
            self.notes.append(f"only the first {limit} bytes of a text were read")
        return _text(payload[:limit], _charset(part), self.notes)

    def _bounded(self, text: str) -> str:
        lines = text.split("\n")
        if len(lines) > MAX_LINES:
            self.notes.append(f"only the first {MAX_LINES} lines of a text were read")
        if any(len(line) > MAX_LINE for line in lines):
            self.notes.append(f"a line was cut after {MAX_LINE} characters")
        return "\n".join(line[:MAX_LINE] for line in lines[:MAX_LINES])

    def _take_mail(self, part: Message, *, passed_on: bool) -> None:
        try:
            raw = b"".join(child.as_bytes() for child in _children(part)) or _payload(part)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self.notes.append("an attached mail is broken")
            return
        if passed_on and self.nested < MAX_NESTED:
            mail = _read(raw, nested=self.nested + 1)
            self.mails.append(mail)
            self.attachments.extend(mail.attachments)
        self.attachments.append(Attachment(name=_name(part, self.notes), media_type="message/rfc822", size=len(raw)))

    def _take_attachment(self, part: Message, media_type: str) -> None:
        name, data = _name(part, self.notes), _payload(part)
        content = read_content(name, media_type, data)
        if content.defect:
            self.notes.append(content.defect)
        self.attachments.append(
            Attachment(name=name, media_type=media_type, size=len(data), tables=content.tables, text=content.text)
        )


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _leaves(part: Message) -> Iterator[Message]:
    """The leaves below a part, to a bounded depth, without looking into attached mails."""
    level = [part]
    for _ in range(MAX_DEPTH):
        below: list[Message] = []
        for each in level[:MAX_PARTS]:
            for child in _children(each)[:MAX_PARTS]:
                if child.is_multipart() and child.get_content_maintype() == "multipart":
                    below.append(child)
                else:
                    yield child
        level = below


def _media_type(part: Message) -> str:
    try:
        return part.get_content_type().lower()
    except (ValueError, LookupError, TypeError, AttributeError):
        return "text/plain"


def _is_attachment(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or bool(part.get_filename())
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def _name(part: Message, notes: list[str]) -> str:
    """A file name without any folder, whatever the sender wrote."""
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        name = ""
    return re.split(r"[/\\]", _decoded(name, notes))[-1].strip(". ")[:200]


def _payload(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return b""
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset("utf-8") or "utf-8"
    except (ValueError, LookupError, TypeError, AttributeError):
        return "utf-8"


def _text(payload: bytes, charset: str, notes: list[str]) -> str:
    """Bytes as text: by the charset that is named, else UTF-8, else Windows-1252."""
    named = charset.split("*")[0].strip().lower()
    named = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8"}.get(named, named)
    for candidate in (named, "utf-8"):
        if _NO_CHARSETS.fullmatch(candidate):
            continue
        try:
            return payload.decode(candidate)
        except (LookupError, UnicodeError, ValueError):
            notes.append(f"the charset {charset[:40]} is unknown or wrong")
    return payload.decode("cp1252", "replace")


# --- texts


def _tidy(text: str, *, keep_nbsp: bool = False) -> str:
    text = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if keep_nbsp else text.replace("\xa0", " ")


def _unflowed(text: str, *, delsp: bool) -> str:
    """RFC 3676: lines that end in a blank go on in the next line of the same quote depth."""
    joined: list[tuple[int, list[str]]] = []
    flowing = False
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        signature = content == "-- "
        goes_on = content.endswith(" ") and not signature
        if not (flowing and joined[-1][0] == depth and not signature):
            joined.append((depth, []))
        joined[-1][1].append(content[:-1] if goes_on and delsp else content)
        flowing = goes_on
    return "\n".join(f"{'>' * depth} {''.join(parts)}".rstrip() if depth else "".join(parts) for depth, parts in joined)


_MAILTO = re.compile(r"([^\s<>]+@[^\s<>]+?)[ ]?<mailto:([^<>\s]+)>", re.I)
_NAMED_MAILTO = re.compile(r"<mailto:([^<>\s?]+)[^<>\s]*>", re.I)
_LINK_TARGET = re.compile(r"(?<=\S)<https?://[^<>\s]*>|(?<=\S) (?=<https?://[^<>\s]*>)(?:<https?://[^<>\s]*>)", re.I)


def _without_link_targets(text: str) -> str:
    """Outlook writes "anna@x.example <mailto:anna@x.example>" and "Text<https://…>"; the targets go."""
    if "<" not in text:
        return text
    text = _MAILTO.sub(lambda found: found[1], text)
    text = _NAMED_MAILTO.sub(lambda found: f"<{found[1]}>", text)
    return _LINK_TARGET.sub("", text)


def _torn(table: tuple[tuple[str, ...], ...], text: str) -> bool:
    """Do the cells of most rows stand on different lines of the plain text?"""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    rows = [[cell for cell in row if cell] for row in table]
    wide = [row for row in rows if len(row) >= 2][:50]
    torn = sum(1 for row in wide if not any(all(cell in line for cell in row) for line in lines))
    return torn * 2 > len(wide)


def _with_attached(body: Body, mails: list[Mail], subject: str) -> Body:
    """A mail that has hardly any words of its own passes on the mail that is attached to it."""
    own = sum(len(line.text) for line in body.of(Kind.OWN))
    if not mails or body.forwarded or own > 400:
        return body
    passed_on = mails[0]
    start = len(body.lines)
    lines = tuple(replace(line, number=start + line.number) for line in passed_on.body.lines)
    forwarded = Forwarded(author=passed_on.sender, subject=passed_on.subject, lines=lines)
    shown = tuple(Line(number=line.number, text=line.text, kind=Kind.FORWARDED, depth=line.depth) for line in lines)
    return Body(lines=(*body.lines, *shown), forwarded=forwarded)
