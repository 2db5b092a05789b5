"""The expressions of rules.yaml and of the word lists: regular expressions in the spelling of people who write mails."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

_UMLAUTS = {"ä": "(?:ä|ae)", "ö": "(?:ö|oe)", "ü": "(?:ü|ue)", "ß": "(?:ß|ss)"}


@cache
def pattern(*alternatives: str) -> re.Pattern[str]:
    """
    A matcher for any of the alternatives as whole words, without regard to case.

    `.*` stands for any letters of the same word, a blank for any white space, and an umlaut (outside of brackets)
    also for its spelling "ae", "oe", "ue", "ss". No alternatives: matches nothing. Raises re.error.

    >>> bool(pattern("sprecher(in)?").search("Bin Sprecherin."))
    True
    """
    if not alternatives:
        return re.compile(r"(?!)")
    parts = []
    for each in alternatives:
        each = each.replace(".*", r"[\w:*-]*").replace(" ?", r"\s*").replace(" ", r"\s+")
        parts.append(re.sub(r"\[[^\]]*\]|[äöüß]", lambda match: _UMLAUTS.get(match[0], match[0]), each))
    return re.compile(rf"(?<![\w@])(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def found(words: Sequence[str], text: str, *, not_if: Sequence[str] = ()) -> re.Match[str] | None:
    """The first of the words in the text, from which what matches `not_if` is blanked out before."""
    return pattern(*words).search(pattern(*not_if).sub(" ", text))
