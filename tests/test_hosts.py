"""
Bots on two hosts share a PostgreSQL, and one after the other dies, sleeps, or loses its database; `make bench-hosts` goes on so.

A lease lasts two seconds here (tests/faults/victim.py), so nobody has to wait long.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from tests.association import association
from tests.faults.fleet import Fleet, two_hosts
from tests.faults.victim import LASTING
from tests.servers.postgresql import fresh_database
from tests.servers.station import Station


@pytest.fixture
def fleet(station: Station, postgresql: URL, tmp_path: Path) -> Iterator[Fleet]:
    with fresh_database(postgresql) as database:
        club = association(station, database, tmp_path)
        with two_hosts(club, tmp_path, [sys.executable, "-m", "tests.faults.victim", "run"]) as fleet:
            yield fleet


def test_whatever_happens_to_one_host_the_other_goes_on_and_nothing_is_lost_or_doubled(fleet: Fleet):
    for host in fleet.hosts:
        host.start()
    fleet.drill.mails_arrive(2)
    fleet.all_is_done()

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
    fleet.reader().kill()
    fleet.drill.mails_arrive(2)
    fleet.all_is_done()

    fleet.drill.unknown = 3
    account = fleet.drill.account()
    assert (account.lost, account.doubled) == ((), ())
