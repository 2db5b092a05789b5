"""
Brings a database to the version this program knows.

Alembic is imported inside what needs it: most commands find the database up to date, and it takes long to load.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from mailbot.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

FOLDERS = (Path(__file__).parent / "migrations" / "versions",)
"""Where the migrations lie; the name of each file begins with its version."""

LOCK = 0x6D61696C  # "mail": the number by which bots on one PostgreSQL agree who migrates

PATIENCE = "5s"
"""How long a migration waits for a table of PostgreSQL that others use, a backup for example."""


def version_of(connection: Connection) -> str | None:
    """The version of the database as it is; None: nothing is in it yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return None if found is None else str(found)


def known_versions() -> tuple[str, ...]:
    """All that this program knows, the oldest first."""
    return tuple(sorted(file.name.partition("_")[0] for folder in FOLDERS for file in folder.glob("[0-9]*.py")))


def is_up_to_date(connection: Connection) -> bool:
    """Whether there is nothing to migrate."""
    return version_of(connection) == known_versions()[-1]


def migrate(connection: Connection, *, to: str = "head") -> None:
    """
    Run the migrations that are missing up to the version `to`, in the transaction of `connection`.

    On SQLite the transaction itself (BEGIN IMMEDIATE) keeps others out, on PostgreSQL an advisory lock.

    Raises:
        StoreError: the database is of a version this program does not know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
    known, current = known_versions(), version_of(connection)
    if current == known[-1]:
        return
    if current is not None and current not in known:
        raise StoreError(
            f"the database is of version {current}, which this mailbot does not know; install the newer mailbot again"
        )
    from alembic import command

    if connection.dialect.name == "postgresql":
        # Who waits for a table holds up all who come after: rather they go first, and this is tried again.
        connection.execute(text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": PATIENCE})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "mailbot.store:migrations")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, FOLDERS)).replace("%", "%%"))  # configparser reads it
    return config
