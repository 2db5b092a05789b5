"""A list that lies on the disk: an archive may have more mails than there is memory for what is found out about them."""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Collection, Iterator
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any, TypeVar, cast
from weakref import finalize

Item = TypeVar("Item")


class Shelf(Collection[Item]):
    """
    Items by their place, one in memory at a time.

    The file has no name, so nobody else can open it, and it is gone with the process (what people wrote stands in it).
    """

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - it is closed with the list
        finalize(self, self._file.close)
        self._places: list[int] = []

    def append(self, item: Item) -> None:
        """One more, at the end."""
        self._places.append(self._written(item))

    def __setitem__(self, at: int, item: Item) -> None:
        self._places[at] = self._written(item)

    def __getitem__(self, at: int) -> Item:
        self._file.seek(self._places[at])
        return cast(Item, pickle.load(self._file))

    def __iter__(self) -> Iterator[Item]:
        return (self[at] for at in range(len(self)))

    def __contains__(self, item: object) -> bool:
        return any(item == each for each in self)

    def __len__(self) -> int:
        return len(self._places)

    def _written(self, item: Item) -> int:
        place = self._file.seek(0, 2)
        pickler = pickle.Pickler(self._file, protocol=pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = _TABLE
        pickler.dump(item)
        return place


def _frozen(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# pickle itself knows no mapping that does not change.
_TABLE = {**copyreg.dispatch_table, MappingProxyType: lambda mapping: (_frozen, (dict(mapping),))}
