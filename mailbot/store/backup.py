"""
A backup of the whole database while the bot runs, and its way back.

SQLite: one file, by SQLite's own online backup, with the key of the Message-IDs where that lies beside the database. It
holds one moment, however much is written meanwhile. PostgreSQL: what `pg_dump` writes. Either is for its owner alone.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, inspect

from mailbot.errors import StoreError
from mailbot.mail.thread import thread_of
from mailbot.store import jobs, outbound, restorations, secrets
from mailbot.store.alone import alone_on
from mailbot.store.database import BUSY_SECONDS, Database, engine_for, open_database

BACKUP = "backup"
"""The job by which a database tells when it was saved last, and a copy of it how old it is."""

PAGES = 1000
"""So many pages, of 4 KB each, are copied between two words about how far it is."""

SAMPLE = 20
"""So many of the newest mails of ours are looked at: is the key the one that has signed them?"""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Progress = Callable[[int, int], None]
"""Called with what is done and what there is in all."""


def back_up(database: URL, file: Path, *, key: str | None, now: datetime, progress: Progress) -> None:
    """
    Save the database, which is up to date and may be in use, in a new file.

    Args:
        key: goes into the file of SQLite; PostgreSQL has its own.

    Raises StoreError: the file is there already or cannot be written, or `pg_dump` is missing or refuses.
    """
    opened = open_database(database)
    try:
        with opened.write() as connection:
            jobs.take(connection, BACKUP, now.isoformat(timespec="seconds"), now=now)
    finally:
        opened.close()
    with _new(file) as draft:
        if database.drivername == "sqlite":
            _copy(Path(database.database or ""), draft, progress)
            _seal(draft, key, now)
        else:
            _run("pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")


def restore(database: URL, file: Path, *, keys: Sequence[bytes]) -> datetime:
    """
    Put a backup in the place of a database that is not there; gives when it was taken.

    The bot that starts on it first asks the mail servers what has happened since (service/recollection.py).

    Args:
        keys: those that are set; empty where the key lies with the database.

    Raises StoreError: there is a database already, a bot is at work on it, the file is no whole backup or of a newer
    version, or the keys are not those that have signed its mails.
    """
    if not file.is_file():
        raise StoreError(f"{file}: there is no such file")
    if database.drivername == "sqlite":
        with alone_on(database, tidily=True):
            return _restore_sqlite(Path(database.database or ""), file, keys)
    return _restore_postgresql(database, file, keys)


@contextmanager
def _new(file: Path) -> Iterator[Path]:
    """A draft, readable by its owner alone, that becomes the file at the end of the block; never over another one."""
    draft = file.with_name(f"{file.name}.part")
    try:
        if file.exists():
            raise StoreError(f"{file}: is there already, and nothing is written over it; name another file")
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            yield draft
            with draft.open("rb") as written:
                os.fsync(written.fileno())
            os.link(draft, file)
        finally:
            draft.unlink(missing_ok=True)
    except FileNotFoundError:
        raise StoreError(f"{file}: cannot be written, for there is no folder {file.parent}; make it first") from None
    except (OSError, sqlite3.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise StoreError(f"{file}: cannot be written ({why}); see its folder, and that the disk has room") from None


def _copy(source: Path, draft: Path, progress: Progress) -> None:
    with closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as origin, closing(sqlite3.connect(draft)) as copy:
        origin.isolation_level = None
        # One moment of the database: else every write of the bot would make the copy begin anew.
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM alembic_version").fetchone()
        origin.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))


def _seal(draft: Path, key: str | None, now: datetime) -> None:
    """The copy says what it is, and holds the key; it is one whole file."""
    opened = open_database(_sqlite(draft))
    try:
        with opened.write() as connection:
            restorations.mark(connection, taken_at=now)
            if key is not None:
                secrets.shared(connection, secrets.REPLY_TOKENS, proposal=key)
    finally:
        opened.close()
    with closing(sqlite3.connect(draft)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        _whole(copy, draft)


def _whole(copy: sqlite3.Connection, file: Path) -> None:
    (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"{file}: is damaged ({found}); take another backup")


def _restore_sqlite(target: Path, file: Path, keys: Sequence[bytes]) -> datetime:
    there = [path for path in (target, target.with_name(f"{target.name}-wal")) if path.exists()]
    if there:
        raise StoreError(f"{there[0]}: is there already, and nothing is written over it; move it away first")
    with _new(target) as draft:
        shutil.copyfile(file, draft)
        _is_backup(draft, file)
        opened = open_database(_sqlite(draft))
        try:
            with opened.write() as connection:
                taken_at = _marked(connection)
                kept = secrets.take(connection, secrets.REPLY_TOKENS)
                _signed_by(connection, keys or ((kept.encode(),) if kept else ()), file)
        finally:
            opened.close()
        if kept and not keys:
            _keep_key(target.with_name(f"{target.name}.secret"), kept)
    return taken_at


def _is_backup(draft: Path, file: Path) -> None:
    try:
        with closing(sqlite3.connect(draft)) as copy:
            _whole(copy, file)
            copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{file}: is no backup of a mailbot on SQLite ({error})") from None


def _keep_key(path: Path, key: str) -> None:
    if path.exists():
        if path.read_text(encoding="ascii").strip() != key:
            raise StoreError(f"{path}: holds another key than the backup; move it away first")
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(f"{key}\n")
        file.flush()
        os.fsync(file.fileno())


def _restore_postgresql(database: URL, file: Path, keys: Sequence[bytes]) -> datetime:
    empty = Database(engine_for(database))
    try:
        with empty.read() as connection:
            if there := inspect(connection).get_table_names():
                place = database.render_as_string(hide_password=True)
                raise StoreError(f"{place}: is not empty ({there[0]}), and nothing is written over it; create another database")
    finally:
        empty.close()
    _run("pg_restore", database, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(file))
    opened = open_database(database)
    try:
        # At once: whatever is wrong with the key, no bot may take this database for one that knows everything.
        with opened.write() as connection:
            taken_at = _marked(connection)
        with opened.read() as connection:
            kept = secrets.known(connection, secrets.REPLY_TOKENS)
            _signed_by(connection, keys or ((kept.encode(),) if kept else ()), file)
    finally:
        opened.close()
    return taken_at


def _marked(connection: Connection) -> datetime:
    taken_at = restorations.unsettled(connection)
    if taken_at is None:
        taken_at = jobs.last_done(connection, BACKUP) or LONG_AGO
        restorations.mark(connection, taken_at=taken_at)
    return taken_at


def _signed_by(connection: Connection, keys: Sequence[bytes], file: Path) -> None:
    """Without the key nobody can tell from Sent what was answered since."""
    ids = outbound.newest_ids(connection, SAMPLE)
    if ids and not any(thread_of(id, keys) for id in ids):
        raise StoreError(f"{file}: its mails are signed by another key; set MAILBOT_SECRET to the one that was used then")


def _run(program: str, database: URL, *words: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise StoreError(f"{program} is not installed (Debian: apt-get install postgresql-client), or run it where it is")
    url = database.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    password = {"PGPASSWORD": str(database.password)} if database.password else {}
    done = subprocess.run([path, f"--dbname={url}", *words], env={**os.environ, **password}, capture_output=True, text=True)
    if done.returncode != 0:
        raise StoreError(f"{program}: {' '.join(done.stderr.split()) or f'ended with status {done.returncode}'}")


def _sqlite(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))
