"""`mailbot run` is killed on Dovecot and Postfix, and nothing is lost or doubled; `make bench-faults` does it some 300 times."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.association import association
from tests.faults.drill import Drill, with_moves
from tests.servers.station import Station


@pytest.fixture
def drill(station: Station, tmp_path: Path) -> Drill:
    club = with_moves(association(station, make_url(f"sqlite:///{tmp_path / 'mailbot.db'}"), tmp_path))
    club.is_rehearsed()
    return Drill(club)


def test_a_bot_that_is_killed_loses_nothing_and_doubles_only_what_it_could_not_know(drill: Drill):
    for place in ("after SMTP DATA", "after IMAP MOVE"):  # at commits it dies in service/test_crashes.py
        drill.kill_at(place)

    account = drill.account()

    assert (account.lost, account.doubled) == ((), ())
    assert (account.mails, account.tickets) == (8, 5)
    assert account.again >= 1
