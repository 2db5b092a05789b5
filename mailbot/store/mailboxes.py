"""How far each folder has been read, and when each server was last reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

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
    statement = insert_into(connection.dialect.name, folders).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["mailbox", "folder"], set_=values))


def next_uid(connection: Connection, mailbox: str, folder: str, *, uidvalidity: int) -> int:
    """The next number in a folder that we number ourselves; whoever else asks waits for the end of the transaction."""
    first = {"mailbox": mailbox, "folder": folder, "uidvalidity": uidvalidity, "last_uid": 1, "since": None}
    counted = insert_into(connection.dialect.name, folders).values(first)
    counted = counted.on_conflict_do_update(index_elements=["mailbox", "folder"], set_={"last_uid": folders.c.last_uid + 1})
    uid: int = connection.execute(counted.returning(folders.c.last_uid)).scalar_one()
    return uid


def reached(connection: Connection, server: str, *, now: datetime) -> None:
    """Note that the server answers."""
    _keep(connection, server, {"reached_at": now, "trouble": None, "trouble_since": None})


def in_trouble(connection: Connection, server: str, sentence: str, *, now: datetime) -> None:
    """Note what is wrong with a server; since when stays what it was."""
    statement = insert_into(connection.dialect.name, contacts).values(server=server, trouble=sentence, trouble_since=now)
    since = func.coalesce(contacts.c.trouble_since, now)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["server"], set_={"trouble": sentence, "trouble_since": since})
    )


def all_contacts(connection: Connection) -> dict[str, Contact]:
    """Every server that was ever tried."""
    columns = [contacts.c[name] for name in Contact.__slots__]
    return {row.server: Contact(**row._mapping) for row in connection.execute(select(*columns))}


def _keep(connection: Connection, server: str, values: dict[str, datetime | None]) -> None:
    statement = insert_into(connection.dialect.name, contacts).values(server=server, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["server"], set_=values))
