"""Who speaks in a mail: the one that "ich" means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.mail.message import Address, Line
from mailbot.understanding.first_person import speaks_of_self
from mailbot.understanding.lexicon import fold, is_ever_given_name, is_german, is_given_name, is_no_name, listed, word_set
from mailbot.understanding.names import WORD, names_in, split_name
from mailbot.understanding.passage import ADDRESS, Passage, texts_of
from mailbot.understanding.request import Person

_CLOSING = re.compile(r"^(?:i\. ?a\.|i\. ?v\.|gez\.|ppa\.)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """The author of a mail as a person, as far as the mail tells. The address is that of the From header."""

    person: Person
    closing: tuple[str, ...] = ()  # lines of the signature


def voice_of(author: Address, passages: Sequence[Passage], signature: Sequence[Line]) -> Voice:
    """
    The author's name from an introduction in the text, else the signature, else the From header.

    Only a name with both parts counts from text and signature, unless nothing else says more.
    """
    header = _from_header(author)
    closing = tuple(line.text.strip() for line in signature if line.text.strip())
    candidates = [
        *(person for at in texts_of(passages).places(listed("introductions")) for person in _introduced(passages[at].text)),
        *(person for passage in passages for person in _beside_me(passage.text, author)),
        *_signed(closing, author, header),
        header,
    ]
    complete = next((each for each in candidates if each.given and each.surname), None)
    partial = complete or next((each for each in candidates if each.given or each.surname), Person())
    return Voice(person=replace(partial, email=author.email or None), closing=closing)


def _introduced(text: str) -> list[Person]:
    found = []
    for match in listed("introductions").finditer(text):
        rest = text[match.end() : match.end() + 80].lstrip()
        surely = re.search(r"heiße?|name", match[0], re.IGNORECASE) is not None
        told = re.split(r"[,.;:!?(\n]|\bund\b|\band\b", rest)[0].strip()
        small = surely and told.islower() and len(told.split()) in (2, 3)  # nothing but a name
        name = next(iter(names_in(told if small else rest, loose=small or (surely and rest[:1].isupper()))), None)
        if surely and name is None:
            first = re.match(r"[^\W\d_][\w'’-]+", rest)
            if first and not is_german(first[0]) and not is_no_name(first[0]):
                found.append(split_name([first[0]], f"{first[0]}@"))
        if name and name.start == 0 and (name.sure or (surely and name.person.given)):
            found.append(name.person)
    return found


def _beside_me(text: str, author: Address) -> list[Person]:
    """ "und ich, mit vollem Namen Ferdinand Kessenich": the name right behind "ich" that shares a part with the author's."""
    offsets = speaks_of_self(text)
    if not offsets:
        return []
    known = {fold(word) for word in re.findall(r"[^\W\d_]{3,}", f"{author.name} {author.email.split('@')[0]}")}
    found = []
    for offset in offsets:
        behind = re.sub(r"^[\w-]+(?:\s+(?:selbst|selber|also))*[\s(,:–-]*", "", text[offset : offset + 70])
        stretch = re.split(r"\S+@|\bund\b|\band\b|[)]", behind)[0]
        for name in names_in(stretch, loose=stretch.islower()):
            parts = [fold(part) for part in (name.person.given, name.person.surname) if part]
            if (
                name.person.given
                and name.person.surname
                and any(part in known or any(part in word for word in known) for part in parts)
            ):
                found.append(name.person)
    return found


def _signed(closing: Sequence[str], author: Address, header: Person) -> list[Person]:
    """A line of the signature that is a name, if it fits the header or the address or begins with a given name."""
    for line in closing[:8]:
        text = re.sub(r"\(.*?\)|,.*$|\|.*$|\s[-–/]\s.*$", "", _CLOSING.sub("", line)).strip()
        words = [word for word in WORD.findall(text) if word.lower() not in word_set("titles")]
        if not 2 <= len(words) <= 5 or ADDRESS.search(line) or re.search(r"\d", text):
            continue
        if any(is_no_name(word) and word.lower() not in word_set("particles") for word in words):
            continue
        if is_given_name(words[0]) or _fits(words, author, header):
            return [split_name(words)]
    return []


def _fits(words: Sequence[str], author: Address, header: Person) -> bool:
    local = fold(author.email.split("@")[0])
    return any(fold(word) in local for word in words if len(word) > 3) or any(
        part and fold(part) in {fold(word) for word in words} for part in (header.given, header.surname)
    )


def _from_header(author: Address) -> Person:
    """
    "DEMIR, Hasan", "Dr. Anna Schmidt", "Anna Schmidt (OV Kalk)"; an account's name is nobody's.

    "Familie Schmidt" has no given name, and a nickname with digits no name at all.
    """
    name = re.sub(r"\(.*?\)|\[.*?\]|\s[-–|/].*$|\bvia\b.*$", "", author.name).strip(" '\"")
    if not name or "@" in name or re.search(r"\d", name):
        return Person()
    if "," in name:
        surname, given = (part.strip() for part in name.split(",", 1))
        if (given and is_given_name(given.split()[0])) or surname.isupper():
            return split_name([*given.split(), *surname.split()]) if given else Person()
    words = [word for word in re.sub(r"\bv\.(?=\s)", "von", name).split() if word.lower() not in word_set("titles")]
    usual = word_set("particles") | word_set("surname_nouns")
    if any(
        is_no_name(word) and word.lower() not in usual and not (len(words) > 1 and is_ever_given_name(word)) for word in words
    ):
        return Person()
    if len(words) == 1 and not is_given_name(words[0]):
        return Person()
    return split_name(words)
