"""What cannot be right as it was written, or was taken although it was written otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from mailbot.catalogue import Catalogue, FieldRule, Service
from mailbot.understanding import values
from mailbot.understanding.address import addresses_in, likely_address
from mailbot.understanding.group import bare_group, groups_in
from mailbot.understanding.heard import Heard
from mailbot.understanding.identity import is_about, same_person
from mailbot.understanding.lexicon import fold, is_given_name, is_no_name, word_set
from mailbot.understanding.mention import Mention
from mailbot.understanding.particulars import days_told, is_own
from mailbot.understanding.request import Guess, Person, Value, Why
from mailbot.understanding.roster import Entry
from mailbot.understanding.scene import Scene

_MOST = 30
"""Doubts about one field that are told of: nobody would read more."""


def guess(rules: Iterable[FieldRule], service: Service, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    """Keep what the scene leaves in doubt about these fields, after all of them have been heard."""
    for rule in rules:
        for found in islice(_of_field(rule, service, scene, catalogue, heard), _MOST):
            heard.doubt(found)


def still_open(guesses: Iterable[Guess], fields: Mapping[str, Value]) -> tuple[Guess, ...]:
    """The guesses that the fields have not settled yet, each once."""
    return tuple(dict.fromkeys(each for each in guesses if _stands(each, fields)))


def _stands(guess: Guess, fields: Mapping[str, Value]) -> bool:
    value = fields.get(guess.field)
    people = [each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Person)]
    if guess.part:
        return any(is_about(guess, each) and getattr(each, guess.part) is None for each in people)
    match guess.why:
        case Why.RESPELT:
            return value == guess.meant
        case Why.ORDER:
            return any(guess.of is not None and _same_name(guess.of, each) for each in people)
    if isinstance(value, tuple):
        return guess.meant is None or guess.meant not in value
    return value is None


def _same_name(one: Person, other: Person) -> bool:
    return (one.given, one.surname) == (other.given, other.surname)


def _of_field(rule: FieldRule, service: Service, scene: Scene, catalogue: Catalogue, heard: Heard) -> Iterator[Guess]:
    match rule.type:
        case "persons" | "person":
            yield from _of_persons(rule, scene, heard)
        case "address" | "addresses":
            yield from _of_addresses(rule, scene, catalogue, heard)
        case "date" if rule.id not in heard.fields:
            yield from _of_days(rule, service, scene)
        case "group":
            yield from _of_group(rule, scene, catalogue, heard)


def _of_persons(rule: FieldRule, scene: Scene, heard: Heard) -> Iterator[Guess]:
    value = heard.fields.get(rule.id)
    people = [value] if isinstance(value, Person) else heard.people(rule.id)
    if "email" in rule.each:
        without = [person for person in people if person.email is None]
        told: list[Mention | Entry] = [*scene.mentions, *scene.entries]
        broken = [(each.person, each.broken) for each in told if each.broken][:_MOST]
        for named, written in broken:
            owners = [person for person in without if same_person(person, named)]
            if not (named.given or named.surname) and len(without) == 1:
                owners = without
            if len(owners) == 1:
                meant = likely_address(written, scene.own)
                yield Guess(
                    item=f"{rule.id}.email", written=written.rstrip(".,") or written, why=Why.CANNOT_BE, meant=meant, of=owners[0]
                )
    text = scene.text
    for person in people:
        for part, written, likely in (*_before_given_name(person, scene), *_in_address(person)):
            if part in rule.each and getattr(person, part) is None:
                yield Guess(item=f"{rule.id}.{part}", written=written, why=Why.TELLS, meant=likely, of=person)
        name = _written_in_doubt(person, text)
        if name:
            yield Guess(item=rule.id, written=name, why=Why.ORDER, of=Person(given=person.given, surname=person.surname))


def _before_given_name(person: Person, scene: Scene) -> Iterator[tuple[str, str, str]]:
    """ "Weber Dora, dora@…" on a line of a list: a word before the given name, perhaps the surname."""
    if person.given is None or person.surname:
        return
    for passage in scene.passages:
        match = re.match(rf"([A-ZÄÖÜÇŞİŁŚŻ][\w'’-]+)\s+{re.escape(person.given)}(?!\w)", passage.text) if passage.listed else None
        if match and not is_no_name(match[1]) and match[1].lower() not in word_set("titles"):
            yield "surname", match[0], match[1]


def _in_address(person: Person) -> Iterator[tuple[str, str, str]]:
    """Anna Berg in anna.berg@…; "joerg" and "weiss" may be spelt in two ways, so they propose nothing."""
    local = (person.email or "").partition("@")[0]
    pieces = re.fullmatch(r"([a-z]{2,})[._]([a-z]{3,})", local)
    if pieces and person.email and is_given_name(pieces[1]) and not person.given and not person.surname:
        for part, piece in (("given", pieces[1]), ("surname", pieces[2])):
            if not re.search(r"ae|oe|ue|ss", piece):
                yield part, person.email, piece.capitalize()


def _written_in_doubt(person: Person, text: str) -> str | None:
    """
    The name as it stands in the text, where it was turned round, or would be likelier turned round.

    Names of which neither part is known as a given name are taken as they stand: they are no less good.
    """
    if not (person.given and person.surname):
        return None
    turned = _found(f"{person.surname} {person.given}", text)
    if turned and not _found(f"{person.given} {person.surname}", text):
        return turned
    if is_given_name(person.surname.split()[-1]) and not is_given_name(person.given.split()[0]):
        return _found(f"{person.given} {person.surname}", text)
    return None


def _found(name: str, text: str) -> str | None:
    if name.lower() not in text.lower():
        return None
    match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    return match[0] if match else None


def _of_addresses(rule: FieldRule, scene: Scene, catalogue: Catalogue, heard: Heard) -> Iterator[Guess]:
    if rule.type == "address" and rule.id in heard.fields:
        return
    for passage in scene.passages:
        for wire in addresses_in(passage.text, loose=passage.listed, own=scene.own):
            if wire.email is None and "@" in wire.written:
                meant = likely_address(wire.written, scene.own)
                if meant is None or is_own(meant, catalogue) == (rule.domain == "own"):
                    yield Guess(item=rule.id, written=wire.written.rstrip(".,"), why=Why.CANNOT_BE, meant=meant)


def _of_days(rule: FieldRule, service: Service, scene: Scene) -> Iterator[Guess]:
    for text, _ in days_told(rule, service, scene):
        for written, meant in values.impossible_days_in(text, scene.today):
            yield Guess(item=rule.id, written=written, why=Why.CANNOT_BE, meant=meant.isoformat() if meant else None)


def _of_group(rule: FieldRule, scene: Scene, catalogue: Catalogue, heard: Heard) -> Iterator[Guess]:
    value = heard.fields.get(rule.id)
    if not isinstance(value, str):
        return
    written = _group_as_written(value, scene, catalogue)
    if written and fold(value.partition(" ")[2]) not in fold(re.sub(r"\s+", " ", written)):
        yield Guess(item=rule.id, written=written, why=Why.RESPELT, meant=value)


def _group_as_written(value: str, scene: Scene, catalogue: Catalogue) -> str | None:
    texts = [passage.text for passage in scene.passages]
    for text in (*texts, *scene.titles, *scene.voice.closing):
        named = next((each for each in groups_in(text, catalogue.groups) if each.value == value), None)
        if named:
            return named.written.strip()
    kind = value.partition(" ")[0]
    return next((text.strip(" .!") for text in texts if text and bare_group(text, kind, catalogue.groups) == value), None)
