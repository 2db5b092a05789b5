"""
du or Sie: German texts say both, side by side, as in "danke für [deine|Ihre] Nachricht".

So every sentence stands once, and neither form can fall behind the other.
"""

from __future__ import annotations

import re
from typing import Literal

AddressAs = Literal["du", "sie"]

_TAG = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_BOTH = re.compile(r"\[([^\[\]|\n]*)\|([^\[\]|\n]*)\]")


class WrongChoice(ValueError):
    """Something with a `|` that is no choice. `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__("a choice between du and Sie is written [du|Sie], on one line and with nothing in {{ }} inside")
        self.line = line


def addressed(source: str, form: AddressAs) -> str:
    """
    The source of a template with one of both forms; what stands in tags stays as it is, and so does every line.

    Raises WrongChoice.
    """
    pieces = _TAG.split(source)
    for at in range(0, len(pieces), 2):
        pieces[at] = _BOTH.sub(r"\1" if form == "du" else r"\2", pieces[at])
    words = "".join(piece if at % 2 == 0 else "\n" * piece.count("\n") + "\0" for at, piece in enumerate(pieces))
    wrong = next((line for line, text in enumerate(words.split("\n"), start=1) if "|" in text.removeprefix("| ")), None)
    if wrong is not None:
        raise WrongChoice(wrong)
    return "".join(pieces)
