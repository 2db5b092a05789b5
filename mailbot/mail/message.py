"""A mail as values: what its bytes say, in the words of RFC 5322. No effects, no policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Table = tuple[tuple[str, ...], ...]
"""Rows of cells, as text; rows may differ in length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox (RFC 5322, 3.4): the display name as written (decoded, may be empty), the address in lower case."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """
    A part that is not the text of the mail.

    `tables` holds what an XLSX, ODS, XLS, CSV, TSV or DOCX part or a vCard says as rows (a vCard gives
    the header row Vorname, Nachname, E-Mail and one row a card); `text` what a DOCX or text part says
    besides its tables. Both are empty for everything else; nothing is ever unpacked to disk. `content` is None where
    the bytes were not asked for. `embedded`: a picture that the text shows in its place (RFC 2392), as signatures do.
    """

    name: str
    media_type: str
    size: int
    tables: tuple[Table, ...] = ()
    text: str = ""
    content: bytes | None = field(default=None, repr=False)
    embedded: bool = False


class Kind(StrEnum):
    """What a line of a mail's text is."""

    OWN = "own"  # the author's own new words
    QUOTED = "quoted"  # somebody's earlier words
    ATTRIBUTION = "attribution"  # "Am … schrieb …:", "Von: … Gesendet: …"
    SIGNATURE = "signature"  # name, office, phone below the author's words
    FOOTER = "footer"  # "Von meinem iPhone gesendet", disclaimers, list footers
    FORWARDED = "forwarded"  # words of a mail that is passed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the text, `>` marks removed. `number` counts from 1 in the mail's whole text."""

    number: int
    text: str
    kind: Kind
    depth: int = 0  # how often it is quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """
    A mail that another mail passes on: its author and its own words (same Line numbers).

    `text` is all that stands below its header, with the marks of quotes; "" where it is attached (`Mail.attached`).
    """

    author: Address
    subject: str
    lines: tuple[Line, ...]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The readable text, line by line; nothing is left out, `kind` is a hint."""

    lines: tuple[Line, ...] = ()
    forwarded: Forwarded | None = None

    def of(self, *kinds: Kind) -> tuple[Line, ...]:
        """The lines of these kinds, in order."""
        return tuple(line for line in self.lines if line.kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """
    What the bytes of one mail say.

    Message-IDs stand without angle brackets. `return_path` is None where the server wrote none, "" for the
    null path `<>`. `attached` are the mails that are attached as such (message/rfc822), which `attachments` names too.
    `media_types` lists all parts, the outermost first. `defects` names what was broken and repaired or given up;
    reading never fails. No text has NUL or halves of surrogate pairs.
    """

    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: Address = Address()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    date: datetime | None = None  # aware, UTC
    return_path: str | None = None
    body: Body = Body()
    attachments: tuple[Attachment, ...] = ()
    attached: tuple[Mail, ...] = ()
    media_types: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()  # (name as written, decoded value), in order
    size: int = 0
    defects: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first header field of that name (any case), or None."""
        return next(iter(self.all(name)), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Every header field of that name (any case), in order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def text(self) -> str:
        """The whole readable text."""
        return "\n".join(line.text for line in self.body.lines)
