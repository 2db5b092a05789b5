"""A backup of the database, and its way back, on SQLite and PostgreSQL."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import URL, make_url, text

from mailbot.errors import StoreError
from mailbot.store import database, holds, restorations, secrets
from mailbot.store.alone import alone_on
from mailbot.store.backup import back_up, restore
from mailbot.store.database import open_database
from tests.servers.postgresql import another, fresh_database, path_to_its_programs

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = "k" * 40


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the server's own version."""
    monkeypatch.setenv("PATH", path_to_its_programs())


def filled(database: URL) -> None:
    opened = open_database(database)
    with opened.write() as connection:
        holds.hold(connection, "nextcloud", because="Störung", now=NOW)
        if database.drivername != "sqlite":
            secrets.shared(connection, secrets.REPLY_TOKENS, proposal=KEY)
    opened.close()


def save(database: URL, file: Path, key: str | None = KEY) -> Path:
    back_up(database, file, key=key, now=NOW, progress=lambda *_: None)
    return file


def test_what_was_saved_comes_back_and_says_that_it_is_a_copy(database_url: URL, tmp_path: Path):
    filled(database_url)

    saved = save(database_url, tmp_path / "backup")
    with another(database_url, tmp_path) as url:
        taken_at = restore(url, saved, keys=())
        opened = open_database(url)
        with opened.read() as connection:
            found = holds.holds(connection), restorations.unsettled(connection)
        opened.close()

    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert (taken_at, found) == (NOW, ({"nextcloud": "Störung"}, NOW))


def test_nothing_is_ever_written_over(database_url: URL, tmp_path: Path):
    filled(database_url)
    saved = save(database_url, tmp_path / "backup")

    with pytest.raises(StoreError, match=r"backup: is there already, and nothing is written over it; name another file$"):
        save(database_url, saved)
    with pytest.raises(StoreError, match="nothing is written over it"):
        restore(database_url, saved, keys=())


def test_the_key_beside_a_sqlite_file_comes_back_beside_it_and_leaves_the_database(tmp_path: Path):
    database, again = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}"), make_url(f"sqlite:///{tmp_path / 'again.db'}")
    filled(database)

    restore(again, save(database, tmp_path / "backup"), keys=())

    beside = tmp_path / "again.db.secret"
    assert (beside.read_text(), stat.S_IMODE(beside.stat().st_mode)) == (f"{KEY}\n", 0o600)
    opened = open_database(again)
    with opened.read() as connection:
        assert secrets.known(connection, secrets.REPLY_TOKENS) is None
    opened.close()


def test_a_backup_holds_one_moment_however_much_is_written_meanwhile(tmp_path: Path):
    database = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")
    opened = open_database(database)
    enough, stop = Event(), Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with opened.write() as connection:  # two rows that belong together
                holds.hold(connection, "one", because=str(number) * 2000, now=NOW)
                holds.hold(connection, "two", because=str(number) * 2000, now=NOW)
            if number == 3:
                enough.set()

    writer = Thread(target=write)
    writer.start()
    enough.wait(timeout=30)
    try:
        saved = save(database, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
        opened.close()

    with closing(sqlite3.connect(saved)) as copy:
        (pair,) = copy.execute("SELECT count(DISTINCT because) FROM services_on_hold").fetchone()
        assert (pair, copy.execute("PRAGMA integrity_check").fetchone()) == (1, ("ok",))


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (
            lambda raw: b"no database at all, and long enough to be one" * 100,
            r"is no backup of a mailbot on SQLite \(file is not a",
        ),
        (lambda raw: raw[: len(raw) // 2], r"backup: is (damaged|no backup)"),
        (lambda raw: b"PGDMP" + raw, "is no backup of a mailbot on SQLite"),
    ],
)
def test_a_file_that_is_no_whole_backup_is_refused_and_leaves_nothing_behind(damage, complaint, tmp_path: Path):
    database, again = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}"), make_url(f"sqlite:///{tmp_path / 'again.db'}")
    filled(database)
    saved = save(database, tmp_path / "backup")
    saved.write_bytes(damage(saved.read_bytes()))

    with pytest.raises(StoreError, match=complaint):
        restore(again, saved, keys=())

    assert list(tmp_path.glob("again.db*")) == []


def test_a_backup_of_a_newer_version_is_refused(tmp_path: Path):
    database = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")
    filled(database)
    saved = save(database, tmp_path / "backup")
    with closing(sqlite3.connect(saved)) as copy, copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match="of version 9999, which this mailbot does not know"):
        restore(make_url(f"sqlite:///{tmp_path / 'again.db'}"), saved, keys=())


def test_nothing_is_put_back_under_a_bot_that_runs(tmp_path: Path):
    database = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")
    filled(database)
    saved = save(database, tmp_path / "backup")
    (tmp_path / "mailbot.db").rename(tmp_path / "old.db")

    with alone_on(database), pytest.raises(StoreError, match="another `mailbot run` works on"):
        restore(database, saved, keys=())


OURS = """
    INSERT INTO outbound (message_id, mailbox, recipient, copies, raw, automatic, state, attempts, due_at, created, copied)
    VALUES ('KV-1.m.a.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa@verein.example', 'support', 'anna@posteo.example', '[]', '',
            true, 'sent', 1, '2026-03-02', '2026-03-02', true)
"""


def test_with_another_key_nobody_could_tell_what_was_answered_since_so_it_is_refused(tmp_path: Path):
    database = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")
    opened = open_database(database)
    with opened.write() as connection:
        connection.execute(text(OURS))
    opened.close()
    saved = save(database, tmp_path / "backup", key=None)

    with pytest.raises(StoreError, match="signed by another key; set MAILBOT_SECRET to the one that was used then"):
        restore(make_url(f"sqlite:///{tmp_path / 'again.db'}"), saved, keys=(b"another key than then, and long enough",))


def test_where_pg_dump_is_missing_it_is_said(tmp_path: Path, postgresql: URL, monkeypatch: pytest.MonkeyPatch):
    with fresh_database(postgresql) as database:
        filled(database)
        monkeypatch.setattr(shutil, "which", lambda program: None)
        with pytest.raises(StoreError, match=r"^pg_dump is not installed \(Debian: apt-get install postgresql-client\)"):
            save(database, tmp_path / "backup")

    assert list(tmp_path.glob("backup*")) == []


def test_a_server_is_looked_at_before_a_restore_as_this_program_looks_at_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """One that says nothing would hold it up for ever; here what it is asked with cannot be."""
    monkeypatch.setattr(database, "SHARED", {"keepalives_idle": "for ever"})
    (tmp_path / "backup").touch()

    with pytest.raises(StoreError, match="keepalives_idle"):
        restore(make_url("postgresql+psycopg://bot@127.0.0.1:1/mailbot"), tmp_path / "backup", keys=())
