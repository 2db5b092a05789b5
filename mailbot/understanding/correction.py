"""Words that take somebody or something back: "doch nicht", "statt Paul", "Paul raus"."""

from __future__ import annotations

import re
from functools import lru_cache

from mailbot.understanding.lexicon import beginning, listed
from mailbot.understanding.passage import ADDRESS
from mailbot.understanding.request import Person

_ABOUT_THE_NEXT = re.compile(r"\b(?:nicht|not|statt|instead of|ohne)\s*$", re.IGNORECASE)

_BUT_THAT = r"(?:\s+(?:mehr|leider|dafür|dazu|wohl|bitte|any ?more|(?:für|als|for|as)(?: d\w\w)? \w+))*\W*$"
_AT_END = re.compile(
    rf"{listed('removed_at_end').pattern}{_BUT_THAT}|^\s*{listed('removed_alone').pattern}{_BUT_THAT}", re.IGNORECASE
)
_GOES_ON = re.compile(r",\s*(?:dass|ob|wie|wann|wo|wer|was|weshalb)\b", re.IGNORECASE)
""" "Paul will nicht, dass …" says something else."""


def corrects(text: str) -> bool:
    """Whether the text has words of a correction at all."""
    return bool(listed("corrections").search(text) or (listed("preferences").search(text) and not only_weighs(text)))


def only_weighs(text: str) -> bool:
    """ "AG Garten klingt zwar schöner", "der 3. Mai wäre besser, aber da geht es nicht": what is not taken after all."""
    better = listed("preferences").search(text)
    return better is not None and bool(_ADMITTED.search(better[0]) or listed("only_weighed").search(text, better.end()))


_ADMITTED = re.compile(r"\b(?:zwar|vielleicht|nicht|kaum|admittedly|not)\b", re.IGNORECASE)


_INSTEAD_OF = re.compile(rf"{listed('instead_of').pattern}\s+(?:(?!mir\b|mich\b|meiner\b|me\b)\w+\s+)?$", re.IGNORECASE)


def is_replaced(text: str, start: int) -> bool:
    """Whether the name that begins at `start` stands behind "statt" or the like."""
    return _INSTEAD_OF.search(text[:start]) is not None and not listed("not_instead").search(text, start)


def is_former(before: str) -> bool:
    """Whether the text says of the one who is named behind it that he or she is it no more."""
    return _FORMER.search(before) is not None


def is_no_party(before: str) -> bool:
    """Whether who is named behind it neither asks nor gets something: "laut Auskunft von (Kim)", "unsere bisherige … (Kim)"."""
    return is_former(before) or listed("turned_to").search(before[-30:]) is not None


_FORMER = re.compile(r"\b(?:bisherige|ehemalige|frühere|vormalige|scheidende|former)\w*\s+(?:[^\W\d_]+\s+){0,2}$", re.IGNORECASE)
""" "unserer bisherigen Sprecherin (Kim)"."""


def leaves(text: str, start: int, end: int, upto: int | None = None) -> bool:
    """
    Whether the text takes out the one whose name stands at start:end ("Paul doch nicht", "statt Paul").

    `upto`: where the next name begins; what stands there is about that one.
    """
    whole = text[end:upto]
    rest = re.split(r"[,.;!]", whole if upto is None else _ABOUT_THE_NEXT.sub("", whole))[0]
    return (
        listed("removed").search(rest) is not None
        or (_AT_END.search(rest) is not None and not _GOES_ON.match(text[end + len(rest) :]))
        or any(beginning("removed_behind").match(tail) for tail in _tails(rest))
        or is_replaced(text, start)
        or (_REPLACED_BY.match(text, end) is not None and _REPLACES.search(text) is not None)
        or _OF_WHOM.match(text, end) is not None
    )


_REPLACES = re.compile(r"\b(?:ersetz|(?:aus)?(?:ge)?tausch|aus(?:zu|ge)?wechsel)", re.IGNORECASE)
_REPLACED_BY = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:(?:bitte|ist|wird|soll|sollte|möge|künftig|nun)\s+){0,3}(?:durch|gegen)\s+(?=\w)", re.IGNORECASE
)
""" "ersetzen Sie (Kim) durch Tom", "(Kim) wird durch Tom ersetzt"."""
_OF_WHOM = re.compile(
    r"[^.;!?]{0,60},\s*dass\s+(?:sie|er)\b[^.;!?]{0,60}\b(?:absieht|abstand\s+nimmt|verzichtet|zurückzieht|ausscheidet|aussteigt|nicht\s+(?:mehr\s+)?"
    r"(?:teilnimmt|mitmacht|mitwirkt|teilnehmen|mitmachen)(?:\s+(?:möchte|will|kann|wird))?)\b",
    re.IGNORECASE,
)
""" "(Kim) hat mitgeteilt, dass sie von einer Teilnahme absieht"."""


def _tails(text: str) -> list[str]:
    """The text, and the text without its first word, and without its first two."""
    words = text.split()
    return [" ".join(words[at:]) for at in range(min(3, len(words)))]


@lru_cache(maxsize=2048)
def _blanked(text: str) -> str:
    return ADDRESS.sub(lambda wire: "\x00" * len(wire[0]), text)


def places(person: Person, text: str) -> list[tuple[int, int]]:
    """Where the person stands in the text: by full name, else by given name, else by surname."""
    text = _blanked(text)
    for form in (person.name if person.given and person.surname else None, person.given, person.surname):
        found = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text, re.IGNORECASE)] if form else []
        if found:
            return found
    return []
