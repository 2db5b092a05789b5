"""What a bot has in hand is its own as long as its heart beats, and nobody is held up by one that has died or sleeps."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, text

from mailbot.errors import StoreError
from mailbot.service import heart as heart_module
from mailbot.service.heart import LASTING, UNLEASED, Heart, beating
from mailbot.store.database import Database, open_database
from tests.servers.process import eventually

SUPPORT = "mailbox support"

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


def let_all_end(database: Database) -> None:
    """As if nobody had renewed anything for long."""
    with database.write() as connection:
        connection.execute(text("UPDATE leases SET until = now() - interval '1 second'"))


def sleep_until(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The machine is suspended, and goes on so much later: of its clocks only one has noticed."""
    late = time.clock_gettime(time.CLOCK_BOOTTIME) + seconds
    monkeypatch.setattr("time.clock_gettime", lambda clock: late if clock == time.CLOCK_BOOTTIME else time.monotonic())


def test_what_one_holds_another_does_not_get_until_the_end(database: Database):
    one, two = Heart(database), Heart(database)

    with one.lease(SUPPORT) as lease:
        assert lease is not None
        assert lease.lasts()
        with two.lease(SUPPORT) as other:
            assert other is None
        with one.own_lease("worker") as mine, two.own_lease("worker") as theirs:
            assert mine.id != theirs.id

    with two.lease(SUPPORT) as other:
        assert other is not None


@on_postgresql
def test_who_was_taken_for_dead_hears_it_with_the_next_beat_and_disturbs_nobody(database: Database):
    one, two = Heart(database), Heart(database)

    with two.lease("mailbox buero") as kept:
        assert kept is not None
        with one.lease(SUPPORT) as lost:
            assert lost is not None
            let_all_end(database)
            with two.lease(SUPPORT) as taken_over:
                assert taken_over is not None
                one.beat()
                assert (lost.lasts(), taken_over.lasts()) == (False, True)

    with two.lease(SUPPORT) as lease, two.lease("mailbox buero") as other:
        assert None not in (lease, other)


@on_postgresql
def test_who_was_asleep_knows_it_before_anybody_is_asked(database: Database, monkeypatch: pytest.MonkeyPatch):
    heart = Heart(database)

    with heart.own_lease("sender") as lease:
        sleep_until(monkeypatch, LASTING.total_seconds() - 1)
        assert lease.lasts()
        heart.beat()
        sleep_until(monkeypatch, 2 * LASTING.total_seconds())
        assert not lease.lasts()


@on_sqlite
def test_the_only_bot_may_sleep_as_long_as_it_likes(database: Database, monkeypatch: pytest.MonkeyPatch):
    with beating(database) as heart, heart.own_lease("worker") as lease:
        sleep_until(monkeypatch, 1_000_000)
        assert lease.lasts()

    assert UNLEASED.lasts()


@on_postgresql
def test_a_heart_beats_by_itself_also_after_a_beat_that_failed(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(heart_module, "BEAT", 0.01)
    beat, errors = Heart.beat, [ZeroDivisionError("oops")]

    def unlucky(heart: Heart) -> None:
        if errors:
            raise errors.pop()
        beat(heart)

    monkeypatch.setattr(Heart, "beat", unlucky)

    with beating(database) as heart, heart.own_lease("worker"):
        first = ends(database)
        eventually(lambda: ends(database) > first or None, timeout=20, failure=lambda: "nothing is renewed")

    assert errors == []


def ends(database: Database) -> str:
    with database.read() as connection:
        return str(connection.execute(text("SELECT until FROM leases")).scalar_one())


def test_what_could_not_be_given_up_is_given_up_before_it_is_wanted_again(database: Database, monkeypatch: pytest.MonkeyPatch):
    heart = Heart(database)

    def no_room(*_: object) -> None:
        raise StoreError("database or disk is full")

    with monkeypatch.context() as patch, heart.lease(SUPPORT):
        patch.setattr(heart_module.leases, "give_up", no_room)

    with heart.lease(SUPPORT) as lease:
        assert lease is not None


def test_a_bot_that_starts_ends_what_the_dead_have_left(database: Database):
    dead = Heart(database).lease(SUPPORT)
    dead.__enter__()
    if database.is_shared:
        let_all_end(database)

    with beating(database) as heart, heart.lease(SUPPORT) as lease:
        assert lease is not None
