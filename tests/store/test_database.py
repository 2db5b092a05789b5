"""Transactions and migrations, on SQLite and PostgreSQL."""

import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, make_url, text

from mailbot.demo.ports import free_ports
from mailbot.errors import KeptWaiting, StoreError
from mailbot.store import holds, jobs, secrets
from mailbot.store import migrate as migrate_module
from mailbot.store.database import Database, open_database
from mailbot.store.migrate import FOLDERS, known_versions, migrate, version_of
from mailbot.store.tables import metadata
from tests.servers.process import eventually

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_migrations_lead_to_the_tables_of_the_program(database: Database):
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_versions_are_told_by_the_names_of_the_migrations():
    revisions = ScriptDirectory(str(FOLDERS[0].parent)).walk_revisions()

    assert known_versions() == tuple(revision.revision for revision in reversed([*revisions]))


def test_a_database_is_opened_again_with_what_it_holds(database_url: URL):
    first = open_database(database_url)
    with first.write() as connection:
        holds.hold(connection, "nextcloud", because="Störung", now=NOW)
    first.close()

    again = open_database(database_url)
    with again.read() as connection:
        assert holds.holds(connection) == {"nextcloud": "Störung"}
    again.close()


def test_many_bots_may_start_at_once_on_an_empty_database(empty_database_url: URL):
    with ThreadPoolExecutor(4) as bots:
        opened = list(bots.map(lambda _: open_database(empty_database_url), range(4)))

    with opened[0].read() as connection:
        assert holds.holds(connection) == {}
    for each in opened:
        each.close()


def test_a_database_of_a_newer_version_is_left_alone(database_url: URL):
    newer = open_database(database_url)
    with newer.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer.close()

    with pytest.raises(StoreError, match="of version 9999, which this mailbot does not know; install the newer mailbot again"):
        open_database(database_url)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_lets_the_database_wait_for_too_long_is_told_that_it_was_not_the_database(database: Database):
    told = r"it has ended what this process was doing, which stood still or computed for too long; do it again$"

    def stands_still() -> None:
        with database.write() as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 20"))
            time.sleep(0.1)
            connection.execute(text("SELECT 1"))

    with pytest.raises(KeptWaiting, match=told):
        stands_still()
    with database.write() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_a_migration_lets_bots_work_on_beside_a_long_backup_and_comes_to_its_turn(
    empty_database_url: URL, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(migrate_module, "PATIENCE", "300ms")
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        migrate(connection, to="0003")

    with ThreadPoolExecutor(1) as newer, engine.connect() as bot:
        with engine.connect() as backup:
            backup.execute(text("SELECT count(*) FROM inbound"))
            opened = newer.submit(open_database, empty_database_url)
            eventually(lambda: someone_waits(bot) or None, timeout=30, failure=lambda: "nobody waits for a table")
            bot.execute(text("SELECT count(*) FROM inbound"))  # behind who waits
            bot.rollback()
            assert not opened.done()
        opened.result(timeout=60).close()

    with engine.connect() as connection:
        assert version_of(connection) == known_versions()[-1]
    engine.dispose()


def someone_waits(connection: Connection) -> bool:
    waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'inbound'::regclass")
    found = connection.execute(waits).scalar_one() > 0
    connection.rollback()
    return found


def test_a_database_that_cannot_be_opened_is_named_with_what_to_do():
    with pytest.raises(StoreError, match=r"^database sqlite:////no/such/folder/mailbot\.db: .*; see MAILBOT_DATABASE"):
        open_database(make_url("sqlite:////no/such/folder/mailbot.db"))


def test_a_server_that_does_not_answer_is_named_without_the_password():
    (port,) = free_ports(1)
    url = make_url(f"postgresql+psycopg://bot:hunter2@127.0.0.1:{port}/mailbot")

    with pytest.raises(StoreError, match=rf"^database postgresql\+psycopg://bot:\*\*\*@127\.0\.0\.1:{port}/mailbot: ") as refused:
        open_database(url)

    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize("option", ["connect_timeout=soon", "nonsense=1"])
def test_a_wrong_option_of_the_url_is_named_with_what_to_do(option: str):
    url = make_url(f"postgresql+psycopg://bot@127.0.0.1:1/mailbot?{option}")

    with pytest.raises(StoreError, match=rf"{option.split('=')[0]}.*; see MAILBOT_DATABASE"):
        open_database(url)


def test_a_file_that_is_no_database_is_named_with_what_to_do_and_left_as_it_is(tmp_path: Path):
    rules = tmp_path / "rules.yaml"
    rules.write_text("organisation:\n" * 1000, encoding="utf-8")

    with pytest.raises(StoreError, match=r"rules\.yaml: file is not a database; see MAILBOT_DATABASE"):
        open_database(make_url(f"sqlite:///{rules}"))
    assert rules.read_text(encoding="utf-8") == "organisation:\n" * 1000


def test_an_error_inside_a_transaction_undoes_all_of_it(database: Database):
    def fail_halfway() -> None:
        with database.write() as connection:
            holds.hold(connection, "nextcloud", because="Störung", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()

    with database.read() as connection:
        assert holds.holds(connection) == {}


def test_writers_wait_for_each_other(database: Database):
    def take(number: int) -> bool:
        with database.write() as connection:
            return jobs.take(connection, "digest", f"2026-03-{number % 5 + 1:02}", now=NOW)

    with ThreadPoolExecutor(8) as bots:
        taken = list(bots.map(take, range(40)))

    assert sum(taken) == 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_syncs_every_commit_and_lets_readers_read_meanwhile(database: Database):
    with database.read() as connection:
        found = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert found == ["wal", 2, 1]


def test_times_come_back_in_utc_whatever_zone_they_had(database: Database):
    in_cologne = NOW.astimezone(timezone(timedelta(hours=1)))
    with database.write() as connection:
        jobs.take(connection, "digest", "2026-03-02", now=in_cologne)

    with database.read() as connection:
        done = jobs.last_done(connection, "digest")

    assert done is not None
    assert (done, done.tzinfo) == (NOW, UTC)


def test_a_hold_can_be_changed_and_released(database: Database):
    with database.write() as connection:
        holds.hold(connection, "nextcloud", because="Störung", now=NOW)
        holds.hold(connection, "nextcloud", because="Umzug\0 \udcf6des Servers", now=NOW)

    with database.write() as connection:
        assert holds.holds(connection) == {"nextcloud": "Umzug des Servers"}
        assert holds.release(connection, "nextcloud")
        assert not holds.release(connection, "nextcloud")


def test_all_bots_of_a_database_share_the_first_secret(database: Database):
    with database.write() as connection:
        first = secrets.shared(connection, "tokens", proposal="a" * 32)
        second = secrets.shared(connection, "tokens", proposal="b" * 32)

    assert (first, second) == ("a" * 32, "a" * 32)


def test_a_program_may_lie_in_a_folder_of_any_name(monkeypatch: pytest.MonkeyPatch):
    folders = (Path("/opt/a%20b/versions"), Path("/opt/a:b/versions"))
    monkeypatch.setattr(migrate_module, "FOLDERS", folders)

    assert migrate_module._config().get_version_locations_list() == [str(folder) for folder in folders]
