"""A mail that we send, as a value: rendered words and the headers that depend on them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbot.mail.message import Address


class Origin(StrEnum):
    """Value of Auto-Submitted (RFC 3834, section 5), or none for a person's own words."""

    REPLIED = "auto-replied"  # an automatic answer to a mail
    GENERATED = "auto-generated"  # staff mail, digest
    PERSON = "no"  # staff's words passed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    Ready to be composed: text and HTML say the same.

    `message_id`, `in_reply_to` and `references` stand without angle brackets.
    """

    message_id: str
    sender: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    html: str
    origin: Origin
    reply_to: Address | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
