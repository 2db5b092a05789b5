"""A letter as bytes for SMTP. Pure: the same letter and date give the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address as HeaderAddress
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from mailbot.errors import DeliveryError
from mailbot.mail.letter import Letter, Origin
from mailbot.mail.message import Address

REFERENCES_LENGTH = 1500
"""Characters; more breaks the threading of Outlook and the header limits of some servers."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FIELD_NAME = re.compile(r"[!-9;-~]+")  # ftext, RFC 5322, 3.6.8
_MSG_ID = re.compile(r"[!-;=?-~]{1,900}")  # without <>, blanks and what is not ASCII; fits into one line


class _MessageIds(UnstructuredHeader, BaseHeader):
    """
    Message-IDs, one a line. The library would fold ids of more than 78 characters into encoded words
    (RFC 2047 forbids them there), and no mail client finds the thread again.
    """

    def fold(self, *, policy: Policy[Any]) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(str(self).split()) + policy.linesep


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references"):
        registry.map_to_type(name, _MessageIds)
    return SMTP.clone(header_factory=registry)


_POLICY = _policy()


def compose(letter: Letter, *, date: datetime) -> bytes:
    """
    The letter as multipart/alternative in UTF-8, lines ended by CRLF and at most 998 bytes long.

    No value can start a header of its own: line ends and other control characters become a blank.
    `date` is aware. Of long References the first and the last ids stay, up to 1500 characters.

    Raises:
        DeliveryError: an address that mail cannot be sent to; `again` is False.
        ValueError: `letter.headers` names something that is no field name, or a field that stands there already.

    Source:
        RFC 5322, 2046, 2047; RFC 3834, section 5; [MS-OXCMAIL] 2.2.3.2.14 (X-Auto-Response-Suppress).
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _mailbox(letter.sender)
    mail["To"] = [_mailbox(address) for address in letter.to]
    if letter.reply_to:
        mail["Reply-To"] = _mailbox(letter.reply_to)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(date)
    for name, ids in _threading(letter):
        mail[name] = ids
    if letter.origin is not Origin.PERSON:
        mail["Auto-Submitted"] = letter.origin.value
        mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(_readable(letter.text), cte="quoted-printable")
    mail.add_alternative(_readable(letter.html), subtype="html", cte="quoted-printable")
    for name, value in letter.headers:
        if not _FIELD_NAME.fullmatch(name) or name in mail:
            raise ValueError(f"a letter cannot have the extra header {name!r}")
        mail[name] = one_line(value)
    # "=_" stands in no quoted-printable text, so the boundary cannot occur in a part (RFC 2045, 6.7).
    mail.set_boundary(f"=_{sha256(letter.message_id.encode(errors='replace')).hexdigest()[:32]}")
    return mail.as_bytes()


def one_line(value: str) -> str:
    """The value as it may stand in a header: line ends and other control characters become one blank."""
    return _whole(_CONTROL.sub(" ", value)).strip()


def _readable(text: str) -> str:
    """Line ends as they are inside Python, no NUL, no halves of characters."""
    return _whole(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))


def _whole(text: str) -> str:
    """Lone surrogates (left over from undecodable bytes) become U+FFFD: UTF-8 cannot say them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mailbox(address: Address) -> HeaderAddress:
    local, at, domain = one_line(address.email).rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        if not (at and local.isascii() and domain):
            raise ValueError(address.email)
        mailbox = HeaderAddress(one_line(address.name), addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, HeaderParseError):
        raise DeliveryError(f"'{one_line(address.email)}' is no address that mail can be sent to", again=False) from None
    return mailbox


def _threading(letter: Letter) -> list[tuple[str, str]]:
    parent = _ids([letter.in_reply_to or ""])
    references = _ids([*(id for id in letter.references if id != letter.in_reply_to), letter.in_reply_to or ""])
    fields = (("Message-ID", _ids([letter.message_id])), ("In-Reply-To", parent), ("References", shortened(references)))
    return [(name, " ".join(ids)) for name, ids in fields if ids]


def _ids(ids: Iterable[str]) -> list[str]:
    """In angle brackets; what cannot stand in a header as an id is left out."""
    bare = dict.fromkeys(id.strip().removeprefix("<").removesuffix(">") for id in ids)
    return [f"<{id}>" for id in bare if _MSG_ID.fullmatch(id)]


def shortened(ids: list[str]) -> list[str]:
    """The first id and as many of the last as fit into 1500 characters; the very last always stays."""
    if len(" ".join(ids)) <= REFERENCES_LENGTH:
        return ids
    first, rest, kept = ids[0], ids[1:], list[str]()
    room = REFERENCES_LENGTH - len(first)
    for id in reversed(rest):
        room -= len(id) + 1
        if room < 0:
            break
        kept.insert(0, id)
    return [first, *kept] if kept else ids[-1:]
