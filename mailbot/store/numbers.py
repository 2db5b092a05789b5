"""The numbers of tickets."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, text

from mailbot.store.database import insert_into
from mailbot.store.tables import counters


def next_one(connection: Connection, *, first: int) -> int:
    """
    The number of the next ticket.

    On SQLite nobody else writes meanwhile. On PostgreSQL it is taken in a transaction of its own, so that no other bot
    waits for the end of this one; where this one fails, the number stays without a ticket.
    """
    if connection.dialect.name == "sqlite":
        return _count(connection, 1, at_least=first)
    with connection.engine.begin() as aside:
        # It need not reach the disk before what uses it: the log is written in order.
        aside.execute(text("SET LOCAL synchronous_commit = off"))
        return _count(aside, 1, at_least=first)


def reserve(connection: Connection, number: int) -> None:
    """Nobody gets that number, or a lower one, from `next_one`."""
    _count(connection, 0, at_least=number)


def _count(connection: Connection, steps: int, *, at_least: int) -> int:
    """The last number, counted on by so many steps, or that one if it is greater."""
    counted = connection.execute(_counting(connection.dialect.name), {"steps": steps, "at_least": at_least})
    return int(counted.scalar_one())


@cache
def _counting(dialect: str) -> Any:
    greatest = func.greatest if dialect == "postgresql" else func.max
    at_least = bindparam("at_least", type_=counters.c.last.type)
    further = greatest(counters.c.last + bindparam("steps", type_=counters.c.last.type), at_least)
    first = insert_into(dialect, counters).values(name="ticket", last=at_least)
    return first.on_conflict_do_update(index_elements=["name"], set_={"last": further}).returning(counters.c.last)
