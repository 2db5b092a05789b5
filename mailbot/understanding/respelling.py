"""Names that are put right beside what was wrong: "Heißt Müller, nicht Miller", "Jo schreibt sich Joe", and turned round."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from mailbot.understanding.chosen import is_speaker
from mailbot.understanding.correction import is_replaced
from mailbot.understanding.lexicon import fold, is_german, is_no_name, listed
from mailbot.understanding.names import as_written
from mailbot.understanding.request import Guess, Person, Why
from mailbot.understanding.scene import Scene

_CALLED = re.compile(
    r"\b(?:hei(?:ß|ss)(?:t|e)|schreib(?:t|e)\s+(?:sich|mich)|is called|spelt|spelled|name is|mit\s+[a-zß]{1,3}(?=\W))",
    re.IGNORECASE,
)
_SWAPPED = re.compile(
    r"\b(?:vor-?\s?(?:und|/|&)\s?(?:nach|zu)?namen?|namen?|names)\b.{0,40}\b(?:vertauscht|verdreht|umgekehrt|swapped)\b",
    re.IGNORECASE,
)
_GIVEN = r"(?:\b(?:vor|ruf)namen?\b|\b(?:given|first) name\b)"
_NAMES = re.compile(r"\b(?:ist|is|lautet|hei(?:ß|ss)\w*|schreib\w*|statt|sondern)\b|[:=]|^(?:\S+\s+){0,3}\S+$", re.IGNORECASE)
""" "Mein Nachname ist Hand", not "Den Nachnamen hatte ich nicht zur Hand"."""
_SURNAME = r"(?:\b(?:nach|familien|zu)namen?\b|\bsurname\b|\b(?:last|family) name\b)"
_PARTS = re.compile(f"{_GIVEN}|{_SURNAME}", re.IGNORECASE)
_OF_MINE = re.compile(rf"\b(?:mein|my)\s+(?:{_PARTS.pattern})", re.IGNORECASE)
_WORD = re.compile(r"(?<![\w@.])[^\W\d_][\w'’-]*(?![\w@])")


def respelt(people: tuple[Person, ...], scene: Scene, guesses: Sequence[Guess]) -> tuple[tuple[Person, ...], Scene]:
    """The people under their right names, and the scene without the passages that say so: those take nobody out."""
    said = []
    for at, passage in enumerate(scene.passages):
        corrected = (
            _swapped(people, passage.text, guesses) or _turned(people, passage.text) or _put_right(people, passage.text, scene)
        )
        if corrected:
            people = corrected
            said.append(at)
    return people, _without(scene, said) if said else scene


def _without(scene: Scene, said: Sequence[int]) -> Scene:
    """Without these passages and whom they name; an address that stands elsewhere keeps the name that it got from there."""
    rest = scene.only([at for at in range(len(scene.passages)) if at not in said])
    return replace(rest, mentions=tuple(each for each in scene.mentions if each.place[0] not in said or each.person.email))


def _swapped(people: tuple[Person, ...], text: str, guesses: Sequence[Guess]) -> tuple[Person, ...] | None:
    if not _SWAPPED.search(text):
        return None
    doubted = [each.of for each in guesses if each.why is Why.ORDER]
    named = [each for each in people if _stands_in(each.given, text) or _stands_in(each.surname, text)]
    doubtful = [each for each in people if any(of and (of.given, of.surname) == (each.given, each.surname) for of in doubted)]
    meant = named or doubtful or list(people if len(people) == 1 else ())
    if not meant:
        return None
    return tuple(replace(each, given=each.surname, surname=each.given) if each in meant else each for each in people)


def _turned(people: tuple[Person, ...], text: str) -> tuple[Person, ...] | None:
    """ "Bo ist der Vorname", "Vorname Bo, Nachname Krüger", of Krüger Bo."""
    if not _PARTS.search(text):  # to make an expression of each name takes a hundred times as long
        return None
    for person in people:
        if person.given and person.surname and person.given != person.surname:
            given, surname = re.escape(person.surname), re.escape(person.given)
            said = (
                rf"\b{given}\s+(?:ist|is)\s+(?:\w+\s+)?{_GIVEN}|\b{surname}\s+(?:ist|is)\s+(?:\w+\s+)?{_SURNAME}"
                rf"|{_GIVEN}\s*(?:ist|is|:|=)?\s+{given}\b|{_SURNAME}\s*(?:ist|is|:|=)?\s+{surname}\b"
            )
            if re.search(said, text, re.IGNORECASE):
                return tuple(replace(each, given=each.surname, surname=each.given) if each == person else each for each in people)
    return None


def _put_right(people: tuple[Person, ...], text: str, scene: Scene) -> tuple[Person, ...] | None:
    """One part of one name becomes another word of the passage: what stands behind "nicht" goes, or what is alike."""
    found = [match for match in _WORD.finditer(text) if not is_no_name(match[0])]
    denied = {match[0].lower() for match in found if len(match[0]) > 1 and is_replaced(text, match.start())}
    called = _CALLED.search(text)
    told = [
        match[0]
        for match in found
        if match[0].lower() not in denied and match[0][:1].isupper() and not _PARTS.fullmatch(match[0])
    ]
    speaking = re.search(r"\b(?:ich|i|mein\w*|my)\b", text, re.IGNORECASE) is not None
    of_mine = _OF_MINE.search(text) is not None
    about = [
        each
        for each in people
        if (not of_mine and _stands_in(each.given, text)) or (speaking and is_speaker(each, scene.voice.person))
    ]
    for person in about or people:
        for part, name in (("surname", person.surname), ("given", person.given)):
            if not name:
                continue
            others = [word for word in told if word.lower().removesuffix("s") not in person.name.lower().split()]
            if name.lower() in denied and (called or part == "surname") and len(others) == 1 and _is_no_other(others[0], people):
                return _with(people, person, part, others[0])
            others = [word for word in others if not is_german(word) or _NAMES.search(text)]
            kind = _SURNAME if part == "surname" else _GIVEN
            if re.search(rf"(?<!\w){re.escape(name)}\s+(?:ist|is)\s+(?:\w+\s+){{0,2}}{kind}", text, re.IGNORECASE):
                continue  # "Bo ist der Vorname": so it was known
            if about == [person] and re.search(kind, text, re.IGNORECASE):
                return _with(people, person, part, others[-1]) if others and _is_no_other(others[-1], people) else None
            behind = [word for word in others if called and text.find(word) > called.start()]
            if called and not denied and about == [person] and len(behind) == 1:
                renamed = part == "surname" and _is_called_now(person, behind[0], text[called.end() :], text)
                if renamed or _alike(name, behind[0]):
                    return _with(people, person, part, behind[0])
    return None


def _is_called_now(person: Person, surname: str, behind: str, text: str) -> bool:
    """ "Eva heißt jetzt Groß", "… hat geheiratet und heißt inzwischen Eva Groß"; not "Evas Gruppe heißt jetzt Frieden"."""
    given = re.escape(person.given or "")
    now = re.match(rf"\s+(?:{listed('nowadays').pattern}\s+)+(?:{given}\s+)?{re.escape(surname)}(?!\w)", behind, re.IGNORECASE)
    return now is not None and re.search(rf"(?<!\w){given}(?!\w)", text, re.IGNORECASE) is not None


def _with(people: tuple[Person, ...], person: Person, part: str, name: str) -> tuple[Person, ...]:
    return tuple(replace(each, **{part: as_written(name)}) if each == person else each for each in people)


def _is_no_other(word: str, people: Sequence[Person]) -> bool:
    """ "Admin ist Anna, nicht Weiß": the one who is named instead is among the people, so nobody is renamed."""
    return not any(word.lower() in each.name.lower().split() for each in people)


def _alike(one: str, other: str) -> bool:
    """Nearly the same, or one is the other's beginning (Jo, Johanna)."""
    one, other = fold(one), fold(other)
    return fuzz.ratio(one, other) >= 60 or one.startswith(other) or other.startswith(one)


def _stands_in(name: str | None, text: str) -> bool:
    return bool(name) and re.search(rf"(?<!\w){re.escape(name or '')}s?(?![\w@])", text, re.IGNORECASE) is not None
