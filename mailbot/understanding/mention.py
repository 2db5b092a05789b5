"""Persons mentioned in a passage: names and addresses put together, and those who say "ich"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailbot.understanding.address import Wire, addresses_in
from mailbot.understanding.first_person import speaks_of_self
from mailbot.understanding.lexicon import fold, is_given_name, is_no_name
from mailbot.understanding.names import Name, completed, names_in, same_person, split_name
from mailbot.understanding.passage import Passage
from mailbot.understanding.request import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """
    Somebody mentioned. `place` orders mentions within one mail: (index of the passage, offset in it).

    `me`: the author means himself or herself. `broken`: an address stood here that cannot be one.
    `named`: the name was recognised as one (a known given name or an address beside it).
    """

    person: Person
    place: tuple[int, int]
    end: int
    me: bool = False
    broken: str | None = None
    listed: bool = False


def mentions(passages: Sequence[Passage], *, own: frozenset[str]) -> tuple[Mention, ...]:
    """Everybody mentioned in the passages, in order. `own` are addresses of the association that are nobody's."""
    found: list[Mention] = []
    for at, passage in enumerate(passages):
        heads = at + 1 < len(passages) and _is_address_alone(passages[at + 1].text) and len(passage.text.split()) <= 6
        here = _in_passage(at, passage, own, heads=heads)
        if _is_address_alone(passage.text) and len(here) == 1 and found and _ends_with_name(passages[at - 1], found[-1], at):
            found[-1] = replace(
                found[-1], person=replace(found[-1].person, email=here[0].person.email), broken=here[0].broken, listed=True
            )
        else:
            found.extend(here)
    return tuple(found)


def _is_address_alone(text: str) -> bool:
    """Nothing but an address, perhaps with a word like "Mail:" before it."""
    wires = addresses_in(text)
    if len(wires) != 1:
        return False
    rest = (text[: wires[0].start] + text[wires[0].end :]).strip(" :;,.<>()–-")
    return re.fullmatch(r"(?:e-?mail|mail|adresse|e-?mail-?adresse)?", rest, re.IGNORECASE) is not None


def _ends_with_name(passage: Passage, mention: Mention, at: int) -> bool:
    """The passage before ends with a name that has no address yet."""
    return (
        mention.place[0] == at - 1
        and _has_name(mention.person)
        and mention.person.email is None
        and not mention.me
        and len(passage.text) - mention.end < 4
        and mention.place[1] < 30
    )


def _has_name(person: Person) -> bool:
    return bool(person.given or person.surname)


def _in_passage(at: int, passage: Passage, own: frozenset[str], *, heads: bool = False) -> list[Mention]:
    text = passage.text
    listed = passage.listed or passage.marked
    wires = [wire for wire in addresses_in(text, loose=listed) if wire.email not in own]
    masked = _without(text, wires)
    names = (
        list(names_in(masked, loose=True, turned=masked.count(",") == 1))
        if heads
        else _names_beside(masked, wires, listed=listed)
    )
    me = _me_beside(masked, names)
    pairs = _paired(masked, names, wires)
    result = []
    for name, wire in pairs:
        person = name.person if name else Person()
        if name and wire and wire.email:
            person = (
                split_name(masked[name.start : name.end].replace(",", " ").split(), wire.email)
                if "," not in masked[name.start : name.end]
                else person
            )
        if wire and wire.email:
            person = replace(person, email=wire.email)
        start = min(part.start for part in (name, wire) if part)
        end = max(part.end for part in (name, wire) if part)
        result.append(
            Mention(
                person=person, place=(at, start), end=end, broken=wire.written if wire and not wire.email else None, listed=listed
            )
        )
    for offset in me:
        result.append(Mention(person=Person(), place=(at, offset), end=offset + 3, me=True, listed=listed))
    return sorted(result, key=lambda each: each.place)


def _without(text: str, wires: Iterable[Wire]) -> str:
    """The text with addresses blanked out, so that offsets stay."""
    for wire in wires:
        text = text[: wire.start] + "\x00" * (wire.end - wire.start) + text[wire.end :]
    return text


