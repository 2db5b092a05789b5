"""The key of reply tokens where all bots of one PostgreSQL must share it and none is set."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from mailbot.store.database import insert_into
from mailbot.store.tables import secrets

REPLY_TOKENS = "reply tokens"


def known(connection: Connection, name: str) -> str | None:
    """The secret of that name, if there is one."""
    return connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar_one_or_none()


def take(connection: Connection, name: str) -> str | None:
    """The same, and from then on the database does not hold it."""
    found = known(connection, name)
    connection.execute(delete(secrets).where(secrets.c.name == name))
    return found


def shared(connection: Connection, name: str, *, proposal: str) -> str:
    """The secret of that name; the first who asks settles it."""
    connection.execute(insert_into(connection.dialect.name, secrets).values(name=name, value=proposal).on_conflict_do_nothing())
    return str(connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar_one())
