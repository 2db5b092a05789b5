"""Which name belongs to which address, in a passage that has several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from mailbot.understanding.address import Wire
from mailbot.understanding.first_person import speaks_of_self
from mailbot.understanding.lexicon import fold, is_ever_given_name, is_given_name, is_no_name, is_unknown, word_set
from mailbot.understanding.names import WORD, Name, names_in, split_name
from mailbot.understanding.request import Person

MINE = re.compile(
    r"(?:ich|mich|mir|me|i|myself)"
    r"(?:\s+(?:selbst|selber|auch|besser|lieber|am besten|eher|unter|mit|über|via|at|an|auf|als|bitte|und zwar|dieser|der"
    r"|meine|meiner|adresse|mail))*\W*",
    re.IGNORECASE,
)
"""From "ich" to an address that is the author's: "ich (kim@…)", "mich bitte mit kim@…"."""


def pairs_in(masked: str, wires: Sequence[Wire], *, listed: bool, turned: bool) -> list[tuple[Name | None, Wire | None]]:
    """
    Each address with the name that stands best before it, or, where addresses lead, right after it; and the
    names that have no address.
    """
    known = list(names_in(masked, loose=listed and bool(wires) and masked.count(",") < 2))
    known += _unknown_names(masked, known)
    if _are_in_step(masked, known, wires):
        return list(zip(known, wires, strict=True))
    leading = (
        bool(wires)
        and not _is_mine(masked, wires[0])
        and not _before(masked, 0, wires[0], listed=listed, turned=turned)
        and not (len(wires) > 1 and _spells_next(masked, wires[0], wires[1]))
    )
    pairs: list[tuple[Name | None, Wire | None]] = []
    for at, wire in enumerate(wires):
        floor = wires[at - 1].end if at else 0
        ceiling = wires[at + 1].start if at + 1 < len(wires) else len(masked)
        mine = _is_mine(masked, wire)
        name = None if mine or (leading and at) else _before(masked, floor, wire, listed=listed, turned=turned)
        if name is None and leading:
            name = _after(masked, wire, ceiling, listed=listed)
        if name is None and pairs and pairs[-1][0] and _OR_ELSE.fullmatch(masked[wires[at - 1].end : wire.start]):
            continue  # a further address of the same person
        pairs.append((name, wire))
    taken = [name for name, _ in pairs if name]
    rest = [name for name in known if not any(name.start < each.end and each.start < name.end for each in taken)]
    return pairs + [(name, None) for name in rest if name.sure or not (listed and wires)]


_OR_ELSE = re.compile(
    r"\W*(?:oder|alternativ|notfalls|ersatzweise|dienstlich|beruflich|privat|or)\b[\w.: ]{0,20}[^\w\n]*", re.IGNORECASE
)
""" "Lea Ost (privat: lea@…, dienstlich: ost@…)"."""


def stands_for(email: str | None, person: Person) -> bool:
    """Whether the person's name stands in the address."""
    local = fold((email or "").split("@")[0])
    return any(len(part) > 2 and fold(part) in local for part in (person.given, person.surname) if part)


def _spells_next(masked: str, wire: Wire, following: Wire) -> bool:
    """ "…@…, Rosa hat rosa@…": the name between two addresses is in the second."""
    said = WORD.findall(masked, wire.end, following.start)
    return any(_stands_in(word, following) and not _stands_in(word, wire) for word in said)


def _are_in_step(masked: str, names: Sequence[Name], wires: Sequence[Wire]) -> bool:
    """ "Lea Ost, Kim Berg und Tom Alt (lea@…, kim@…, tom@…)": all names, and then as many addresses in the same order."""
    if len(wires) < 2 or len(names) != len(wires) or names[-1].end > wires[0].start:
        return False
    spans = [*((name.start, name.end) for name in names), *((wire.start, wire.end) for wire in wires)]
    gaps = (masked[end:start] for (_, end), (start, _) in pairwise(spans))
    if any(re.search(r"\w", _AND_THEN.sub("", gap)) for gap in gaps):
        return False
    fits = [[stands_for(wire.email, name.person) for wire in wires] for name in names]
    return all(own[at] or not any(own) for at, own in enumerate(fits))


