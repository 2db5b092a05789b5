"""Names of persons: where they stand in a text, and which part is the given name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from mailbot.understanding.lexicon import (
    fold,
    is_ever_given_name,
    is_german,
    is_given_name,
    is_no_name,
    is_unknown,
    small_words,
    word_set,
)
from mailbot.understanding.request import Person

WORD = re.compile(r"[^\W\d_]\w*+(?:['’`-]++\w++)*+\.?")
_BLANKS = re.compile(r"[ \u00a0]+")
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name found in a text: its place and its parts."""

    start: int
    end: int
    person: Person
    sure: bool  # the given name is a known one


class _Word(NamedTuple):  # quicker to make than a dataclass, and a mail has hundreds
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.lower().rstrip(".")


def names_in(text: str, *, loose: bool = False, turned: bool = False) -> tuple[Name, ...]:
    """
    The names that stand in a text, in order, not overlapping.

    A name begins with a known given name; `loose` (lists, beside addresses) also takes words that merely
    could be a name, whatever their case. `turned`: two names with a comma between are surname and given name.
    """
    if not (loose or _may_hold_names(text)):
        return ()
    words = [_Word(m[0], *m.span()) for m in WORD.finditer(text)]
    small = not any(word.text[:1].isupper() for word in words)
    found: list[Name] = []
    at = 0
    while at < len(words):
        may_begin = loose or _may_lead(words[at].text) or (at > 0 and _announces_name(words[at - 1].text))
        run = _run(text, words, at, loose=loose, small=small) if may_begin else []
        if run:
            found.append(_name(text, run))
        at += max(len(run), 1)
    return tuple(_joined_by_comma(text, found, loose=loose, turned=turned))


def _may_hold_names(text: str) -> bool:
    """False for most sentences: no word of theirs is one that a name begins with, or stands behind."""
    said = WORD.findall(text)
    leading = [word for word in said if word[:1].isupper()] or said
    return (
        any(map(_announces_name, said))
        or any(map(is_given_name, leading))
        or (any(map(is_ever_given_name, leading)) and any(map(is_unknown, leading)))
    )


@lru_cache(2**14)
def _may_lead(word: str) -> bool:
    """False for most words: no name begins with them, but behind a title."""
    return word == "ben" or _is_initial(word) or is_given_name(word) or is_ever_given_name(word) or is_unknown(word)


@lru_cache(2**14)
def _announces_name(word: str) -> bool:
    """Some write "ben" small among words with a capital."""
    return word == "ben" or _is_initial(word) or word.lower().rstrip(".") in word_set("titles")


def _run(text: str, words: Sequence[_Word], at: int, *, loose: bool, small: bool) -> list[_Word]:
    """The words from `at` on that make one name; empty where none begins."""
    first = words[at]
    after = words[at + 1] if at + 1 < len(words) else None
    introduces = (
        after is not None
        and after.start == first.end + 1
        and after.text[:1].isupper()
        and is_given_name(after.text)
        and len(first.low) > 2
        and first.low not in word_set("titles")
        and is_unknown(first.text)
    )
    masked = (  # "Ansprechperson ist Can Özdemir": a name that is another word as well, but not with a capital
        after is not None
        and after.start == first.end + 1
        and ((first.text.istitle() and after.text.istitle()) or first.text == "ben")
        and is_ever_given_name(first.text)
        and first.low not in word_set("pronouns")
        and is_unknown(after.text.title())
        and (not is_given_name(after.text) or re.search(r"[\w,]\s$", text[: first.start]) is not None)
    )
    addressed = (
        at > 0
        and words[at - 1].low in word_set("titles")
        and (first.text[:1].isupper() or (small and not is_german(first.text) and not is_no_name(first.text)))
        and words[at - 1].end + 2 > first.start
    )
    if (
        not introduces
        and not masked
        and not _begins(first, loose=loose, small=small)
        and not (addressed and first.low not in word_set("titles"))
    ):
        return []
    run = [first]
    for word in words[at + 1 : at + _MOST_WORDS]:
        if not _BLANKS.fullmatch(text, run[-1].end, word.start) or (run[-1].text.endswith(".") and len(run[-1].text) > 2):
            break
        if not _continues(word, run, loose=loose, small=small):
            break
        run.append(word)
    while len(run) > 1 and run[-1].low in word_set("particles") and not run[-1].text[:1].isupper():
        run.pop()
    return run


