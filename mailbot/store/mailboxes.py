"""How far each folder has been read, and when each server was last reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, func, select, update

from mailbot.store.database import insert_into
from mailbot.store.tables import contacts, folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    How far a folder has been read.

    Mails received before `since` are before the first run, whenever they turn up; None: none is.
    """

    mailbox: str
    folder: str
    uidvalidity: int
    last_uid: int
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """When a server was last reached, and what is wrong with it since when."""

    server: str  # "smtp" or the id of a mailbox
    reached_at: datetime | None
    trouble: str | None
    trouble_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A server that is out of reach since then, and why."""

    server: str
    since: datetime
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A server that was out of reach between those moments."""

    server: str
    since: datetime
    until: datetime


def reading(connection: Connection, mailbox: str, folder: str) -> Reading | None:
    """How far the folder has been read; None before the first contact."""
    row = connection.execute(select(folders).where(folders.c.mailbox == mailbox, folders.c.folder == folder)).one_or_none()
    return None if row is None else Reading(**row._mapping)


def keep_reading(connection: Connection, reading: Reading) -> None:
    """Note how far the folder has been read."""
    values = {
        "mailbox": reading.mailbox,
        "folder": reading.folder,
        "uidvalidity": reading.uidvalidity,
        "last_uid": reading.last_uid,
        "since": reading.since,
    }
    statement = insert_into(connection, folders).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["mailbox", "folder"], set_=values))


def reached(connection: Connection, server: str, *, now: datetime) -> None:
    """Note that the server answers."""
    _keep(connection, server, {"reached_at": now, "trouble": None, "trouble_since": None})


def in_trouble(connection: Connection, server: str, sentence: str, *, now: datetime) -> None:
    """Note what is wrong with a server; since when stays what it was."""
    statement = insert_into(connection, contacts).values(server=server, trouble=sentence, trouble_since=now)
    since = func.coalesce(contacts.c.trouble_since, now)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["server"], set_={"trouble": sentence, "trouble_since": since})
    )


def all_contacts(connection: Connection) -> dict[str, Contact]:
    """Every server that was ever tried."""
    columns = [contacts.c[name] for name in Contact.__slots__]
    return {row.server: Contact(**row._mapping) for row in connection.execute(select(*columns))}


def gone(connection: Connection, servers: Sequence[str], *, before: datetime) -> tuple[Gone, ...]:
    """Which of the servers are in trouble since before `before` without staff knowing; from now on they count as told."""
    untold = (contacts.c.trouble_since <= before, contacts.c.told_since.is_(None))
    rows = _those(connection, servers, *untold)
    _told(connection, rows, since=contacts.c.trouble_since)
    return tuple(Gone(server=row.server, since=row.trouble_since, trouble=row.trouble) for row in rows)


def back(connection: Connection, servers: Sequence[str]) -> tuple[Back, ...]:
    """Which of the servers are well again while staff know only of the trouble; from now on they count as told."""
    rows = _those(connection, servers, contacts.c.trouble.is_(None), contacts.c.told_since.is_not(None))
    _told(connection, rows, since=None)
    return tuple(Back(server=row.server, since=row.told_since, until=row.reached_at) for row in rows)


def _those(connection: Connection, servers: Sequence[str], *which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    those = select(contacts).where(contacts.c.server.in_(servers), *which).order_by(contacts.c.server)
    return connection.execute(those.with_for_update()).all()


def _told(connection: Connection, rows: Sequence[Row[Any]], *, since: Column[datetime] | None) -> None:
    those = contacts.c.server.in_([row.server for row in rows])
    connection.execute(update(contacts).where(those).values(told_since=since))


def _keep(connection: Connection, server: str, values: dict[str, datetime | None]) -> None:
    statement = insert_into(connection, contacts).values(server=server, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["server"], set_=values))
