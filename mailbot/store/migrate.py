"""Brings a database to the version this program knows."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from mailbot.errors import StoreError

LOCK = 0x6D61696C  # "mail": the number by which bots on one PostgreSQL agree who migrates


def migrate(connection: Connection, *, to: str = "head") -> None:
    """
    Run the migrations that are missing up to the version `to`, in the transaction of `connection`.

    On SQLite the transaction itself (BEGIN IMMEDIATE) keeps others out, on PostgreSQL an advisory lock.

    Raises:
        StoreError: the database is of a version this program does not know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
    config = Config()
    config.set_main_option("script_location", "mailbot.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == known.get_current_head():
        return
    if current is not None and current not in {revision.revision for revision in known.walk_revisions()}:
        raise StoreError(
            f"the database is of version {current}, which this mailbot does not know; install the newer mailbot again"
        )
    command.upgrade(config, to)
