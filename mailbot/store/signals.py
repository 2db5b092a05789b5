"""
Words that bots on one PostgreSQL call to each other (LISTEN, NOTIFY).

They only wake: whoever misses one looks a little later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from mailbot.errors import StoreError
from mailbot.store.database import Database

CHANNEL = "mailbot"


def call(database: Database, word: str) -> None:
    """Let all bots on this database hear a word, this one too. On SQLite there is nobody else. Raises StoreError."""
    if database.is_shared:
        with database.write() as connection:
            # Nothing that must survive: nobody need wait for the disk.
            connection.execute(select(func.set_config("synchronous_commit", "off", True), func.pg_notify(CHANNEL, word)))


@contextmanager
def listening(database: Database) -> Iterator[Callable[[float], Iterator[str]]]:
    """
    Hear what is called, on a PostgreSQL: a function that gives, for so many seconds, each word as soon as it is called.

    Raises StoreError when the connection has ended.
    """
    import psycopg  # only where there is a PostgreSQL

    with database.own_connection() as connection:
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")

        def heard(seconds: float) -> Iterator[str]:
            try:
                for notice in connection.notifies(timeout=seconds):
                    yield notice.payload
            except psycopg.Error as error:
                raise StoreError(f"the database does not wake us any more: {' '.join(str(error).split())}") from error

        yield heard
