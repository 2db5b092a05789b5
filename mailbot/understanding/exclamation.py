"""What stands at the beginning of an answer and only says how it is meant: "Prima, mache ich", "Okay – Admin ist Eva"."""

from __future__ import annotations

import re

from mailbot.understanding.lexicon import beginning, is_given_name

_ENDS = re.compile(r"\s*(?:[,;:!.…–—]+(?=\s)|!+$)|\s+-(?=\s)")
_GOES_ON = re.compile(r"\s*(?:,\s+[a-zäöüß]+(?![\w@.-])|[!…–—-]+\s+(?!\S*@))")
"""What follows in "Jo, mache ich" and "Roger! …", and not where a list begins: "Jo, Eva und Lea", "Jo, jo@…"."""


def without_exclamations(text: str, *, listed: bool = False) -> str:
    """
    The text with blanks for the exclamations before it, so that offsets stay.

    `listed`: a line of a list may begin with a name that is an exclamation besides ("Stark, Eva, eva@…").
    """
    start = 0
    while (said := beginning("exclamations").match(text, start)) and (end := _ENDS.match(text, said.end())):
        may_be_name = is_given_name(said[0]) or (listed and " " not in said[0].strip())
        if may_be_name and not _GOES_ON.match(text, said.end()):
            break
        start = end.end()
    return " " * start + text[start:]