_AND_THEN = re.compile(r"\x00|\b(?:und|sowie|and|unter|e-?mails?|mails?|adressen)\b", re.IGNORECASE)


def _is_mine(masked: str, wire: Wire) -> bool:
    """ "ich, kim@…": the address is the author's."""
    return any(MINE.fullmatch(masked[offset : wire.start]) for offset in speaks_of_self(masked) if offset < wire.start)


_FORMS_OF_ADDRESS = r"(?:frau|herrn?|genoss(?:e|in)|kolleg(?:e|in)|mr|mrs|ms)"
_ADDRESSED = re.compile(rf"\s*{_FORMS_OF_ADDRESS}\.?\s+", re.IGNORECASE)
_CALLED = re.compile(rf"\b{_FORMS_OF_ADDRESS}\.?\s+$", re.IGNORECASE)


def _before(masked: str, floor: int, wire: Wire, *, listed: bool, turned: bool) -> Name | None:
    """
    The name in the words before an address that is most likely its owner's: one that stands in the address, one
    that begins with a given name, one right beside it.
    """
    start = max(floor, wire.start - (200 if listed else 90))
    spelt = _spelt_by(masked, start, wire)
    if spelt:
        return spelt
    best: tuple[float, Name] | None = None
    words = masked[start : wire.start]
    for name in names_in(words, loose=True, turned=turned and words.rstrip(" ,<(").count(",") == 1):
        owner = _trimmed(masked[start : wire.start], name, wire)
        if owner is None or _is_relatives(owner.person, wire, masked):
            continue
        gap = len(masked[start : wire.start].rstrip(" (<,:;–-")) - owner.end
        worth = _worth(masked[start : wire.start], owner, wire) - gap / 30
        begins = owner.start + start < 4 or _ADDRESSED.fullmatch(masked[: owner.start + start]) is not None
        announced = _announces(masked[: owner.start + start], words[owner.start : owner.end])
        beside = gap <= 1 and (owner.sure or announced or (listed and begins))
        heads = (
            listed and owner.sure and owner.start + start < 4 and not masked[:start].strip()
        )  # "Lea Ost, Hauptstr. 1, …, lea@…"
        if (worth >= 2 or beside or heads or (owner.sure and gap < 40)) and (best is None or worth > best[0]):
            best = (worth, replace(owner, start=owner.start + start, end=owner.end + start))
    return best[1] if best else None


def _announces(text: str, name: str) -> bool:
    """ "Herr Ost", "Kontakt: Weber": what stands before makes a name of a word that looks like none."""
    first = name.split()[0]
    looks_like_one = is_unknown(first) or first.lower() in word_set("usual_surnames")
    return _CALLED.search(text) is not None or (text.rstrip().endswith(":") and looks_like_one)


def _is_relatives(person: Person, wire: Wire, text: str) -> bool:
    """ "Renate und Klaus Müller (renate.mueller@…": the address is of another one with the surname, who stands there too."""
    first, _, last = fold((wire.email or wire.written).split("@")[0]).partition(".")
    if not (person.given and person.surname) or last != fold(person.surname) or first in re.split(r"[ -]", fold(person.given)):
        return False
    return is_given_name(first) and first in map(fold, WORD.findall(text, 0, wire.start))