def _begins(word: _Word, *, loose: bool, small: bool) -> bool:
    if loose and word.low in word_set("particles") and word.text.isupper() and len(word.text) > 1:
        return True
    if (
        is_no_name(word.text)
        or word.low in word_set("titles")
        or (word.low in word_set("me") and word.text != "Ben")
        or word.text in small_words()
    ):
        return False
    if word.text[:1].isupper():
        return is_given_name(word.text) or _is_initial(word.text) or (loose and len(word.low) > 1)
    if loose and small:
        return len(word.low) > 1
    return (small or loose) and is_given_name(word.text)


def _continues(word: _Word, run: Sequence[_Word], *, loose: bool, small: bool) -> bool:
    if word.low in word_set("particles"):
        return len(run) < _MOST_WORDS - 1
    if word.text in small_words():
        return False
    if word.text[:1].isupper() and is_ever_given_name(word.text) and is_given_name(run[-1].text):
        return True
    if is_no_name(word.text) and not (
        word.low in word_set("surname_nouns") and word.text[:1].isupper() and is_given_name(run[-1].text)
    ):
        return False
    if word.text[:1].isupper():
        return True
    if small and len(word.low) > 2 and is_given_name(run[0].text) and not is_german(word.text):
        return True
    return (small and loose) or (loose and run[-1].low in word_set("particles"))


def _is_initial(word: str) -> bool:
    return len(word) == 2 and word.endswith(".") and word[0].isupper()


def _name(text: str, run: Sequence[_Word]) -> Name:
    person = split_name([word.text for word in run])
    return Name(start=run[0].start, end=run[-1].end, person=person, sure=is_given_name(run[0].text))


def _joined_by_comma(text: str, names: Sequence[Name], *, loose: bool, turned: bool) -> Iterator[Name]:
    """ "Sommer, Wolfgang" is one name; "Anna, Wolfgang" are two."""
    at = 0
    while at < len(names):
        name = names[at]
        after = names[at + 1] if at + 1 < len(names) else None
        if (
            loose
            and after is not None
            and re.fullmatch(r"\s*,\s*", text[name.end : after.start])
            and ((turned and not _are_both_whole(text, name, after)) or _is_surname_first(text, name, after))
        ):
            surname = text[name.start : name.end]
            given = text[after.start : after.end]
            yield Name(
                start=name.start,
                end=after.end,
                person=Person(given=None if _is_initial(given) else as_written(given), surname=as_written(surname)),
                sure=after.sure,
            )
            at += 2
        else:
            yield name
            at += 1


_BELONGING = re.compile(r"\b(?:unsere?r?|meine?r?|die|der|das|eine?|our|my|the)\s+$", re.IGNORECASE)


def _are_both_whole(text: str, name: Name, after: Name) -> bool:
    """ "Nils Ost, Pia West": each begins with a given name."""
    both = (text[name.start : name.end].split(), text[after.start : after.end].split())
    return all(len(words) > 1 and is_given_name(words[0]) for words in both)


def _is_surname_first(text: str, name: Name, after: Name) -> bool:
    first, second = text[name.start : name.end], text[after.start : after.end]
    if (first.isupper() and len(first) > 2 and not second.isupper()) or (_is_initial(second) and len(first) > 2):
        return True
    if not is_given_name(second.split()[0]) or (is_german(first) and (first.islower() or _BELONGING.search(text[: name.start]))):
        return False
    return not is_given_name(first.split()[0]) or first.split()[0].lower() in word_set("particles")


def split_name(words: Sequence[str], email: str | None = None) -> Person:
    """
    Given name and surname of a name's words, with capitals as names are written.

    The words stand as in "Anna Maria von der Wiese"; a single word is the surname behind a title, or where
    it is a usual one or looks like one, else the given name; initials are no name. An address may tell that the surname
    stands first.
    """
    return _split(tuple(words), email)


