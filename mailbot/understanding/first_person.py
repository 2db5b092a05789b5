"""Where an author says that he or she is meant: "und ich", "Admin bin ich", "meine Wenigkeit"."""

from __future__ import annotations

import re
from functools import lru_cache

import pcre2

from mailbot.understanding.lexicon import is_unknown, listed

_ME = listed("me").pattern
_NEW_SENTENCE = rf"(?!\s*(?:{listed('goes_on').pattern}|(?!beide\b|gerne\b|alle\b)(?-i:[a-zäöüß]{{2,}}e)\b))"
"""After "und ich", a verb of the first person begins another statement: nobody is added by "und ich bitte um …"."""

_UNWILLING = r"[^,.;:!?]{0,25}\b(?:ungern|nicht|keinesfalls|niemals)\b"

_SELF = tuple(
    re.compile(expression, re.IGNORECASE)
    for expression in (
        rf"(?:^|[,;:(&+/–—-]\s*|{listed('couplings').pattern}\s+)(?:(?:dann|auch|noch|nur|bloß|halt|eben|sonst|natürlich|selbstverständlich|erstmal|vorerst|only|just)\s+)*(?P<me>{_ME}){_NEW_SENTENCE}",
        rf"{listed('takes_on').pattern}\s+(?:\w+\s+){{0,3}}?(?P<me>ich|isch)\b",
        rf"\b(?P<me>ich)\s+(?:selbst\s+|selber\s+)?{listed('takes_on').pattern}",
        rf"(?P<me>{listed('me_in_other_words').pattern})",
        rf"(?P<me>{_ME})\s+{listed('couplings').pattern}{_NEW_SENTENCE}",
        rf"\b{listed('to_take_on').pattern}\s+(?:würde|werde|will|möchte|kann|könnte|soll|dürfte)\s+(?P<me>ich|isch)\b(?!{_UNWILLING})",
        rf"\b(?:würde|werde|will|möchte|kann|könnte|soll|dürfte)\s+(?P<me>ich|isch)(?!{_UNWILLING})\s+(?:\w+\s+){{0,2}}?{listed('to_take_on').pattern}\b",
        r"\b(?P<me>i|ich)\s*,",
        r"\bum\s+(?P<me>mich)\b",
        r"\b(?:(?:liegt|läge|verbleibt|bleibt)\s+(?:\w+\s+){0,3}?bei|obliegt)\s+(?P<me>mir)\b",
        r"\b(?P<me>mir)\s+obliegt\b",
        r"\b(?:hinzu|dazu)\s+(?:komme|stoße|gehöre)\s+(?P<me>ich)\b",
        r"\b(?:wird|werden|würde|erfolgt|betreut|gepflegt|verwaltet)\b[^.;!?]{0,60}\b(?:von|durch)\s+(?P<me>mir|mich)\b(?=\s*(?:[,.;:!]|$|(?:und|sowie|selbst|betreut|gepflegt|verwaltet|übernommen|wahrgenommen|moderiert|organisiert)\b))",
        r"\b(?P<me>mich)\s+als\b",
        r"\b(?P<me>ich)\s+schreibe?\s+(?:die|da|dort|dann)\b",
        r"\b(?:erreich\w*|schreibt|schreib|mailt)\b.{0,20}\b(?P<me>mich|mir)\b(?=.{0,20}\bunter\b)",
        r"\b(?:machen|pflegen|betreuen|übernehmen) (?:würde[nt]?|werden|wollen|will) (?:das |es |sie )?(?P<me>ich)\b",
        r"\bum die (?P<me>ich) mich kümmere?\b",
        rf"\b(?:auch|außerdem|ferner|zudem|schließlich|wieder|eben|natürlich|selbstverständlich|\w+weise)\s+(?:auch\s+)?(?P<me>ich|mich|me)\b{_NEW_SENTENCE}",
    )
)
_MAYBE = pcre2.compile(rf"{_ME}|{listed('me_in_other_words').pattern}|\b(?:ich|isch|mich|mir|i|me)\b", pcre2.IGNORECASE)
"""One of these words stands in all that the expressions above match, and in few sentences."""
_BEN = re.compile(r"Ben(?=\s+[A-ZÄÖÜÇŞİ]|\s*[,(<:@]|\s+(?:und|and)\b)")
"""Turkish for "ich", and a name."""
_BEN_OF_A_LIST = re.compile(r"ben\s+(?P<surname>[^\W\d_]{3,})\s*(?:$|[(,;<:])")
_DENIED = re.compile(r"\b(?:nicht|not|kein|weder)(?:\s+(?:mehr|länger|more))?\s*$", re.IGNORECASE)


@lru_cache(1024)
def speaks_of_self(text: str) -> tuple[int, ...]:
    """The offsets at which the author says that he or she is meant; "nicht ich" is not."""
    if not _MAYBE.search(text):
        return ()
    found = {match.start("me") for expression in _SELF for match in expression.finditer(text)}
    return tuple(sorted(offset for offset in found if not _DENIED.search(text[:offset]) and not _is_called_ben(text, offset)))


def speaks_of_us(text: str) -> bool:
    """Whether authors speak of themselves and others: of a group that is theirs."""
    return _US.search(text) is not None


_US = re.compile(r"\b(?:wir|uns|unser\w*|we|our)\b", re.IGNORECASE)


def _is_called_ben(text: str, offset: int) -> bool:
    small = _BEN_OF_A_LIST.match(text, offset)
    return _BEN.match(text, offset) is not None or (small is not None and is_unknown(small["surname"].title()))
