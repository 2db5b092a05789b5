"""Brings a database to the version this program knows."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from mailbot.errors import StoreError

LOCK = 0x6D61696C  # "mail": the number by which bots on one PostgreSQL agree who migrates

PATIENCE = "5s"
"""How long a migration waits for a table of PostgreSQL that others use, a backup for example."""


def version_of(connection: Connection) -> str | None:
    """The version of the database as it is; None: nothing is in it yet."""
    return MigrationContext.configure(connection).get_current_revision()


def known_versions() -> tuple[str, ...]:
    """All that this program knows, the oldest first."""
    return tuple(revision.revision for revision in reversed([*ScriptDirectory.from_config(_config()).walk_revisions()]))


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
    if connection.dialect.name == "postgresql":
        # Who waits for a table holds up all who come after: rather they go first, and this is tried again.
        connection.execute(text("SELECT set_config('lock_timeout', :patience, true)"), {"patience": PATIENCE})
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "mailbot.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