def _spelt_by(masked: str, start: int, wire: Wire) -> Name | None:
    """The words right before an address that are its very parts, whatever they look like: "can özdemir, can.oezdemir@…"."""
    parts = [part for part in re.split(r"[._-]+", (wire.email or wire.written).split("@")[0]) if part]
    said = list(WORD.finditer(masked, start, wire.start))
    tails = (said[-many:] for many in (2, 3, 4))
    words = next((tail for tail in tails if "".join(fold(word[0]) for word in tail) == "".join(parts)), [])
    if len(parts) < 2 or not words or re.search(r"[^\W\d_]", masked[words[-1].end() : wire.start]):
        return None
    before = list(WORD.finditer(masked, start, words[0].start()))[-1:]
    if (
        before
        and before[0][0][:1].isupper()
        and is_ever_given_name(before[0][0])
        and masked[before[0].end() : words[0].start()] == " "
    ):
        words = before + words
    return Name(
        start=words[0].start(), end=words[-1].end(), person=split_name([word[0] for word in words], wire.email), sure=True
    )


def _after(masked: str, wire: Wire, ceiling: int, *, listed: bool) -> Name | None:
    """The name right behind an address: "anna@… (Anna Schmidt)"."""
    rest = masked[wire.end : ceiling]
    name = next(iter(names_in(rest, loose=listed)), None)
    if name is None or name.start > 12 or re.search(r"\bund\b|\band\b|;|\.\s", rest[: name.start]):
        return None
    if not name.sure and not (listed and rest[name.start].isupper()):
        return None
    return replace(name, start=name.start + wire.end, end=name.end + wire.end)


def _worth(text: str, name: Name, wire: Wire) -> float:
    """How much speaks for a name as the owner of an address."""
    words = text[name.start : name.end].replace(",", " ").split()
    return 3 * any(_stands_in(word, wire) for word in words) + 2 * name.sure + (len(words) > 1)


def _stands_in(word: str, wire: Wire) -> bool:
    return len(word) > 2 and fold(word.strip(".,")) in fold((wire.email or wire.written).split("@")[0])


def _trimmed(text: str, name: Name, wire: Wire) -> Name | None:
    """Without nouns before it ("Kollegin Ayşe Tunç"): it begins with a given name or a word of the address."""
    if "," in text[name.start : name.end]:
        return name
    words = list(re.finditer(r"\S+", text[name.start : name.end]))
    small = text.islower()
    for at, word in enumerate(words):
        last = at == len(words) - 1
        surname_leads = (len(words) == 2 and at == 0 and word[0].lower() in word_set("usual_surnames")) or (
            fold(word[0]) in word_set("leading_surnames")
        )
        if (
            (is_given_name(word[0]) and not (last and at > 0))
            or _stands_in(word[0], wire)
            or (not last and (is_unknown(word[0]) or surname_leads))
        ):
            kept = [each[0] for each in words[at:]]
            return replace(
                name, start=name.start + word.start(), person=split_name(kept, wire.email), sure=is_given_name(word[0])
            )
    if not small and not any(word[0][:1].isupper() for word in words):
        return None
    return name


def _unknown_names(masked: str, known: Sequence[Name]) -> list[Name]:
    """Words with capitals, side by side, that no list of given names holds and no German mail would have otherwise."""
    found = []
    for match in _CAPITALS.finditer(masked):
        words = match[0].split()
        over = any(name.start < match.end() and match.start() < name.end for name in known)
        sure = is_unknown(words[0]) and (
            is_unknown(words[-1]) or _COUPLING.search(masked, max(0, match.start() - 20), match.start())
        )
        if not over and sure and not any(map(is_no_name, words)):
            found.append(Name(start=match.start(), end=match.end(), person=split_name(words), sure=False))
    return found


_CAPITALS = re.compile(
    r"[^\W\d_a-zäöüß](?<![\w-].)[\w'’-]++(?:\s+(?:(?:van|von|der|de|den|la|el|al|bin|ben|zu)\s+){0,2}[^\W\d_a-zäöüß][\w'’-]+){1,3}(?![\w-])"
)


_COUPLING = re.compile(
    r"(?:\b(?:und|and|et|ve|y|e|i|oder|sind|wären|ist|wird|wäre|heißt|is|für|for|frau|herrn?|genoss(?:e|en|in)|kolleg(?:e|en|in))|[,:])\s+$",
    re.IGNORECASE,
)
