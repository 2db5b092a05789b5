"""
What stands below staff's words and is theirs alone: name, address, telephone, a favourite quotation.

`mail/signature.py` takes away what is a signature whoever wrote it. Here the writer is known, and so their own name
gives one away that nothing else would: without "-- ", without a greeting, in a table of an HTML mail.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.catalogue import Staff
from mailbot.tickets.greeting import is_farewell

AT_MOST = 14
"""Lines of a signature; below a name with more there are words."""

_SEPARATED = re.compile(r"\s*(?:$|[,;|/·•–—(-])")
_CONTACT = re.compile(
    r"@|\bwww\.|https?:|\b(?:tel|fon|fax|mobil|phone|straße|str\.|weg|platz)\b|\b\d{5}\b|\+?\d[\d /()-]{6,}", re.IGNORECASE
)
_QUOTATION = re.compile(r"\s*[\"„“”»«‚‘’'*_]")
_SENTENCE = re.compile(r".*\w.*[.!?…:]\s*$|\s*(?:p\.?\s?s\b|nachtrag|übrigens)", re.IGNORECASE)
_WORDS_AT_MOST = 7


def without_signature(words: str, by: Staff) -> str:
    """The words without the signature that begins with the name of who wrote them."""
    lines = words.splitlines()
    for at in range(len(lines) - 1, max(0, len(lines) - AT_MOST - 1), -1):
        if _is_own_name(lines[at], by) and _stands_apart(lines[:at]) and not any(map(_says_something, lines[at + 1 :])):
            return "\n".join(lines[:at]).rstrip()
    return words


def _is_own_name(line: str, by: Staff) -> bool:
    """Their whole name, with what belongs to it behind a stroke; or one of their names alone."""
    said, name = line.strip(" *_").casefold(), by.name.casefold()
    return (said.startswith(name) and _SEPARATED.match(said[len(name) :]) is not None) or said.strip(" ,.") in name.split()


def _stands_apart(above: Sequence[str]) -> bool:
    """A name amid a list of names is none that signs."""
    last = next((line for line in reversed(above) if line.strip()), "")
    return (not above[-1].strip() or is_farewell(above[-1].strip(" ,"))) and not last.rstrip().endswith(":")


def _says_something(line: str) -> bool:
    """Whether it could be meant for the member: a sentence, a postscript, the head of a list."""
    if _QUOTATION.match(line) or _CONTACT.search(line):
        return False
    return _SENTENCE.match(line) is not None or len(line.split()) > _WORDS_AT_MOST
