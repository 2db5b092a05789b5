"""How staff call tickets: by keys as they type them, or by the last digits where they answer an overview. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

_TYPED = re.compile(r"(?:([A-Za-z]{1,8})[-\s]?)?(\d{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A ticket as somebody calls it; `letters` are capitals, "" where only the number is said."""

    letters: str
    number: int

    def __str__(self) -> str:
        return f"{self.letters}-{self.number}" if self.letters else str(self.number)

    @classmethod
    def read(cls, words: str) -> Called | None:
        """What is typed: "KV-1042", "kv1042", "kv 1042", or the number alone; None where it is no ticket."""
        found = _TYPED.fullmatch(words.strip())
        return cls(letters=(found[1] or "").upper(), number=int(found[2])) if found else None

    def is_for(self, key: str) -> bool:
        """Whether that ticket is meant."""
        letters, _, number = key.rpartition("-")
        return self.letters in ("", letters) and self.number == int(number)

    def key(self, prefix: str) -> str:
        """The whole key; `prefix` stands where only the number was said."""
        return str(replace(self, letters=self.letters or prefix))


def digits_of(key: str) -> str:
    """ "KV-1042" → "1042"."""
    return key.rpartition("-")[2]


def shortest(key: str, unfinished: Collection[str]) -> str:
    """The fewest last digits of a key, at least two, that stand for no other ticket."""
    digits = digits_of(key)
    others = [digits_of(other) for other in unfinished if other != key]
    lengths = range(min(2, len(digits)), len(digits))
    return next((digits[-n:] for n in lengths if not any(other.endswith(digits[-n:]) for other in others)), digits)
