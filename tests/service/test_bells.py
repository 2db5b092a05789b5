"""Bots on one PostgreSQL wake each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from sqlalchemy import URL, text

from mailbot.errors import StoreError
from mailbot.service.bells import Bell, Bells, listen, wake
from mailbot.store import signals
from mailbot.store.database import Database, open_database
from tests.servers.process import eventually

LISTENING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN mailbot'")


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@contextmanager
def listening(database: Database, bells: Bells) -> Iterator[None]:
    thread = Thread(target=listen, args=(database, bells))
    thread.start()
    try:
        eventually(lambda: listeners(database) or None, timeout=20, failure=lambda: "nobody listens")
        yield
    finally:
        bells.ring_out()
        thread.join(timeout=20)
        assert not thread.is_alive()


def listeners(database: Database) -> int:
    with database.read() as connection:
        return int(connection.execute(LISTENING).scalar_one())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_one_bot_rings_another_hears_each_bell_for_itself(database: Database):
    here, there = Bells(), Bells(to_file={"support": Event()})
    heard = {Bell.ARRIVED: there.arrived, Bell.WRITTEN: there.written, Bell.TO_FILE: there.to_file["support"]}

    with listening(database, there):
        signals.call(database, f"{there.id} {Bell.ARRIVED}")  # its own
        signals.call(database, "somebody a bell of tomorrow")
        for bell, event in heard.items():
            assert not event.is_set()
            wake(database, here, bell)
            assert event.wait(20), bell

    assert here.written.is_set()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_cannot_be_heard_any_more_is_told(database: Database):
    with signals.listening(database) as heard:
        with database.write() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN mailbot'"))
        with pytest.raises(StoreError, match="the database does not wake us any more: "):
            list(heard(20))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_there_is_one_bot_it_wakes_itself(database: Database):
    bells = Bells()

    wake(database, bells, Bell.WRITTEN)

    assert (bells.arrived.is_set(), bells.written.is_set()) == (False, True)
