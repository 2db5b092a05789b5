"""Signs of life of the parts that must never stop: whoever finds an old one knows that the part stands still."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from mailbot.store.database import insert_into
from mailbot.store.tables import beats

CLOCK = "clock"


def beat(connection: Connection, part: str, *, now: datetime) -> None:
    """The part is alive."""
    statement = insert_into(connection.dialect.name, beats).values(part=part, at=now)
    connection.execute(statement.on_conflict_do_update(index_elements=["part"], set_={"at": now}))


def rest(connection: Connection, part: str) -> None:
    """The part was stopped on purpose: from now on nobody expects a sign of it."""
    connection.execute(delete(beats).where(beats.c.part == part))


def last(connection: Connection, part: str) -> datetime | None:
    """Its last sign of life; None where none is expected."""
    return connection.execute(select(beats.c.at).where(beats.c.part == part)).scalar_one_or_none()
