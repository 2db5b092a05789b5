"""Tickets that were merged into others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, select

from mailbot.store.tables import KEY, tickets

_MERGED = select(tickets.c.merged_into).where(tickets.c.key == KEY)


def goes_on_in(connection: Connection, key: str) -> str:
    """The ticket in which that one goes on: the one that it was merged into, or itself."""
    into = connection.execute(_MERGED, {"of": key}).scalar_one_or_none()
    return key if into is None else goes_on_in(connection, into)


def whole(key: str) -> Select[Any]:
    """The numbers of the ticket and of all that were merged into it: told each time, so that it ends when that is undone."""
    found = select(tickets.c.number, tickets.c.key).where(tickets.c.key == key).cte(recursive=True)
    merged = select(tickets.c.number, tickets.c.key).join(found, tickets.c.merged_into == found.c.key)
    return select(found.union(merged).c.number)
