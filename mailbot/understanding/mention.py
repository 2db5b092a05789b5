"""Persons mentioned in a passage: names and addresses put together, and those who say "ich"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mailbot.expression import Marked
from mailbot.understanding.address import Wire, addresses_in
from mailbot.understanding.exclamation import without_exclamations
from mailbot.understanding.first_person import speaks_of_self
from mailbot.understanding.lexicon import fold, is_ever_given_name, is_given_name, is_no_name, is_unknown, word_set
from mailbot.understanding.names import WORD, Name, completed, names_in, same_person, split_name
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
    """ "Das macht Rosa Ahrens. Rosa: ra@…": who is called by the given name beside the address, by the whole name."""
    whole = [each.person for each in found if not each.me and each.person.given and each.person.surname]
    result = []
    for mention in found:
        person = mention.person
        if whole and not mention.me and person.email and person.given and not person.surname:
            fits = merged(each for each in whole if same_person(each, person) and each.email in (None, person.email))
            person = completed(person, fits[0]) if len(fits) == 1 else person
        result.append(replace(mention, person=person) if person is not mention.person else mention)
    return result


def stands_for(email: str | None, person: Person) -> bool:
    """Whether the person's name stands in the address."""
    local = fold((email or "").split("@")[0])
    return any(len(part) > 2 and fold(part) in local for part in (person.given, person.surname) if part)


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
        pairs = _pairs(masked, wires, listed=listed, turned=turned)
    names = [name for name, _ in pairs if name]
    result = [
        _mention(at, name, wire, masked, listed=listed, alias=_alias(passage.text, name) if name else None)
        for name, wire in pairs
    ]
    for offset in speaks_of_self(masked):
        if not any(name.start <= offset < name.end for name in names):
            mine = next(
                (each for each in result if not _has_name(each.person) and _MINE.fullmatch(masked[offset : each.place[1]])), None
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


_MINE = re.compile(
    r"(?:ich|mich|mir|me|i|myself)"
    r"(?:\s+(?:selbst|selber|auch|besser|lieber|am besten|eher|unter|mit|über|via|at|an|auf|als|bitte|und zwar|dieser|der"
    r"|meine|meiner|adresse|mail))*\W*",
    re.IGNORECASE,
)
"""From "ich" to an address that is the author's: "ich (kim@…)", "mich bitte mit kim@…"."""


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


_ADDRESSED = re.compile(r"\s*(?:frau|herrn?|genoss(?:e|in)|kolleg(?:e|in)|mr|mrs|ms)\.?\s+", re.IGNORECASE)
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


def _pairs(masked: str, wires: Sequence[Wire], *, listed: bool, turned: bool) -> list[tuple[Name | None, Wire | None]]:
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
    return any(_MINE.fullmatch(masked[offset : wire.start]) for offset in speaks_of_self(masked) if offset < wire.start)


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
        beside = gap <= 1 and (owner.sure or (listed and begins))
        heads = (
            listed and owner.sure and owner.start + start < 4 and not masked[:start].strip()
        )  # "Lea Ost, Hauptstr. 1, …, lea@…"
        if (worth >= 2 or beside or heads or (owner.sure and gap < 40)) and (best is None or worth > best[0]):
            best = (worth, replace(owner, start=owner.start + start, end=owner.end + start))
    return best[1] if best else None


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


def merged(people: Iterable[Person]) -> tuple[Person, ...]:
    """The persons, each once: mentions of the same one completed by each other, in the order of first mention."""
    result: list[Person] = []
    known: dict[tuple[str, ...], dict[int, None]] = {}
    for person in people:
        near = sorted({at for trait in _traits_sought(person) for at in known.get(trait, ())})
        fits = [at for at in near if same_person(result[at], person)]
        exact = [at for at in fits if person.email and result[at].email == person.email]
        if exact or len(fits) == 1:
            at = (exact or fits)[0]
            result[at] = completed(result[at], person)
        elif not fits:
            at = len(result)
            result.append(person)
        else:
            continue
        for trait in _traits(result[at]):
            known.setdefault(trait, {})[at] = None
    return tuple(result)


def _traits(person: Person) -> Iterator[tuple[str, ...]]:
    """By what somebody can be found: the address, and each part of the name, with and without an address."""
    if person.email:
        yield ("email", person.email)
    for part, name in (("given", person.given), ("surname", person.surname)):
        if name:
            yield ("any", part, fold(name))
            if not person.email:
                yield ("without address", part, fold(name))


def _traits_sought(person: Person) -> Iterator[tuple[str, ...]]:
    """Where the same one can be among those known: who has another address is somebody else."""
    among = "without address" if person.email else "any"
    for trait in _traits(person):
        if trait[0] == "email":
            yield trait
        elif trait[0] == "any":
            yield (among, *trait[1:])
