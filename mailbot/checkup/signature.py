"""Does what the bot signs hold? A mail is signed as they all are, and looked at as a receiver does. None is sent."""

from __future__ import annotations

from collections.abc import Iterator

from mailbot.checkup.domain import Ask, NoAnswer
from mailbot.checkup.finding import Finding, Said, fine, wrong
from mailbot.dkim import Dkim
from mailbot.mail.signing import holds, signed

PROBE = b"From: mailbot@%s\r\nSubject: check\r\n\r\ncheck\r\n"


def signature(by: Dkim, ask: Ask) -> Iterator[Finding]:
    """Whether the key that mails are signed by belongs to that in the DNS; nothing where none can be asked."""
    try:
        records = [text for text in ask(by.name) or () if "p=" in text]
    except NoAnswer:
        return
    what = Said(de=f"DKIM-Schlüssel {by.domain}", en=f"dkim key {by.domain}")
    if not records:
        yield wrong(
            what,
            de=f"Der Bot unterschreibt Mails, aber bei {by.name} steht kein Schlüssel: die Unterschrift gilt nicht. "
            f"Trag dort als TXT ein: {by.record}",
            en=f"the bot signs mails, but no key stands at {by.name}, so the signature does not hold; "
            f"add there as TXT: {by.record}",
        )
    elif len(records) > 1:
        yield wrong(
            what,
            de=f"Bei {by.name} stehen {len(records)} Schlüssel; dann gilt keiner sicher. Lass nur diesen stehen: {by.record}",
            en=f"at {by.name} stand {len(records)} keys, so none counts for certain; leave only this one: {by.record}",
        )
    elif not holds(signed(PROBE % by.domain.encode(), by), records[0]):
        yield wrong(
            what,
            de=f"Was bei {by.name} steht, gehört nicht zu MAILBOT_DKIM_KEY: die Unterschrift gilt nicht. Trag dort statt dessen "
            f"ein: {by.record} – oder nimm den Schlüssel, der dazugehört, oder für diesen einen anderen MAILBOT_DKIM_SELECTOR",
            en=f"what stands at {by.name} does not belong to MAILBOT_DKIM_KEY, so the signature does not hold; put there "
            f"instead: {by.record}; or set the key that belongs to it, or another MAILBOT_DKIM_SELECTOR for this one",
        )
    else:
        yield fine(
            what,
            de=f"was der Bot unterschreibt, gilt mit dem Schlüssel bei {by.name}",
            en=f"what the bot signs holds by the key at {by.name}",
        )
