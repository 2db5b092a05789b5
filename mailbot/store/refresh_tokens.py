"""Refresh tokens of OAuth 2 that an endpoint has given in place of the one that is set. They come here encrypted."""

from __future__ import annotations

from sqlalchemy import Connection, select

from mailbot.store.database import insert_into
from mailbot.store.tables import refresh_tokens


def kept(connection: Connection, name: str) -> str | None:
    """The one of that name; None where there is none."""
    of_that_name = select(refresh_tokens.c.encrypted).where(refresh_tokens.c.name == name)
    return connection.execute(of_that_name).scalar_one_or_none()


def keep(connection: Connection, name: str, encrypted: str) -> None:
    """From now on the one of that name is this."""
    statement = insert_into(connection.dialect.name, refresh_tokens).values(name=name, encrypted=encrypted)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"encrypted": encrypted}))
