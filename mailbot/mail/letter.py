"""A mail that we send, as a value: rendered words and the headers that depend on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbot.mail.message import Address


class Origin(StrEnum):
    """Whose words a mail carries; `submitted` is what Auto-Submitted says of it (RFC 3834, section 5)."""

    REPLIED = "auto-replied"  # an automatic answer to a mail
    GENERATED = "auto-generated"  # staff mail, digest
    PERSON = "person"  # staff's words, passed on as an answer

    @property
    def submitted(self) -> str:
        """The keyword of Auto-Submitted: staff's words, too, are sent by a program that wants no automatic answer."""
        return Origin.REPLIED.value if self is Origin.PERSON else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Something that is attached: a name without any folder, what it is ("text/csv"), and its bytes."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    Ready to be composed: text and HTML say the same.

    `message_id`, `in_reply_to` and `references` stand without angle brackets.
    """

    message_id: str
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    subject: str
    text: str
    html: str
    origin: Origin
    reply_to: Address | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()
