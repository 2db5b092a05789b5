"""
Bots on two hosts share a PostgreSQL. One is of a later version and migrates while the other works; then one after the other
sleeps, loses its database, or dies. `make bench-hosts` goes on so.

A lease lasts two seconds here (tests/faults/victim.py), so nobody has to wait long.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from mailbot.store import migrate
from mailbot.store.migrate import known_versions, version_of
from tests.association import association
from tests.faults.fleet import Fleet, two_hosts
from tests.faults.victim import LASTING
from tests.servers.postgresql import fresh_database
from tests.servers.station import Station

MAILBOT = [sys.executable, "-m", "tests.faults.victim"]

TOMORROW = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{today}"

def upgrade():
    for table in ("inbound", "outbound", "tickets", "events"):
        op.add_column(table, sa.Column("colour", sa.String(16), nullable=False, server_default="grey"))
        op.create_index(f"ix_{{table}}_colour", table, ["colour"])
    op.create_table("colours", sa.Column("name", sa.String(16), primary_key=True))
"""
"""A migration as the rules for migrations have it (docs/reliability.md): it only adds, and what it adds has a default."""


@pytest.fixture
def fleet(station: Station, postgresql: URL, tmp_path: Path) -> Iterator[Fleet]:
    with fresh_database(postgresql) as database:
        club = association(station, database, tmp_path)
        with two_hosts(club, tmp_path, [*MAILBOT, "run"]) as fleet:
            yield fleet


@pytest.fixture
def tomorrow(tmp_path: Path) -> Path:
    """The migrations that the next version brings."""
    folder = tmp_path / "tomorrow"
    folder.mkdir()
    (folder / "9999_tomorrow.py").write_text(TOMORROW.format(today=known_versions()[-1]), encoding="utf-8")
    return folder


def test_whatever_happens_to_one_host_the_other_goes_on_and_nothing_is_lost_or_doubled(
    fleet: Fleet, tomorrow: Path, monkeypatch: pytest.MonkeyPatch
):
    old, new = fleet.hosts
    old.start()
    fleet.drill.mails_arrive(3)
    new.variables = {**new.variables, "VICTIM_MIGRATIONS": str(tomorrow)}
    new.start()
    fleet.drill.mails_arrive(1)
    fleet.all_is_done()
    with fleet.database.read() as connection:
        assert version_of(connection) == "9999"

    asleep = fleet.reader()
    fleet.drill.mails_arrive(1)
    asleep.sleeps()
    time.sleep(LASTING.total_seconds())
    assert fleet.reader() is fleet.other(asleep)
    fleet.drill.mails_arrive(2)
    fleet.all_is_done()
    asleep.wakes()

    cut_off = fleet.reader()
    fleet.drill.mails_arrive(1)
    cut_off.database.cut()
    time.sleep(LASTING.total_seconds())
    assert fleet.reader() is fleet.other(cut_off)
    fleet.drill.mails_arrive(2)
    fleet.all_is_done()
    cut_off.database.mend()

    fleet.drill.mails_arrive(1)
    old.kill()
    fleet.drill.mails_arrive(2)
    fleet.all_is_done()

    again = subprocess.run([*MAILBOT, "run"], env=dict(old.variables), capture_output=True, text=True)
    assert (again.returncode, again.stderr) == (
        1,
        "mailbot: the database is of version 9999, which this mailbot does not know; install the newer mailbot again\n",
    )
    fleet.drill.unknown = 3
    monkeypatch.setenv("VICTIM_MIGRATIONS", str(tomorrow))
    monkeypatch.setattr(migrate, "FOLDERS", (*migrate.FOLDERS, tomorrow))
    account = fleet.drill.account()
    assert (account.lost, account.doubled) == ((), ())
