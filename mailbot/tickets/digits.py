"""The numbers by which staff call tickets when they answer an overview: the last digits of their keys. Pure."""

from __future__ import annotations

from collections.abc import Collection


def digits_of(key: str) -> str:
    """ "KV-1042" → "1042"."""
    return key.rpartition("-")[2]


def shortest(key: str, unfinished: Collection[str]) -> str:
    """The fewest last digits of a key, at least two, that stand for no other ticket."""
    digits = digits_of(key)
    others = [digits_of(other) for other in unfinished if other != key]
    lengths = range(min(2, len(digits)), len(digits))
    return next((digits[-n:] for n in lengths if not any(other.endswith(digits[-n:]) for other in others)), digits)
