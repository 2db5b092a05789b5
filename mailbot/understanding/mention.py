"""Persons mentioned in a passage: names and addresses put together, and those who say "ich"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mailbot.expression import Marked
from mailbot.understanding.address import Wire, addresses_in
from mailbot.understanding.exclamation import without_exclamations
from mailbot.understanding.first_person import speaks_of_self
from mailbot.understanding.identity import completed, merged, same_person
from mailbot.understanding.lexicon import is_given_name, is_no_name, is_unknown
from mailbot.understanding.names import WORD, Name, names_in, split_name
from mailbot.understanding.pairing import MINE, pairs_in, stands_for
from mailbot.understanding.passage import Passage
from mailbot.understanding.request import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """
    Somebody mentioned. `place` orders mentions within one mail: (index of the passage, offset in it).

    `me`: the author means himself or herself. `broken`: an address stood here that cannot be one.
    `listed`: on a line of its own or behind a bullet. `called`: the word right before the name ("meine Schwester Nino").
    `alias`: how the person is called besides ('Süleyman "Sülo" Arı').
    """

    person: Person
    place: tuple[int, int]
    end: int
    me: bool = False
    broken: str | None = None
    listed: bool = False
    called: str | None = None
    alias: str | None = None


def mentions(passages: Sequence[Passage], *, own: frozenset[str], author: str = "") -> tuple[Mention, ...]:
    """
    Everybody mentioned in the passages, in order. `own` are addresses of the association that are nobody's, `author` is
    that of who speaks.
    """
    found: list[Mention] = []
    turned = any(passage.listed and _is_turned(passage.text) for passage in passages)
    alone = [_is_address_alone(passage.text) for passage in passages]
    for at, passage in enumerate(passages):
        followed = at + 1 < len(passages) and alone[at + 1]
        heads = followed and not alone[at] and len(passage.text.split()) <= 6 and not addresses_in(passage.text)
        here = _in_passage(at, passage, own, heads=heads, turned=turned and passage.listed)
        if alone[at] and not followed and len(here) == 1 and found and _ends_with_name(passages[at - 1], found[-1], at):
            found[-1] = replace(
                found[-1], person=replace(found[-1].person, email=here[0].person.email), broken=here[0].broken, listed=True
            )
        elif (
            len(here) == 1
            and found
            and _OWNERS.match(passage.text)
            and _is_lone_address(here[0])
            and _lacks_address(found[-1], at)
        ):
            found[-1] = replace(found[-1], person=replace(found[-1].person, email=here[0].person.email))
        else:
            found.extend(here)
    return _matched(found, author)


def _matched(found: Sequence[Mention], author: str) -> tuple[Mention, ...]:
    """
    Addresses that stand apart, given to the names that have none: whose name is in the address, else in the same order
    where there are as many of both.
    """
    lone = [each for each in found if _is_lone_address(each) and each.person.email != author]
    if len(found) > 1:
        found = _called_in_full(found)
    named = [each for each in found if not each.me and each.person.given and each.person.surname]
    with_address = [each.person for each in named if each.person.email]
    lacking = [
        person
        for person in merged(each.person for each in named)
        if not person.email and not any(same_person(person, other) for other in with_address)
    ]
    if not lone or not lacking:
        return tuple(found)
    owners: dict[Mention, Person] = {}
    for mention in lone:
        fits = [person for person in lacking if stands_for(mention.person.email, person)]
        if len(fits) == 1 and fits[0] not in owners.values():
            owners[mention] = fits[0]
    rest = [mention for mention in lone if mention not in owners]
    left = [person for person in lacking if person not in owners.values()]
    if len(rest) == len(left) and len(lone) > 1:
        owners |= dict(zip(rest, left, strict=True))
    addresses = {person: mention.person.email for mention, person in owners.items()}
    return tuple(
        replace(each, person=replace(each.person, email=addresses[owner]))
        if (owner := next((person for person in addresses if each in named and same_person(each.person, person)), None))
        else each
        for each in found
        if each not in owners
    )


def _called_in_full(found: Sequence[Mention]) -> list[Mention]:
    """ "Das macht Rosa Winter. Rosa: rw@…": who is called by the given name beside the address, by the whole name."""
    whole = [each.person for each in found if not each.me and each.person.given and each.person.surname]
    result = []
    for mention in found:
        person = mention.person
        if whole and not mention.me and person.email and person.given and not person.surname:
            fits = merged(each for each in whole if same_person(each, person) and each.email in (None, person.email))
            person = completed(person, fits[0]) if len(fits) == 1 else person
        result.append(replace(mention, person=person) if person is not mention.person else mention)
    return result


_OWNERS = re.compile(r"(?:(?:und|aber|and)\s+)?(?:ihre?|seine?|deren|dessen|her|his|their)\b", re.IGNORECASE)
"""Whose address follows: of the one named last."""


def _is_lone_address(mention: Mention) -> bool:
    return not mention.me and mention.person.email is not None and not _has_name(mention.person)


def _lacks_address(mention: Mention, at: int) -> bool:
    """Somebody named in the passage before, without an address."""
    return mention.place[0] == at - 1 and not mention.me and _has_name(mention.person) and mention.person.email is None


def _is_turned(text: str) -> bool:
    """ "Krüger, Paul": in a list, the other lines will have the surname first as well."""
    parts = re.match(r"([^\W\d_][\w'’-]*)(?: [\w'’-]+)*,\s*([^\W\d_][\w'’-]*)", text)
    return parts is not None and is_given_name(parts[2]) and not is_given_name(parts[1])


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


def _in_passage(at: int, passage: Passage, own: frozenset[str], *, heads: bool, turned: bool) -> list[Mention]:
    listed = passage.listed or passage.marked
    wires = [wire for wire in addresses_in(passage.text, loose=listed, own=own) if wire.email not in own]
    said = without_exclamations(passage.text, listed=listed)
    masked = _NICKNAME.sub(lambda match: " " * len(match[0]), _without(_without_genitive(said), wires))
    if heads or (listed and not wires and len(passage.text.split()) <= 4 and (passage.marked or _is_bare_name(passage.text))):
        pairs: list[tuple[Name | None, Wire | None]] = [
            (name, None) for name in names_in(masked, loose=True, turned=masked.count(",") == 1)
        ]
    else:
        pairs = pairs_in(masked, wires, listed=listed, turned=turned)
    names = [name for name, _ in pairs if name]
    result = [
        _mention(at, name, wire, masked, listed=listed, alias=_alias(passage.text, name) if name else None)
        for name, wire in pairs
    ]
    for offset in speaks_of_self(masked):
        if not any(name.start <= offset < name.end for name in names):
            mine = next(
                (each for each in result if not _has_name(each.person) and MINE.fullmatch(masked[offset : each.place[1]])), None
            )
            person = mine.person if mine else Person()
            result = [each for each in result if each is not mine]
            result.append(
                Mention(person=person, place=(at, offset), end=mine.end if mine else offset + 3, me=True, listed=listed)
            )
    return sorted(result, key=lambda each: each.place)


def _is_bare_name(text: str) -> bool:
    """ "eckhard pilz": two or three words, of which a given name comes first."""
    words = text.split()
    return (
        1 < len(words) < 4
        and is_given_name(words[0])
        and all(WORD.fullmatch(word) for word in words)
        and not any(map(is_no_name, words))
    )


_NICKNAME = Marked(
    '„“"«(',
    re.compile(
        r"(?<=\w )(?:[„“\"«][^\s@\"“”»]{1,15}[\"“”»]|\([„“\"]?[A-ZÄÖÜ][\w.-]{0,12}[\"“”]?\))"
        r"(?=\s+[A-ZÄÖÜÇŞİ]|\s+(?:von|zu|zur|de)\b)"
    ),
)
"""Hans-Joachim „Hajo“ Trimborn, Jean-Pierre (J.P.) Ngassa."""


def _alias(text: str, name: Name) -> str | None:
    """The nickname within a name, or in brackets behind it."""
    within = _NICKNAME.search(text, name.start, name.end + 1)
    behind = re.match(r"\s*\((\w{2,12})\)", text[name.end :])
    return within[0].strip(' ()„“”"«»') if within else behind[1] if behind and is_given_name(behind[1]) else None


_OWNS_ADDRESS = re.compile(r"s(?=\s+(?:neue\s+|richtige\s+)?(?:e-?)?(?:mail|adresse|address))", re.IGNORECASE)
_GENITIVE = re.compile(rf"\b([A-ZÄÖÜÇŞİ][\w-]+?)(['’]?{_OWNS_ADDRESS.pattern})", re.IGNORECASE)


def _without_genitive(text: str) -> str:
    """ "Mehmets Adresse ist …": whose it is, as the name is; offsets stay."""
    if not _OWNS_ADDRESS.search(text):  # which takes a third of the time
        return text
    return _GENITIVE.sub(
        lambda match: match[1] + " " * len(match[2]) if is_given_name(match[1]) or is_unknown(match[1]) else match[0], text
    )


_TITLED = re.compile(r"\b(?:frau|herrn?|mr|mrs|ms)\.?\s+$", re.IGNORECASE)
"""Behind these words stands a surname."""


_NOUN_BEFORE = re.compile(r"\b([^\W\d_]{4,})[\s,(:]*$")


def _mention(at: int, name: Name | None, wire: Wire | None, masked: str, *, listed: bool, alias: str | None) -> Mention:
    person = name.person if name else Person()
    if name and wire and "," not in masked[name.start : name.end]:
        person = split_name(masked[name.start : name.end].split(), wire.email or wire.written)
    if name and person.given and not person.surname and _TITLED.search(masked[: name.start]):
        person = Person(surname=person.given)
    if wire and wire.email:
        person = replace(person, email=wire.email)
    parts = [part for part in (name, wire) if part]
    noun = _NOUN_BEFORE.search(masked, 0, name.start) if name else None
    return Mention(
        called=noun[1] if noun else None,
        person=person,
        place=(at, min(part.start for part in parts)),
        end=max(part.end for part in parts),
        broken=wire.written if wire and not wire.email else None,
        listed=listed,
        alias=alias,
    )


def _without(text: str, wires: Iterable[Wire]) -> str:
    """The text with addresses blanked out, so that offsets stay."""
    for wire in wires:
        text = text[: wire.start] + "\x00" * (wire.end - wire.start) + text[wire.end :]
    return text
