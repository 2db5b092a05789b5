"""How a mail begins and ends: the given name to greet by, and whether a text already greets or bids farewell."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailbot.mail.message import Address
from mailbot.tickets.blocks import flat
from mailbot.understanding.lexicon import is_given_name, word_set
from mailbot.understanding.request import Person

_GREETING = re.compile(
    r"(hallo|hi|hey|moin|guten (morgen|tag|abend)|lieber?|liebe[sr]?|sehr geehrte|servus|hello|dear|good)\b", re.I
)
_FAREWELL = re.compile(
    r".{0,20}\b(gr(ü|ue)(ß|ss)e?n?|mfg|lg|vg|bis (bald|dann)|regards|best wishes|cheers|yours)\b.{0,40}", re.IGNORECASE
)


def given_name(address: Address, persons: Iterable[Person] = ()) -> str:
    """
    The given name of whoever has that address, or "" where it is not known.

    It stands in a person with that address, or begins the display name ("Anna Schmidt", "Schmidt, Anna",
    "Dr. Anna Schmidt") and is known as a given name: nobody wants to be greeted as "Hallo Ortsverband".
    """
    named = next((each.given for each in persons if each.given and each.email and each.email == address.email), None)
    if named:
        return flat(named)
    name = flat(address.name).strip("\"' ")
    before, comma, after = name.partition(",")
    words = [word for word in (after if comma else before).split() if word.lower() not in word_set("titles")]
    given = words[0] if words and (comma or len(words) > 1) else ""
    return given if given[:1].isupper() and is_given_name(given) else ""


def whole_name(address: Address, persons: Iterable[Person] = ()) -> str:
    """Given name and surname, in this order, of whom `given_name` knows; else ""."""
    known = tuple(persons)
    if not given_name(address, known):
        return ""
    named = next((each.name for each in known if each.given and each.surname and each.email == address.email), None)
    before, comma, after = flat(address.name).strip("\"' ").partition(",")
    return flat(named or (f"{after} {before}" if comma else before)) or given_name(address, known)


def greets(text: str) -> bool:
    """Whether the first line is a greeting."""
    return _GREETING.match(text.strip()) is not None


def bids_farewell(text: str) -> bool:
    """Whether one of the last three lines that say something is a farewell."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return any(is_farewell(line) for line in lines[-3:])


def is_farewell(line: str) -> bool:
    """ "Viele Grüße", "LG Kim"."""
    return _FAREWELL.fullmatch(line) is not None
