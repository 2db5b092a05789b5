"""Bytes to Mail (RFC 5322, MIME). Reads whatever arrives; what is broken is repaired or left out, and noted."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from email.message import Message

from mailbot.mail.body import split
from mailbot.mail.fields import (
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
from mailbot.mail.part import (
    MAX_DEPTH,
    MAX_PARTS,
    charset_of,
    children,
    file_name,
    is_attachment,
    is_embedded,
    leaves,
    payload_of,
    size_of,
    type_of,
)
from mailbot.mail.plain import decode, tidy, unflowed, without_link_targets
from mailbot.mail.sheets import MAX_FILE, Content, is_spreadsheet, may_be_read, read_content, too_big
from mailbot.mail.structure import MAX_RAW, MAX_TEXT, tree_of
from mailbot.mail.workbook import MAX_ROWS

MAX_NESTED = 2  # mails attached to mails
MAX_ATTACHED = 100_000  # characters of all text that is attached
MAX_HTML = 10_000_000  # characters, most of them pictures
MAX_LINES = 5_000
MAX_LINE = 5_000  # characters

TOO_MANY = "not all attached files were opened: there are too many, or one of them cannot be read"


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


def _read(raw: bytes, *, nested: int, allowance: _Allowance) -> Mail:
    notes: list[str] = []
    looked_at = raw[:MAX_RAW]
    if len(raw) > MAX_RAW:
        notes.append(f"only the first {MAX_RAW} of {len(raw)} bytes were read")
    fields, content = fields_of(looked_at, notes)
    tree = tree_of(fields, content, notes)
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
        content = read_content(name, media_type, payload_of(part))
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
        media_type = type_of(part)
        self.media_types.append(media_type)
        if media_type == "message/rfc822":
            self._take_mail(part, passed_on=not reported)
        elif media_type == "multipart/alternative":
            self._take_alternative(part, depth, shown=shown)
        elif part.is_multipart():
            for child in children(part):
                self.take(child, depth + 1, shown=shown, reported=reported or media_type == "multipart/report")
        elif media_type in ("text/plain", "text/html") and not is_attachment(part):
            if shown:
                self.texts.append(self._plain(part) if media_type == "text/plain" else self._rendered(self._html(part)))
        else:
            self._take_attachment(part, media_type)

    def _take_alternative(self, part: Message, depth: int, *, shown: bool) -> None:
        plain = next((leaf for leaf in leaves(part) if type_of(leaf) == "text/plain" and not is_attachment(leaf)), None)
        html = next((leaf for leaf in leaves(part) if type_of(leaf) == "text/html" and not is_attachment(leaf)), None)
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
        payload = payload_of(part)
        if len(payload) > limit:
            self.notes.append(f"only the first {limit} bytes of a text were read")
        return decode(payload[:limit], charset_of(part), self.notes)

    def _bounded(self, text: str) -> str:
        lines = text.split("\n")
        if len(lines) > MAX_LINES:
            self.notes.append(f"only the first {MAX_LINES} lines of a text were read")
        if any(len(line) > MAX_LINE for line in lines):
            self.notes.append(f"a line was cut after {MAX_LINE} characters")
        return "\n".join(line[:MAX_LINE] for line in lines[:MAX_LINES])

    def _take_mail(self, part: Message, *, passed_on: bool) -> None:
        try:
            raw = b"".join(child.as_bytes() for child in children(part)) or payload_of(part)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            self.notes.append("an attached mail is broken")
            return
        if passed_on and self.nested < MAX_NESTED and self.allowance.mails:
            self.allowance.mails -= 1
            mail = _read(raw, nested=self.nested + 1, allowance=self.allowance)
            self.mails.append(mail)
            self.attachments.extend(mail.attachments)
        self.attachments.append(Attachment(name=file_name(part, self.notes), media_type="message/rfc822", size=len(raw)))

    def _take_attachment(self, part: Message, media_type: str) -> None:
        name, size = file_name(part, self.notes), size_of(part)
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
                content=payload_of(part) if self.allowance.content else None,
                embedded=is_embedded(part, media_type),
            )
        )


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