def _names_beside(masked: str, wires: Sequence[Wire], *, listed: bool) -> list[Name]:
    """Names that are known as such, and words with capitals right before an address or beside other names."""
    if listed and wires:
        return [name for name in names_in(masked, loose=True) if len(name.person.name) > 1]
    found = list(names_in(masked))
    for wire in wires:
        tail = re.search(
            r"((?:[^\W\d_][\w'’-]*\.?[ ]+){0,4}[^\W\d_][\w'’-]*)[ ]*[(<,:–-]?[ ]*(?:unter[ ]+)?$", masked[: wire.start]
        )
        last = _last_name(tail[1], wire) if tail else None
        if tail and last:
            found = _with(found, replace(last, start=tail.start(1) + last.start, end=tail.start(1) + last.end))
    if found or speaks_of_self(masked):
        for match in _COUPLED.finditer(masked):
            words = [match[1], match[2]]
            if not any(is_no_name(word) for word in words) and not any(
                name.start < match.end(2) and match.start(1) < name.end for name in found
            ):
                found.append(Name(start=match.start(1), end=match.end(2), person=split_name(words), sure=False))
    return sorted(found, key=lambda each: each.start)


_COUPLED = re.compile(
    r"\b(?:und|and|et|ve|y|e|i|oder|sind|wären|,)\s+([A-ZÄÖÜÇŞİŁŚŻ][\w'’-]+)\s+([A-ZÄÖÜÇŞİŁŚŻ][\w'’-]+)(?![\w-])"
)
"""Two unknown words with capitals, coupled to another name or to "ich"; German nouns seldom follow each other."""


def _last_name(text: str, wire: Wire) -> Name | None:
    """The name with which the text before an address ends, as far as it looks like one."""
    loose = names_in(text, loose=True)
    return loose[-1] if loose and loose[-1].end == len(text) and _looks_like(loose[-1], wire, text) else None


def _with(found: Sequence[Name], name: Name) -> list[Name]:
    """With the name, unless one that is as long stands there already."""
    over = [each for each in found if each.start < name.end and name.start < each.end]
    if any(each.start <= name.start and each.end >= name.end for each in over):
        return list(found)
    return [each for each in found if each not in over] + [name]


def _looks_like(name: Name, wire: Wire, text: str) -> bool:
    """Words with capitals, of which one stands in the address or of which there are two, right before the address."""
    words = text[name.start : name.end].split()
    if not words[0][:1].isupper() and not is_given_name(words[0]):
        return False
    local = fold((wire.email or wire.written).split("@")[0])
    return any(len(word) > 2 and fold(word) in local for word in words) or (2 <= len(words) <= 4 and is_given_name(words[0]))


def _me_beside(masked: str, names: Sequence[Name]) -> list[int]:
    return [offset for offset in speaks_of_self(masked) if not any(name.start <= offset < name.end for name in names)]


def _paired(masked: str, names: Sequence[Name], wires: Sequence[Wire]) -> list[tuple[Name | None, Wire | None]]:
    """Each address goes to the name right before it, or, where none is, to the one right after it."""
    free = list(names)
    pairs: list[tuple[Name | None, Wire | None]] = []
    leading = bool(wires) and (not names or wires[0].start < names[0].start)
    for at, wire in enumerate(wires):
        floor = wires[at - 1].end if at else 0
        ceiling = wires[at + 1].start if at + 1 < len(wires) else len(masked)
        before = [name for name in free if floor <= name.start < wire.start]
        after = [name for name in free if wire.end <= name.start < ceiling]
        chosen = None
        if before and not (leading and at):
            chosen = before[-1]
        elif after and leading and not re.search(r"\bund\b|\band\b|;", masked[wire.end : after[0].start]):
            chosen = after[0]
        if chosen is not None:
            free.remove(chosen)
        pairs.append((chosen, wire))
    return pairs + [(name, None) for name in free]


def merged(people: Iterable[Person]) -> tuple[Person, ...]:
    """The persons, each once: mentions of the same one completed by each other, in the order of first mention."""
    result: list[Person] = []
    for person in people:
        fits = [at for at, other in enumerate(result) if same_person(other, person)]
        exact = [at for at in fits if person.email and result[at].email == person.email]
        if exact or len(fits) == 1:
            at = (exact or fits)[0]
            result[at] = completed(result[at], person)
        elif not fits:
            result.append(person)
    return tuple(result)
