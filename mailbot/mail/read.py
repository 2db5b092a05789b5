"""
Bytes to Mail (RFC 5322, MIME). Reads whatever arrives; what is broken is repaired or left out, and noted.

mail-parser gives the structure, the tree of parts. It gets only the header fields that describe the structure; all
fields are read from the raw bytes by `fields`, which repairs more, and so hostile headers cost nothing. Where it gives
up (multiparts that are never closed), the standard library, which it is built on, reads the tree.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from email.parser import BytesFeedParser
from itertools import islice

from mailparser import MailParser

from mailbot.mail.body import split
from mailbot.mail.fields import (
    Fields,
    addresses,
    all_addresses,
    date_of,
    decoded,
    fields_of,
    message_id_of,
    message_ids,
    return_path,
)
from mailbot.mail.markup import data_tables, html_to_text
from mailbot.mail.message import Address, Attachment, Body, Forwarded, Kind, Line, Mail
from mailbot.mail.plain import decode, tidy, unflowed, without_link_targets
from mailbot.mail.sheets import MAX_FILE, Content, is_spreadsheet, may_be_read, read_content, too_big
from mailbot.mail.workbook import MAX_ROWS

logging.getLogger("mailparser").setLevel(logging.CRITICAL)  # what it complains of stands in Mail.defects

MAX_RAW = 30_000_000  # bytes of a mail that are looked at
PIECE = 100_000  # bytes that the parser gets at once
MAX_PARTS = 500
MAX_DELIMITERS = 2_000  # lines that start with --, or blocks of a delivery report
MAX_BOUNDARIES = 200
MAX_DEPTH = 30
MAX_NESTED = 2  # mails attached to mails
MAX_TEXT = 200_000  # characters of a text part
MAX_ATTACHED = 100_000  # characters of all text that is attached
MAX_HTML = 10_000_000  # characters, most of them pictures
MAX_LINES = 5_000
MAX_LINE = 5_000  # characters

TOO_MANY = "not all attached files were opened: there are too many, or one of them cannot be read"

_DELIMITER = re.compile(rb"\n--")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_TYPE = re.compile(r"[!-.0-~]+/[!-.0-~]+")
_STRUCTURE = re.compile(r"content-|mime-version$", re.I)


def read(raw: bytes, *, with_content: bool = False) -> Mail:
    """
    Read one mail as the server hands it out.

    Args:
        raw: the bytes, any line ends. Of huge ones only the first MAX_RAW bytes are looked at.
        with_content: give the bytes of what is attached, too.

    Returns:
        The mail. Never raises, whatever the bytes are: what was broken stands in `defects`.

    Source:
        RFC 5322 (fields, addresses, ids), RFC 2045-2047 and 2231 (MIME), RFC 3676 (format=flowed).
    """
    return _read(raw, nested=0, allowance=_Allowance(content=with_content))


def structure(raw: bytes) -> Message:
    """The tree of parts of a mail, for those who need more than its text and files. Never raises."""
    return _tree(*fields_of(raw[:MAX_RAW], []), [])


def _read(raw: bytes, *, nested: int, allowance: _Allowance) -> Mail:
    notes: list[str] = []
    looked_at = raw[:MAX_RAW]
    if len(raw) > MAX_RAW:
        notes.append(f"only the first {MAX_RAW} of {len(raw)} bytes were read")
    fields, content = fields_of(looked_at, notes)
    tree = _tree(fields, content, notes)
    parts = _Parts(notes=notes, nested=nested, allowance=allowance)
    parts.take(tree)
    headers = tuple((name, decoded(value, notes)) for name, value in fields)
    first = dict(reversed([(name.lower(), value) for name, value in fields]))
    sender = (addresses(first.get("from", ""), notes) or (Address(),))[0]
    subject = decoded(first.get("subject", ""), notes)
    body = split("\n".join(parts.texts).strip("\n"), subject=subject, author=sender.name)
    return Mail(
        message_id=message_id_of(fields),
        in_reply_to=message_ids(first.get("in-reply-to", "")),
        references=message_ids(first.get("references", "")),
        sender=sender,
        reply_to=addresses(first.get("reply-to", ""), notes),
        to=all_addresses(fields, "to", notes),
        cc=all_addresses(fields, "cc", notes),
        subject=subject,
        date=date_of(first.get("date", ""), notes),
        return_path=return_path(first.get("return-path")),
        body=_with_attached(body, parts.mails, subject),
        attachments=tuple(parts.attachments),
        attached=tuple(parts.mails),
        media_types=tuple(parts.media_types),
        headers=headers,
        size=len(raw),
        defects=tuple(dict.fromkeys(notes)),
    )


# --- the tree of parts


def _tree(fields: Fields, content: bytes, notes: list[str]) -> Message:
    seen = set()
    head = []
    for name, value in fields:
        if _STRUCTURE.match(name) and name.lower() not in seen:
            seen.add(name.lower())
            head.append(f"{name}: {value}".encode("utf-8", "replace"))
    structure = b"\r\n".join([*head, b"", b""])
    content = _few_parts(_within_reach(head, content), notes)
    if sum(each.lower().count(b"boundary=") for each in (structure, content)) > MAX_BOUNDARIES:
        notes.append("the parts nest too deeply to be read")
        return _as_text(content)
    try:
        tree = _parsed(structure, content)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        notes.append("the parts nest too deeply to be read")
        return _as_text(content)
    if _is_deeper(tree, MAX_DEPTH):
        # The library writes each mail out anew that is attached to a mail: time grows with the square of the depth.
        notes.append("the parts nest too deeply to be looked through for defects")
        return tree
    try:
        notes.extend(sorted(MailParser(tree).defects_categories))
    except Exception:
        # Not ours to know which: it is the border to a parser that strangers feed.
        notes.append("the structure is broken")
    return tree


def _parsed(head: bytes, content: bytes) -> Message:
    """In pieces: of a whole mail the library makes a text first, with four bytes for each of its."""
    parser = BytesFeedParser()
    parser.feed(head)
    for start in range(0, len(content), PIECE):
        parser.feed(content[start : start + PIECE])
    return parser.close()


def _within_reach(head: list[bytes], content: bytes) -> bytes:
    """
    Of a mail that is nothing but a text, as much as is read of it: the parser would go through the rest line by line.

    Quoted-printable takes three bytes for one (RFC 2045, 6.7).
    """
    structure = b"\n".join(head).lower()
    is_text = b"content-disposition" not in structure and not re.search(rb"content-type:(?!\s*text/plain\b)", structure)
    return content[: 4 * MAX_TEXT] if is_text else content


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
    return _parsed(b"Content-Type: text/plain\r\n\r\n", content[:MAX_TEXT])


@dataclass(slots=True)
class _Allowance:
    """
    How much of what is attached may still be looked into, in the mail and all mails in it together.

    A spreadsheet may take long before it proves unreadable: after such a one no other is opened.
    """

    mails: int = 5
    files: int = 20
    spreadsheets: int = 3
    rows: int = MAX_ROWS
    characters: int = MAX_ATTACHED
    content: bool = False

    def open(self, name: str, media_type: str, part: Message) -> Content:
        """What the file says, as far as it is allowed; a defect tells of what is left out."""
        if not may_be_read(name, media_type):
            return Content()
        sheet = is_spreadsheet(name, media_type)
        if not (self.files and self.rows) or (sheet and not self.spreadsheets):
            return Content(defect=TOO_MANY)
        content = read_content(name, media_type, _payload(part))
        self.files -= content != Content()
        if sheet:
            self.spreadsheets = 0 if content.defect else self.spreadsheets - 1
        return self._within(content)

    def _within(self, content: Content) -> Content:
        tables = []
        for table in content.tables:
            tables.append(table[: self.rows])
            self.rows -= len(tables[-1])
        text = content.text[: self.characters]
        self.characters -= len(text)
        whole = text == content.text and sum(map(len, tables)) == sum(map(len, content.tables))
        defect = content.defect or ("" if whole else "what is attached is too long to be read to its end")
        return Content(tables=tuple(table for table in tables if table), text=text, defect=defect)


@dataclass(slots=True)
class _Parts:
    """What was found in the tree: texts in reading order, attachments, attached mails."""

    notes: list[str]
    nested: int
    allowance: _Allowance
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
            for child in children(part):
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
        for child in children(part):
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
        text = tidy(self._decoded(part, MAX_TEXT))
        if str(part.get_param("format", "", unquote=True)).lower() == "flowed":
            text = unflowed(text, delsp=str(part.get_param("delsp", "", unquote=True)).lower() == "yes")
        return without_link_targets(self._bounded(text))

    def _rendered(self, markup: str) -> str:
        return self._bounded(html_to_text(markup))

    def _html(self, part: Message) -> str:
        return tidy(self._decoded(part, MAX_HTML), keep_nbsp=True)

    def _decoded(self, part: Message, limit: int) -> str:
        payload = _payload(part)
        if len(payload) > limit:
            self.notes.append(f"only the first {limit} bytes of a text were read")
        return decode(payload[:limit], _charset(part), self.notes)

    def _bounded(self, text: str) -> str:
        lines = text.split("\n")
        if len(lines) > MAX_LINES:
            self.notes.append(f"only the first {MAX_LINES} lines of a text were read")
        if any(len(line) > MAX_LINE for line in lines):
            self.notes.append(f"a line was cut after {MAX_LINE} characters")
        return "\n".join(line[:MAX_LINE] for line in lines[:MAX_LINES])

    def _take_mail(self, part: Message, *, passed_on: bool) -> None:
        try:
            raw = b"".join(child.as_bytes() for child in children(part)) or _payload(part)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self.notes.append("an attached mail is broken")
            return
        if passed_on and self.nested < MAX_NESTED and self.allowance.mails:
            self.allowance.mails -= 1
            mail = _read(raw, nested=self.nested + 1, allowance=self.allowance)
            self.mails.append(mail)
            self.attachments.extend(mail.attachments)
        self.attachments.append(Attachment(name=_name(part, self.notes), media_type="message/rfc822", size=len(raw)))

    def _take_attachment(self, part: Message, media_type: str) -> None:
        name, size = _name(part, self.notes), _size(part)
        content = self.allowance.open(name, media_type, part) if size <= MAX_FILE else too_big(name, media_type)
        if content.defect:
            self.notes.append(content.defect)
        self.attachments.append(
            Attachment(
                name=name,
                media_type=media_type,
                size=size,
                tables=content.tables,
                text=content.text,
                content=_payload(part) if self.allowance.content else None,
                embedded=_is_embedded(part, media_type),
            )
        )


def children(part: Message) -> list[Message]:
    """The parts of a multipart or an attached mail; none of everything else, whose payload may not even be decodable."""
    return [child for child in part.get_payload() if isinstance(child, Message)] if part.is_multipart() else []


def _is_deeper(part: Message, depth: int) -> bool:
    level = [part]
    for _ in range(depth):
        level = [child for each in level for child in children(each)]
    return bool(level)


def _leaves(part: Message) -> Iterator[Message]:
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


def _media_type(part: Message) -> str:
    """What is no type is text (RFC 2045, 5.2)."""
    try:
        found = part.get_content_type().lower()
    except (ValueError, LookupError, TypeError, AttributeError):
        return "text/plain"
    return found if _TYPE.fullmatch(found) else "text/plain"


def _is_attachment(part: Message) -> bool:
    try:
        return _is_put_aside(part) or bool(part.get_filename())
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def _is_put_aside(part: Message) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def _is_embedded(part: Message, media_type: str) -> bool:
    try:
        return media_type.startswith("image/") and "Content-ID" in part and not _is_put_aside(part)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def _name(part: Message, notes: list[str]) -> str:
    """A file name without any folder, whatever the sender wrote."""
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        name = ""
    return re.split(r"[/\\]", decoded(name, notes))[-1].strip(". ")[:200]


def _size(part: Message) -> int:
    """Bytes of the decoded content; those of base64 (RFC 2045, 6.8) are counted, for a photo is decoded for nothing."""
    try:
        is_base64 = str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64"
        payload = part.get_payload() if is_base64 else None
    except (ValueError, LookupError, TypeError, AttributeError):
        payload = None
    if not isinstance(payload, str):
        return len(_payload(part))
    digits = len(payload) - sum(map(payload.count, "\r\n ="))
    return digits * 3 // 4


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
