"""Where authors say that they take somebody's place, or that their address goes for somebody who has none."""

from __future__ import annotations

import re

import pcre2

from mailbot.understanding.lexicon import listed

_SETTLED = rf"(?:\s+{listed('settled').pattern})*"
_AS = r"(?:\s+(?:als|an|in|im|bei|auf)\s+[^.,;!?]{1,40}?|\s+(?:für\s+\w+|ein|rein|drauf|dazu))*"
_END = r"(?=\s*(?:[.,;!)]|$)|\s+(?:und|aber|denn|weil)\b)"
_DO = r"\b(?:mache?|übernehme?|pflege?|betreue?)"

_MINE = r"\s+meine(?:\s+(?:e-?mail-?|mail-?)?(?:adresse|mail))?"

_STEPS_IN = pcre2.compile(
    "|".join(
        (
            rf"{_DO}{_SETTLED}\s+(?:ich|isch|ichs|ich's){_SETTLED}{_AS}{_SETTLED}{_END}",  # "das mach ich selbst"
            rf"\bich{_SETTLED}\s+(?:übernehme?|mach'?s|{_DO}\s+(?:das|es|ihn|sie|(?:den|die|das|seine[nr]?|ihre[nr]?)\s+\w+))"
            rf"{_SETTLED}{_AS}{_SETTLED}{_END}",
            rf"\bich{_SETTLED}\s+(?:springe?|rücke?)\b[^.,;!?]{{0,30}}\b(?:ein|nach)\b{_END}",
            rf"\b(?:nehmt|nimm|tragt|setzt)(?:\s+(?!nicht)\w+){{0,4}}?\s+mich{_SETTLED}{_AS}{_SETTLED}{_END}",
            rf"\b(?:dafür|stattdessen|dann|sondern){_SETTLED}\s+(?:ich|mich){_SETTLED}{_AS}{_END}",
            r"\b(?:i'll|i will)\s+(?:do|take)\s+(?:it|that|this|over)\b",
        )
    ),
    pcre2.IGNORECASE,
)

_LENDS = pcre2.compile(
    rf"\b(?:nehmt|nimm|nehmen\s+sie|nutzt|nutz|benutzt|tragt|notiert){_SETTLED}{_MINE}(?:\s+ein\b|{_SETTLED}){_END}"
    rf"|\b(?:könnt|könnten|dürft)(?:\s+ihr)?{_SETTLED}{_MINE}{_SETTLED}\s+(?:nehmen|nutzen|benutzen|eintragen){_END}|\b(?:use|take|put)\s+mine\b",
    pcre2.IGNORECASE,
)

_DEPENDS = re.compile(rf"{listed('depends').pattern}[^.;:!?]*$", re.IGNORECASE)


def steps_in(text: str) -> bool:
    """
    Whether the author takes the place of somebody who leaves.

    >>> steps_in("Das übernehme ich selbst."), steps_in("Ich mache mich auf die Suche.")
    (True, False)
    """
    return _is_stated(_STEPS_IN, text)


def lends_address(text: str) -> bool:
    """
    Whether the author's address goes for somebody else.

    >>> lends_address("Er hat keine, nehmt einfach meine."), lends_address("Tragt noch nicht meine ein.")
    (True, False)
    """
    return _is_stated(_LENDS, text)


def _is_stated(matcher: pcre2.Pattern, text: str) -> bool:
    """Not only asked, and not told to depend on something ("ob ich das übernehme")."""
    said = matcher.search(text)
    return said is not None and not text.rstrip().endswith("?") and _DEPENDS.search(text, 0, said.start()) is None
