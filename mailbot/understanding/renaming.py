"""A known person's name told anew: "heißt Maier mit ai", "Friederikes Nachname ist Holz", "schreibt sich Tariq"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rapidfuzz import fuzz

from mailbot.understanding.correction import places
from mailbot.understanding.lexicon import is_no_name, is_noun, listed
from mailbot.understanding.names import WORD, as_written
from mailbot.understanding.request import Person

_SURNAME = re.compile(r"\b(?:nach|familien|zu)name[ns]?\b|\b(?:surname|last name|family name)\b", re.IGNORECASE)
_GIVEN = re.compile(r"\b(?:vor|ruf)name[ns]?\b|\b(?:given|first) name\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:nicht|statt|anstatt|früher|vorher|not|instead of)\s+(?:mehr\s+)?$", re.IGNORECASE)
_ABOUT_ELSE = re.compile(r"[.;:!?@]|\b(?:gruppe|ov|ag|pg|adresse)\b", re.IGNORECASE)
_ALIKE = 60
"""Of 100 (rapidfuzz): so near are two spellings of one name."""


def renamed(person: Person, text: str) -> Person:
    """The person as one sentence or list line spells the name now; the same person where it says nothing of it."""
    told = listed("renaming").search(text)
    if told is None or not any(_is_told_of(text[end : told.start()]) for _, end in places(person, text) if end <= told.end()):
        return person
    for name in _names_behind(text, told.start()):
        part = _part(person, name, text)
        known = getattr(person, part) if part else None
        if part and known and name.lower() != known.lower() and (part == "surname" or _alike(name, known) or _GIVEN.search(text)):
            return replace(person, **{part: as_written(name)})
    return person


def _is_told_of(between: str) -> bool:
    """What stands between a name and the words that rename speaks of nothing else."""
    return len(between) < 50 and not _ABOUT_ELSE.search(between)


def _names_behind(text: str, start: int) -> Iterator[str]:
    for word in WORD.finditer(text, start):
        name = word[0].strip(".")
        if (
            name[:1].isupper()
            and not is_no_name(name)
            and not listed("renaming").fullmatch(name)
            and not _DENIED.search(text[: word.start()])
        ):
            yield name


def _part(person: Person, name: str, text: str) -> str | None:
    """Which part of the name is meant: the one that is called so, or the one it resembles."""
    if _SURNAME.search(text):
        return "surname"
    if _GIVEN.search(text):
        return "given"
    near = {part: fuzz.ratio(name.lower(), value.lower()) for part in ("given", "surname") if (value := getattr(person, part))}
    best = max(near, key=lambda part: near[part])
    if near[best] >= _ALIKE:
        return best
    return None if is_noun(name) or person.given is None else "surname"


def _alike(name: str, known: str) -> bool:
    return fuzz.ratio(name.lower(), known.lower()) >= _ALIKE
