"""
Login names for new accounts, made of people's names: "Zoë-Émilie von der Größe" → "zoe-emilie.von-der-groesse".

Readable, in letters that every server takes, and never twice in one ticket. Whether a name is free on the server only
the server knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from anyascii import anyascii

from mailbot.understanding.request import Person

LONGEST = 60
"""Characters of a login name: what WordPress takes; Nextcloud takes 64."""

# In German two letters, where anyascii drops the dots.
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who gets an account: the person, and the name to log in with. What is not known is ""."""

    given: str
    surname: str
    name: str
    email: str
    login: str


def accounts_of(persons: Iterable[Person]) -> Mapping[Person, Account]:
    """An account for each person, in order; who is named twice gets one, namesakes are told apart by a number."""
    made: dict[Person, Account] = {}
    taken: set[str] = set()
    for person in persons:
        if person in made:
            continue
        login = _free(_login(person), taken)
        taken.add(login)
        made[person] = Account(
            given=person.given or "", surname=person.surname or "", name=person.name, email=person.email or "", login=login
        )
    return made


def _login(person: Person) -> str:
    spoken = ".".join(part for each in (person.given, person.surname) if (part := _plain(each or "")))
    return (spoken or _plain((person.email or "").partition("@")[0]) or "konto")[:LONGEST].strip(".-")


def _plain(name: str) -> str:
    """In small ASCII letters and digits; what stands between words becomes one "-"."""
    # A sign that is no letter in any writing (an emoji) would be spelt out: ":grinning:".
    letters = "".join(sign if sign.isalnum() else "'" if sign in "'’`´" else " " for sign in name.translate(_GERMAN))
    return re.sub(r"[^a-z0-9]+", "-", anyascii(letters).lower().replace("'", "")).strip("-")


def _free(login: str, taken: set[str]) -> str:
    return next(each for number in count(1) if (each := login if number == 1 else f"{login}{number}") not in taken)