@lru_cache(4096)  # a name beside an address is read several times
def _split(words: tuple[str, ...], email: str | None) -> Person:
    parts = [word.strip(".,;:()\"'“”„") if len(word.rstrip(".")) > 1 else word for word in words]
    parts = [part for part in parts if part and part.lower() not in word_set("titles")]
    full = [part for part in parts if len(part.rstrip(".")) > 1]
    if not full:
        return Person()
    pieces = re.split(r"[._-]+", fold(email.split("@")[0])) if email else []
    if len(full) < len(parts) and len(full) == 1:
        one = as_written(full[0])
        return Person(given=one) if parts[0] == full[0] else Person(surname=one)
    if len(full) == 1:
        one = as_written(full[0])
        known = is_given_name(full[0]) or (len(pieces) > 1 and pieces[0] == fold(full[0]))
        titled = any(word.lower().strip(".") in word_set("titles") for word in words)
        return Person(given=one) if known or not (titled or _may_be_surname(one)) else Person(surname=one)
    if fold(full[0]) in word_set("leading_surnames"):
        return Person(given=as_written(" ".join(full[1:])), surname=as_written(full[0]))
    surname_leads = len(full) == 2 and full[0].lower() in word_set("usual_surnames") and is_given_name(full[1])
    in_capitals = full[0].isupper() and len(full[0]) > 2 and not full[-1].isupper()
    if in_capitals or surname_leads or _address_turns_round(full, email):
        return Person(given=as_written(full[-1]), surname=as_written(" ".join(full[:-1])))
    if [fold(word) for word in full[-2:]] == pieces:
        return Person(given=as_written(" ".join(full[:-1])), surname=as_written(full[-1]))
    told = next((at for at in range(1, len(full)) if len(fold(full[at])) > 2 and fold(full[at]) in pieces), None)
    if told and fold(full[0]) not in {fold(full[told])} and len(full) > 2 and full[told - 1].lower() not in word_set("particles"):
        return Person(given=as_written(" ".join(full[:told])), surname=as_written(" ".join(full[told:])))
    cut = 1
    while cut < len(full) - 1 and is_ever_given_name(full[cut]) and full[cut].lower() not in word_set("particles"):
        cut += 1
    return Person(given=as_written(" ".join(full[:cut])), surname=as_written(" ".join(full[cut:])))


def _may_be_surname(word: str) -> bool:
    """Surnames are usual ones, German words, or end as surnames do; given names that no list holds are none of it ("Hêvîn")."""
    low = word.lower()
    usual = low in word_set("usual_surnames") or fold(word) in word_set("leading_surnames")
    return usual or is_german(word) or low.endswith(tuple(word_set("surname_endings")))


def _address_turns_round(words: Sequence[str], email: str | None) -> bool:
    """ "Ekwueme Adaora" with adaora.ekwueme@… : the address begins with the given name."""
    if email is None or len(words) != 2 or is_given_name(words[0]):
        return False
    pieces = [piece for piece in re.split(r"[._-]+", email.split("@")[0]) if piece]
    return len(pieces) == 2 and pieces == [fold(words[1]), fold(words[0])] and is_given_name(words[1])


def as_written(name: str) -> str:
    """Capitals as names have them where all is small or all is large."""
    if name != name.lower() and name != name.upper():
        return (
            name
            if not any(part.isupper() and len(part) > 2 for part in name.split())
            else " ".join(map(as_written, name.split()))
        )
    words = name.split()
    return " ".join(
        word.lower() if word.lower() in word_set("particles") and at < len(words) - 1 else _capital(word)
        for at, word in enumerate(words)
    )


def _capital(word: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda m: _upper_first(m[0]), word)


def _upper_first(part: str) -> str:
    low = part.replace("İ", "i").replace("I", "ı").lower() if re.search(r"[şğıŞĞİ]", part) and part.isupper() else part.lower()
    return low[:1].upper() + low[1:]
