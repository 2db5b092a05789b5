"""One database, SQLite or PostgreSQL, behind the same transactions. The errors of SQLAlchemy end here."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from tenacity import Retrying, retry_if_exception, retry_if_exception_type, stop_after_delay, wait_random

from mailbot.errors import Deadlock, KeptWaiting, StoreError
from mailbot.store.migrate import is_up_to_date, migrate

BUSY_SECONDS = 30
"""How long a writer of SQLite waits for another one before it gives up."""

MIGRATION_SECONDS = 600
"""How long a migration tries to get its turn beside bots that work and a backup that reads."""

SHARED: Mapping[str, str] = MappingProxyType(
    {
        "application_name": "mailbot",
        "connect_timeout": "10",
        # A connection that is cut without a word is noticed within 20 seconds, not after hours.
        "keepalives_idle": "5",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "20000",
        # Nor do the locks of a host that is gone, or of a process that is stopped, hold up the others for longer.
        "options": "-c idle_in_transaction_session_timeout=15s",
    }
)
"""How a PostgreSQL that several hosts share is connected to (parameters of libpq); what MAILBOT_DATABASE says wins."""

IDLE_IN_TRANSACTION = "25P03"
"""What PostgreSQL says to whom it has let wait no longer (SQLSTATE, its documentation's appendix A)."""

DEADLOCK = "40P01"
"""What it says to one of two that wait for each other."""

_WRITES = "mailbot_writes"


class Database:
    """Transactions on one database. `read` sees one state of it; `write` happens whole or not at all."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def is_shared(self) -> bool:
        """Whether several bots may work on it, on any number of hosts; a SQLite file is for one."""
        return self.engine.dialect.name != "sqlite"

    @contextmanager
    def own_connection(self) -> Iterator[Any]:
        """A connection of the driver that nobody else gets, ended with the block. Raises StoreError: there is none to be had."""
        with self._translated(), closing(self.engine.raw_connection()) as connection:
            try:
                yield connection.driver_connection
            finally:
                connection.invalidate()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises StoreError when the database cannot be reached."""
        with self._translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """
        A transaction that commits at the end, and rolls back on any error inside.

        Raises StoreError when the database cannot be reached, is full, or stays locked; KeptWaiting, one of those, when
        the block took too long for it.
        """
        with self._translated(), self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    @contextmanager
    def part(self, connection: Connection) -> Iterator[None]:
        """
        A part of a transaction that is taken back on any error inside, and leaves the rest as it is.

        Raises StoreError when it is the database that failed: then nothing of the whole is of use.
        """
        with self._translated(), connection.begin_nested():
            yield

    def leave_no_trace(self, *, whole: bool = False) -> None:
        """
        Let what was overwritten vanish from the files of SQLite: from the journal, and, `whole`, from every free place of
        the file, which is written anew for that. PostgreSQL does so in its own time (VACUUM).

        Raises StoreError: others use the database for too long.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with self._translated(), closing(self.engine.raw_connection()) as connection:
            try:
                if whole:
                    connection.cursor().execute("VACUUM")
                (busy, *_) = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                raise StoreError(f"{self._remains} ({error})") from error
        if busy:
            raise StoreError(self._remains)

    @property
    def _remains(self) -> str:
        file = self.engine.url.database
        return f"{file}: all is forgotten, but others use the file and its old bytes still lie there; do it again"

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError) as error:
            if getattr(error.orig, "sqlstate", None) == DEADLOCK:
                raise Deadlock(_deadlock(self.engine.url)) from error
            raise StoreError(_sentence(self.engine.url, error)) from error
        except DatabaseError as error:
            if getattr(error.orig, "sqlstate", None) == IDLE_IN_TRANSACTION:
                raise KeptWaiting(_kept_waiting(self.engine.url)) from error
            # Itself it says that the file is no database, or damaged; its other children are mistakes of the program, but for
            # what is said before there is any statement: that an option of the URL is wrong.
            if type(error) is DatabaseError or error.statement is None:
                raise StoreError(_sentence(self.engine.url, error)) from error
            raise


def open_database(url: URL) -> Database:
    """
    Connect and bring the tables up to date; several bots that start at once wait for each other.

    Raises:
        StoreError: the database cannot be reached, or is of a newer version than this program.
    """
    if url.drivername == "sqlite":
        _keep_private(Path(url.database or ""))
    engine = engine_for(url)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine)
    database = Database(engine)
    try:
        _bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def engine_for(url: URL) -> Engine:
    """Connections as this program wants them, made when they are needed: a server that says nothing holds up nobody for long."""
    return create_engine(
        url,
        connect_args=_connect_args(url),
        pool_pre_ping=True,
        hide_parameters=True,  # else errors tell whole mails to the log
    )


def _bring_up_to_date(database: Database) -> None:
    with database.read() as connection:
        if is_up_to_date(connection):
            return  # without waiting for those who write
    for attempt in _politely:
        with attempt, database.write() as connection:
            migrate(connection)


def _connect_args(url: URL) -> dict[str, Any]:
    if url.drivername == "sqlite":
        return {"timeout": BUSY_SECONDS}
    return {name: value for name, value in SHARED.items() if name not in url.query}


def insert_into(dialect: str, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, which SQLAlchemy has only per dialect: `connection.dialect.name`."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def _is_in_the_way(error: BaseException) -> bool:
    """Whether others have kept a migration waiting for so long that it has let them go first (`store/migrate.py`)."""
    cause = getattr(error.__cause__, "orig", None)
    return isinstance(error, StoreError) and type(cause).__name__ in ("LockNotAvailable", "DeadlockDetected")


_politely = Retrying(
    retry=retry_if_exception(_is_in_the_way),
    stop=stop_after_delay(MIGRATION_SECONDS),
    wait=wait_random(0.5, 2),
    reraise=True,
)

# Whoever turns a new file to WAL while others open it gets "locked" at once: SQLite's own timeout does not hold there.
_patiently = Retrying(
    retry=retry_if_exception_type(sqlite3.OperationalError),
    stop=stop_after_delay(BUSY_SECONDS),
    wait=wait_random(0.01, 0.1),
    reraise=True,
)


def _keep_private(file: Path) -> None:
    """The mails of people are for nobody else on this machine; SQLite gives its other files the same mode."""
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        # The driver's own BEGIN comes too late and only before some statements; ours is below.
        connection.isolation_level = None
        _patiently(connection.execute, "PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is overwritten

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that becomes a writer halfway would fail at once instead of waiting its turn.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _kept_waiting(url: URL) -> str:
    place = url.render_as_string(hide_password=True)
    return f"database {place}: it has ended what this process was doing, which stood still or computed for too long; do it again"


def _deadlock(url: URL) -> str:
    return f"database {url.render_as_string(hide_password=True)}: somebody else was about to do the same; do it again"


def _sentence(url: URL, error: DBAPIError) -> str:
    words = " ".join(str(error.orig).split())
    place = url.render_as_string(hide_password=True)
    return f"database {place}: {words}; see MAILBOT_DATABASE, and that the server runs and the disk has room"
