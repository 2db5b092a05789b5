"""A list on the disk."""

from __future__ import annotations

from types import MappingProxyType

from mailbot.replay.shelf import Shelf


def test_items_come_back_as_they_were_in_their_order_also_changed_ones():
    shelf = Shelf[object]()
    for item in ("a", MappingProxyType({"b": (1, 2)}), "c"):
        shelf.append(item)

    shelf[2] = "changed, and longer than it was"
    shelf.append("d")

    assert len(shelf) == 4
    assert list(shelf) == ["a", MappingProxyType({"b": (1, 2)}), "changed, and longer than it was", "d"]
    assert next(zip(shelf, shelf, strict=True)) == ("a", "a")
    assert shelf[1] == {"b": (1, 2)}
