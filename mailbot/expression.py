"""
The expressions of rules.yaml and of the word lists: regular expressions in the spelling of people who write mails.

They are matched by PCRE2, which compiles and searches such long alternatives many times as fast as `re`, and gives up with
an error on an expression that would search for ever.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate, islice
from sys import maxsize

import pcre2

_MEANT = {"ä": "(?:ä|ae)", "ö": "(?:ö|oe)", "ü": "(?:ü|ue)", "ß": "(?:ß|ss)", "(": "(?:"}
"""What is written in an expression, and what is meant: nobody asks for groups, and without them a search is quicker."""


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
        each = each.replace("(.*)?", ".*")  # which may be no letter anyhow, and is not tried twice
        each = each.replace(".*", r"[\w:*-]{0,60}").replace(" ?", r"\s*").replace(" ", r"\s+")
        parts.append(re.sub(r"\[[^\]]*\]|\\.|\((?![?*])|[äöüß]", lambda match: _MEANT.get(match[0], match[0]), each))
    return pcre2.compile(rf"(?<![\w@])(?:{'|'.join(parts)})(?!\w)", pcre2.IGNORECASE)


_APART = "\n\0\n"
"""Between texts that are searched as one: no expression that is about words and blanks reaches over it."""


_MANY = 6
"""Matches of which it takes longer to see where they lie than to search every text."""


class Texts:
    """
    Texts by their places, which are searched as one before each is.

    A mail has many passages, and most of what is looked for stands in none of them.
    """

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._texts = texts
        self._whole = _APART.join(texts.values())

    def __getitem__(self, at: int) -> str:
        """The text at a place."""
        return self._texts[at]

    def places(self, matcher: pcre2.Pattern) -> list[int]:
        """Those of the texts in which it is found, in order."""
        return [at for at in self._likely(matcher) if matcher.search(self._texts[at])]

    def _likely(self, matcher: pcre2.Pattern) -> Iterable[int]:
        """Where it can be found: where a match of the whole lies, which may begin in one text and end in the next."""
        if _looks_at_ends(matcher.pattern):
            return self._texts
        matches = tuple(islice(matcher.finditer(self._whole), _MANY))
        if not matches:
            return ()
        if len(matches) == _MANY:
            return self._texts
        places = tuple(self._texts)
        ends = tuple(accumulate(len(text) + len(_APART) for text in self._texts.values()))
        near = {at for match in matches for at in places[bisect_right(ends, match.start()) : bisect_right(ends, match.end()) + 1]}
        return (at for at in places if at in near)


@lru_cache(1024)
def _looks_at_ends(expression: str) -> bool:
    """Whether "^" or "$" may mean where a text begins or ends: not in a text of several."""
    return "$" in expression or "^" in expression.replace("[^", "")


def found(words: Sequence[str], text: str, *, not_if: Sequence[str] = ()) -> pcre2.Match | None:
    """The first of the words in the text, from which what matches `not_if` is blanked out before."""
    if not words:
        return None
    if not_if and pattern(*not_if).search(text):  # mostly it is not there, and this is quicker than blanking nothing out
        text = pattern(*not_if).sub(" ", text)
    return pattern(*words).search(text)


@dataclass(frozen=True, slots=True)
class Marked:
    """
    An expression of `re` that fits nothing without one of some marks, as an address has an "@".

    Most texts have none, which is seen in a fiftieth of the time of a search.
    """

    marks: Sequence[str]
    expression: re.Pattern[str]

    @property
    def pattern(self) -> str:
        """The expression as it is written."""
        return self.expression.pattern

    def may_fit(self, text: str) -> bool:
        """Whether a mark stands in the text."""
        return any(map(text.__contains__, self.marks))

    def search(self, text: str, start: int = 0, end: int = maxsize) -> re.Match[str] | None:
        """As of `re`."""
        return self.expression.search(text, start, end) if self.may_fit(text) else None

    def match(self, text: str) -> re.Match[str] | None:
        """As of `re`."""
        return self.expression.match(text) if self.may_fit(text) else None

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """As of `re`."""
        return self.expression.fullmatch(text) if self.may_fit(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """As of `re`."""
        return self.expression.finditer(text) if self.may_fit(text) else iter(())

    def sub(self, by: str | Callable[[re.Match[str]], str], text: str) -> str:
        """As of `re`."""
        return self.expression.sub(by, text) if self.may_fit(text) else text

    def split(self, text: str) -> list[str]:
        """As of `re`, for an expression without groups."""
        return self.expression.split(text) if self.may_fit(text) else [text]
