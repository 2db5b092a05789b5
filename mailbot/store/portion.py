"""How much is taken at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

PORTION = 500
"""Rows named in one statement at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Most:
    """The most that is taken at a time; one mail in any case."""

    mails: int
    bytes: int


def up_to(bytes: int, sized: Iterable[tuple[T, int]]) -> Iterator[T]:
    """Those, each with its size, that have no more bytes together; the first in any case."""
    for at, (each, size) in enumerate(sized):
        bytes -= size
        if at and bytes < 0:
            return
        yield each


def portions(all_of_it: Iterable[T], most: int = PORTION) -> Iterator[Sequence[T]]:
    """All of it, in groups that one statement can name."""
    left = iter(all_of_it)
    while some := tuple(islice(left, most)):
        yield some
