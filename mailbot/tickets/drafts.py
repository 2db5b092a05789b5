"""What leaves only when a person has looked at it, and when the bot is trusted to write by itself. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from mailbot.catalogue import Catalogue

AKIN = 0.5
"""So much of the words a changed draft shares with what it was; with less a person has written a mail of their own."""

COMPARED = 2_000
"""Words; what comes after them is not looked at."""

_LINK = re.compile(r"<(?:https?|mailto):[^<>\s]*>")
_WORD = re.compile(r"\w+")


class Fate(StrEnum):
    """What has become of a draft, by what was sent."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    REPLACED = "replaced"  # by a mail that a person wrote anew


def is_drafted(catalogue: Catalogue, service: str, mailbox: str, *, unchanged: int) -> bool:
    """
    Whether automatic mails about that service are drafts in that mailbox.

    What the service says counts before what the mailbox says, and that before the mode. `unchanged`: so many drafts
    of the service were sent as they were.
    """
    usual = "draft" if catalogue.mode == "draft" else "send"
    replies = catalogue.service(service).replies or catalogue.mailbox(mailbox).replies or usual
    enough = trusted_after(catalogue, service)
    return replies == "draft" and (enough is None or unchanged < enough)


def trusted_after(catalogue: Catalogue, service: str) -> int | None:
    """How many drafts of the service must be sent unchanged before it is trusted; None: it never is."""
    own = catalogue.service(service).trusted_after
    return catalogue.trusted_after if own is None else own


def fate(draft: Sequence[str], sent: Sequence[str]) -> Fate:
    """
    What was sent of a draft. Each is given as the texts that it may count as: its own words, the whole, its HTML.

    Spaces, marks and the addresses behind links do not count: mail programs write them anew.
    """
    drafted, left = [_words(text) for text in draft], [_words(text) for text in sent]
    if any(one and one == other for one in drafted for other in left):
        return Fate.UNCHANGED
    akin = max((SequenceMatcher(None, one, other, autojunk=False).ratio() for one in drafted for other in left), default=0.0)
    return Fate.CHANGED if akin >= AKIN else Fate.REPLACED


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_LINK.sub(" ", text).casefold())[:COMPARED])
