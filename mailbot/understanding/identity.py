"""Who is the same person, and what several mentions of one say together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailbot.understanding.lexicon import fold
from mailbot.understanding.request import Guess, Person


def same_person(one: Person, other: Person) -> bool:
    """Whether two mentions, each perhaps incomplete, can be the same person and nothing speaks against it."""
    if one.email and other.email:
        return one.email == other.email
    shared = False
    for a, b in ((one.given, other.given), (one.surname, other.surname)):
        if a and b:
            if fold(a) != fold(b):
                return False
            shared = True
    return shared


def is_about(guess: Guess, person: Person) -> bool:
    """Whether it is this person's, who may be better known by now."""
    return guess.of is not None and (guess.of == person or same_person(guess.of, person))


def completed(one: Person, other: Person) -> Person:
    """The first, with what only the other says."""
    return Person(given=one.given or other.given, surname=one.surname or other.surname, email=one.email or other.email)


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
