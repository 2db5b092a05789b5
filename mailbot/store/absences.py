"""Who of the staff is away, and until when."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, bindparam, delete, select

from mailbot.store.database import insert_into
from mailbot.store.tables import absences


def go_away(connection: Connection, staff: str, *, until: date) -> None:
    """The member of staff of that id is away up to and including that day; a later word takes the place of an earlier one."""
    statement = insert_into(connection.dialect.name, absences).values(staff=staff, until=until)
    connection.execute(statement.on_conflict_do_update(index_elements=["staff"], set_={"until": until}))


def come_back(connection: Connection, staff: str) -> bool:
    """They are here again; False when they were not away."""
    return connection.execute(delete(absences).where(absences.c.staff == staff)).rowcount == 1


_AWAY = select(absences).where(absences.c.until >= bindparam("on"))


def away(connection: Connection, *, on: date) -> dict[str, date]:
    """Who is away on that day: id to the last day."""
    return {row.staff: row.until for row in connection.execute(_AWAY, {"on": on})}
