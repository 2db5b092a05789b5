"""
The expressions of rules.yaml and of the word lists: regular expressions in the spelling of people who write mails.

They are matched by PCRE2, which compiles and searches such long alternatives many times as fast as `re`, and gives up with
an error on an expression that would search for ever.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import pcre2

_UMLAUTS = {"ä": "(?:ä|ae)", "ö": "(?:ö|oe)", "ü": "(?:ü|ue)", "ß": "(?:ß|ss)"}


@cache
def pattern(*alternatives: str) -> pcre2.Pattern:
    """
    A matcher for any of the alternatives as whole words, without regard to case.

    `.*` stands for any letters of the same word (60 at most), a blank for any white space, and an umlaut (outside of brackets)
    also for its spelling "ae", "oe", "ue", "ss". No alternatives: matches nothing. Raises pcre2.PatternError.

    >>> bool(pattern("sprecher(in)?").search("Bin Sprecherin."))
    True
    """
    if not alternatives:
        return pcre2.compile(r"(?!)")
    parts = []
    for each in alternatives:
        each = each.replace(".*", r"[\w:*-]{0,60}").replace(" ?", r"\s*").replace(" ", r"\s+")
        parts.append(re.sub(r"\[[^\]]*\]|[äöüß]", lambda match: _UMLAUTS.get(match[0], match[0]), each))
    return pcre2.compile(rf"(?<![\w@])(?:{'|'.join(parts)})(?!\w)", pcre2.IGNORECASE)


_APART = "\n\0\n"
"""Between texts that are searched as one: no expression that is about words and blanks reaches over it."""


def places(matcher: pcre2.Pattern, texts: Mapping[int, str]) -> list[int]:
    """
    The keys of the texts in which it is found.

    All are searched at once before: a mail has many passages, and most of what is looked for stands in none of them.
    """
    if matcher.search(_APART.join(texts.values())) is None:
        return []
    return [at for at, text in texts.items() if matcher.search(text)]


def found(words: Sequence[str], text: str, *, not_if: Sequence[str] = ()) -> pcre2.Match | None:
    """The first of the words in the text, from which what matches `not_if` is blanked out before."""
    if not words:
        return None
    return pattern(*words).search(pattern(*not_if).sub(" ", text) if not_if else text)
