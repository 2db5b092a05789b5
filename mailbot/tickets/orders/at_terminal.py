"""What staff read at the command line: there an order is typed as a command, not as a line of a mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from mailbot.tickets.orders.verbs import BY_WORD

CALLED: Mapping[str, str] = MappingProxyType({"field": "set", "forward": "move"})
"""Commands that are not called as their verbs are."""

ELSEWHERE = frozenset({"help", "take", "yes", "no", "export", "erase", "away", "back"})
"""The verbs that are no commands about a ticket."""

_WORDS = {word: verb.name for word, verb in BY_WORD.items() if verb.name not in ELSEWHERE}
_LONGEST_FIRST = "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
_ORDER = re.compile(rf"#({_LONGEST_FIRST})\b(?: ([A-Z]{{1,8}}-\d{{1,9}}))?", re.IGNORECASE)


def as_commands(sentence: str, key: str | None) -> str:
    """The sentence with `mailbot reopen KV-1042` where it names "#wieder-auf"; `key`: the ticket that it is about."""

    def command(found: re.Match[str]) -> str:
        verb, other = _WORDS[found[1].lower()], found[2]
        about = (key, other) if verb == "merge" else (other or key,)
        return " ".join(filter(None, ("mailbot", CALLED.get(verb, verb), *about)))

    return _ORDER.sub(command, sentence)
