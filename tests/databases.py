"""Databases with today's tables and nothing in them, copied from one: the migrations would take most tests half of their time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, make_url

from mailbot.store.database import open_database
from tests.servers.postgresql import fresh_database


def sqlite_with_tables(folder: Path) -> URL:
    """The file mailbot.db in that folder; one that is there already stays as it is."""
    file = folder / "mailbot.db"
    if not file.exists():
        file.touch(mode=0o600)  # as a bot makes it
        file.write_bytes(_sqlite_with_tables())
    return make_url(f"sqlite:///{file}")


@cache
def _sqlite_with_tables() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "mailbot.db"
        open_database(make_url(f"sqlite:///{file}")).close()
        return file.read_bytes()


@contextmanager
def postgresql_with_tables(server: URL) -> Iterator[URL]:
    """A database on that server until the end of the block; others can be made like it."""
    with fresh_database(server) as url:
        open_database(url).close()
        yield url
