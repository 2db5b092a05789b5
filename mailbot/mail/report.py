"""What mail servers say about mails of ours that did not arrive."""

from __future__ import annotations

import email
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message

from mailbot.mail.message import Mail
from mailbot.mail.origin import Machine, rule_for
from mailbot.mail.part import children, payload_of, type_of
from mailbot.mail.structure import structure

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL + 1)  # it logs every mail that it fails to read

MAX_REPORT = 100_000  # bytes that are searched for the words of a delivery report


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """
    What a mail server says about a mail of ours.

    `permanent`: it will not be tried again. `recipients`: whom it did not reach, in lower case. `original`: the
    Message-ID of the mail concerned, without <>; "" if the report does not name it.
    """

    permanent: bool
    recipients: tuple[str, ...]
    original: str


def delivery_report(mail: Mail, raw: bytes) -> DeliveryReport | None:
    """
    Read which mail of ours did not arrive, and whom it should have reached.

    Args:
        mail, raw: the same mail, read and as bytes.

    Returns:
        None for everything that is no delivery report. Delays are reports that are not permanent. Never raises.

    Source:
        RFC 3464 (delivery status), RFC 6522 (multipart/report); flufl.bounce for servers that follow neither.
    """
    rule = rule_for(mail)
    if rule is None or rule.machine is not Machine.REPORT or "message/disposition-notification" in mail.media_types:
        return None
    tree = structure(raw)
    statuses = [block for part in _walk(tree) if type_of(part) == "message/delivery-status" for block in children(part)[:500]]
    failed = [block for block in statuses if _field(block, "Action") not in ("delivered", "relayed", "expanded")]
    recipients = tuple(dict.fromkeys(filter(None, map(_recipient, failed))))
    if recipients:
        permanent = any(_is_permanent(block) for block in failed if _recipient(block))
    else:
        temporary, hard = _bounced(raw)
        recipients = tuple(sorted(hard or temporary)) or _named(mail)
        permanent = bool(hard) or (not temporary and not _DELAY.search(mail.subject))
    return DeliveryReport(permanent=permanent, recipients=recipients, original=_original(mail, tree))


_DELAY = re.compile(r"delay|warning|verzöger|still being retried|noch nicht", re.I)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_EMBEDDED_ID = re.compile(r"^[>\s]*message-id:\s*<([^<>\s]+)>", re.I | re.M)


def _walk(tree: Message) -> Iterable[Message]:
    """The parts, to a bounded number; `Message.walk` recurses."""
    pending = [tree]
    seen = 0
    while pending and seen < 500:
        part = pending.pop(0)
        seen += 1
        yield part
        if type_of(part) != "message/delivery-status":
            pending.extend(children(part)[:500])


def _field(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip().lower()


def _recipient(block: Message) -> str:
    for name in ("Original-Recipient", "Final-Recipient"):
        found = _ADDRESS.search(_field(block, name).partition(";")[2])
        if found:
            return found[0]
    return ""


def _is_permanent(block: Message) -> bool:
    action = _field(block, "Action")
    return action == "failed" if action else _field(block, "Status").startswith("5")


def _bounced(raw: bytes) -> tuple[set[str], set[str]]:
    """Recipients of temporary and permanent failures, as flufl.bounce finds them; it raises on broken mails."""
    from flufl.bounce import all_failures  # with a module for each mail server of the world, which few mails need

    try:
        temporary, permanent = all_failures(email.message_from_bytes(raw[:MAX_REPORT]))
    except Exception:
        # Not ours to know which: it is the border to a parser that strangers feed.
        return set(), set()
    return {_lower(each) for each in temporary}, {_lower(each) for each in permanent}


def _lower(address: bytes | str) -> str:
    return (address.decode("utf-8", "replace") if isinstance(address, bytes) else address).lower()


def _named(mail: Mail) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ADDRESS.findall((mail.header("X-Failed-Recipients") or "").lower())))


def _original(mail: Mail, tree: Message) -> str:
    """The id in the copy of the mail that came back, in the text, or of the mail that the report answers."""
    for part in _walk(tree):
        if part is not tree and (found := re.search(r"<([^<>\s]+)>", _field_as_written(part, "Message-ID"))):
            return found[1]
        if type_of(part) == "text/rfc822-headers" and (found := _EMBEDDED_ID.search(_start_of(part))):
            return found[1]
    if found := _EMBEDDED_ID.search(mail.text):
        return found[1]
    return next(iter((*mail.in_reply_to, *reversed(mail.references))), "")


def _field_as_written(part: Message, name: str) -> str:
    return str(part.get(name, ""))


def _start_of(part: Message) -> str:
    return payload_of(part)[:200_000].decode("utf-8", "replace")
