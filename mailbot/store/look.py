"""A database as it stands; looking changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, func, select

from mailbot.store import jobs
from mailbot.store.database import Database, engine_for
from mailbot.store.migrate import known_versions, version_of
from mailbot.store.tables import inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    What was seen.

    `version` None: nothing is in it yet; `known` are those of this program, the oldest first; `time` is what the clock of
    a database server shows (aware), None of SQLite, which has none of its own.
    """

    version: str | None
    known: tuple[str, ...]
    time: datetime | None = None


def look_at(url: URL) -> Look | None:
    """None: the SQLite file is not there yet. Raises StoreError: the database cannot be reached."""
    with _looking(url) as connection:
        if connection is None:
            return None
        time = connection.execute(select(func.now())).scalar_one() if url.drivername != "sqlite" else None
        return Look(version=version_of(connection), known=known_versions(), time=time)


def is_there(url: URL) -> bool:
    """Whether a bot has worked on it. Raises StoreError: it cannot be reached."""
    with _looking(url) as connection:
        return connection is not None and version_of(connection) is not None


def was_done(url: URL, job: str, due: str) -> bool:
    """Whether the job that was due then has been done, as far as it knows. Raises StoreError: it cannot be reached."""
    with _looking(url) as connection:
        return connection is not None and version_of(connection) is not None and jobs.is_done(connection, job, due)


def newest_heads(url: URL, mailbox: str, folder: str, *, number: int) -> tuple[bytes, ...]:
    """The header fields of the mails that came last to that folder and are kept. Raises StoreError: it cannot be reached."""
    with _looking(url) as connection:
        if connection is None or version_of(connection) is None:
            return ()
        here = select(inbound.c.raw).where(inbound.c.mailbox == mailbox, inbound.c.folder == folder)
        # One by one: only what is above their words is kept.
        raws = connection.execute(here.order_by(inbound.c.id.desc()).limit(number)).yield_per(1).scalars()
        return tuple(raw.partition(b"\r\n\r\n")[0] for raw in raws if raw)


@contextmanager
def _looking(url: URL) -> Iterator[Connection | None]:
    if url.drivername == "sqlite" and not Path(url.database or "").exists():
        yield None
        return
    database = Database(engine_for(url))
    try:
        with database.read() as connection:
            yield connection
    finally:
        database.close()
