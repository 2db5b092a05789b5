"""
Databases that earlier versions have left behind, on SQLite and PostgreSQL.

`tests/store/schemas/` holds one of each: written by the program of that time, in which a member has asked and was asked
back, a second request was complete and closed by staff, an absence note was ignored, a service is on hold and a digest went.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, MetaData, create_engine, make_url, text

from mailbot.service.health import examine
from mailbot.store import holds, inbound, jobs, outbound, restorations, tickets
from mailbot.store.backup import restore
from mailbot.store.database import open_database
from mailbot.store.migrate import migrate
from mailbot.store.tables import metadata
from mailbot.tickets.ticket import State
from tests.association import PROJECT
from tests.servers.station import parsed
from tests.service.bench import MONDAY, STAFF, Bench, answering, bench_in, eml

SCHEMAS = PROJECT / "tests" / "store" / "schemas"
SECRET = "a key that only this test knows, and long enough"


@pytest.fixture(params=sorted(path.stem for path in SCHEMAS.glob("*.sql")))
def upgraded(request: pytest.FixtureRequest, empty_database_url: URL, tmp_path: Path) -> Iterator[Bench]:
    """Today's bot on a database of that version."""
    dump = (SCHEMAS / f"{request.param}.sql").read_text(encoding="utf-8")
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as file:
        file.executescript(dump)
    if empty_database_url.drivername == "sqlite":
        shutil.copy(old, str(empty_database_url.database))
    else:
        _copy(old, empty_database_url, version=request.param)
    with bench_in(tmp_path, empty_database_url, secret=SECRET) as bench:
        bench.support.next_uid = 10  # the mails of that time have been tidied up
        bench.clock.pass_by(timedelta(days=1))
        yield bench


def _copy(old: Path, database: URL, *, version: str) -> None:
    """Row by row into the tables of that version."""
    source, target = create_engine(f"sqlite:///{old}"), create_engine(database)
    with source.connect() as origin, target.begin() as copy:
        migrate(copy, to=version)
        there, here = MetaData(), MetaData()
        there.reflect(origin)
        here.reflect(copy)
        for table in here.sorted_tables:
            rows = [dict(row._mapping) for row in origin.execute(there.tables[table.name].select())]
            if rows and table.name != "alembic_version":
                copy.execute(table.insert(), rows)
                _count_on(copy, table.name)
    source.dispose()
    target.dispose()


def _count_on(connection: Connection, table: str) -> None:
    """The next id is behind those that were copied."""
    counts = connection.execute(
        text("SELECT 1 FROM information_schema.columns WHERE table_name = :t AND column_default LIKE 'nextval%'"), {"t": table}
    )
    if counts.first():
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"))


def test_there_is_a_database_of_every_version_but_todays():
    versions = sorted(path.name[:4] for path in (PROJECT / "mailbot" / "store" / "migrations" / "versions").glob("0*.py"))

    assert [path.stem for path in sorted(SCHEMAS.glob("*.sql"))] == versions[:-1]


def test_it_holds_what_it_held_and_the_bot_goes_on_with_it(upgraded: Bench):
    with upgraded.office.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert holds.holds(connection) == {"website": "Umzug"}
        assert jobs.is_done(connection, "digest", f"{MONDAY:%Y-%m-%d}")
        (asked, *_) = (row for row in upgraded.outbox() if row.recipient == "anna.schmidt@posteo.example")
        question, (first, raw) = parsed(outbound.raw_of(connection, asked.id)), inbound.get(connection, 1)
    assert (first.state, parsed(raw)["Message-ID"]) == (inbound.State.TICKET, "<first@posteo.example>")
    assert [(each.key, each.requester.email, each.request.service, each.state) for each in upgraded.tickets()] == [
        ("KV-1001", "anna.schmidt@posteo.example", "nextcloud", State.ASKING),
        ("KV-1002", "paul@posteo.example", "signal", State.CLOSED),
    ]
    assert upgraded.kinds("KV-1002")[:2] == ["received", "opened"]
    assert "closed" in upgraded.kinds("KV-1002")
    assert {row.state for row in upgraded.outbox()} == {outbound.State.SENT}

    upgraded.arrives(
        "Mitmachen soll Eva Klein, eva@posteo.example, Admin bin ich, anna.schmidt@posteo.example.", **answering(question)
    )
    upgraded.mail(eml(From="Eva Klein <eva@posteo.example>"))
    upgraded.run()

    assert [(each.key, each.state) for each in upgraded.tickets()] == [
        ("KV-1001", State.ON_HOLD),  # as rules.yaml has it
        ("KV-1002", State.CLOSED),
        ("KV-1003", State.ASKING),
    ]
    assert [mail["Subject"][:9] for mail in upgraded.slot.to(STAFF)] == ["[KV-1001]"]
    assert examine(upgraded.office).wrong == ()


@pytest.mark.parametrize("version", sorted(path.stem for path in SCHEMAS.glob("*.sql")))
def test_a_copy_of_that_time_comes_back_as_a_database_of_today(version: str, tmp_path: Path):
    old, today = tmp_path / "old.db", make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")
    with closing(sqlite3.connect(old)) as file:
        file.executescript((SCHEMAS / f"{version}.sql").read_text(encoding="utf-8"))

    taken_at = restore(today, old, keys=(SECRET.encode(),))

    database = open_database(today)
    with database.read() as connection:
        assert [ticket.key for ticket in tickets.search(connection)] == ["KV-1001", "KV-1002"]
        assert restorations.unsettled(connection) == taken_at
    database.close()
