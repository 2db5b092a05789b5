"""The database is full, locked or read-only: the bot stops cleanly, says so, and goes on where it stood."""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import URL, Connection, event, make_url, text

from mailbot.errors import StoreError
from mailbot.service import sender, worker
from mailbot.service.health import examine
from mailbot.service.member import Case
from mailbot.service.office import Office
from mailbot.service.rulebook import Rules
from mailbot.service.worker import work
from mailbot.store import outbound, tables
from mailbot.store.inbound import State
from tests.association import association
from tests.servers.postgresql import fresh_database
from tests.servers.process import eventually
from tests.servers.station import Station
from tests.service.bench import ASKS, Bench, bench_in, eml, from_another
from tests.test_running import running

LONG = "\n".join(Random(number).randbytes(30).hex() for number in range(600))
"""Words that take their room even when they are compressed."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as bench:
        yield bench


@contextmanager
def told(bench: Bench, pragma: str, afterwards: str) -> Iterator[None]:
    """SQLite as it is when this is set, until the end of the block."""

    def set_it(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA {pragma}")

    engine = bench.office.database.engine
    event.listen(engine, "begin", set_it)
    engine.dispose()  # of several connections each would have to be told
    with bench.office.database.read() as connection:
        set_it(connection)  # this one is the next as well: a writer waits for others before it begins
    try:
        yield
    finally:
        event.remove(engine, "begin", set_it)
        with bench.office.database.read() as connection:
            connection.exec_driver_sql(f"PRAGMA {afterwards}")


@contextmanager
def full(bench: Bench) -> Iterator[None]:
    """No page more than there is."""
    with told(bench, "max_page_count=1", "max_page_count=1000000"):
        yield


@contextmanager
def read_only(bench: Bench) -> Iterator[None]:
    with told(bench, "query_only=1", "query_only=0"):
        yield


@contextmanager
def locked(bench: Bench) -> Iterator[None]:
    """Somebody else writes, and does not end."""
    other = sqlite3.connect(str(bench.office.settings.database.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with told(bench, "busy_timeout=50", "busy_timeout=30000"):
            yield
    finally:
        other.close()


Trouble = Callable[[Bench], "contextmanager[None]"]
TROUBLES = [
    pytest.param(full, "database or disk is full", id="full"),
    pytest.param(read_only, "attempt to write a readonly database", id="read-only"),
    pytest.param(locked, "database is locked", id="locked"),
]


@pytest.mark.parametrize(("trouble", "words"), TROUBLES)
def test_intake_stops_with_a_sentence_and_goes_on_where_it_stood(bench: Bench, trouble: Trouble, words: str):
    for _ in range(3):
        bench.mail(from_another(f"{ASKS}\n\n{LONG}"))

    with trouble(bench), pytest.raises(StoreError, match=rf"mailbot\.db: {words}; see MAILBOT_DATABASE") as stopped:
        bench.run()
    bench.run()

    assert LONG[:20] not in str(stopped.value.__cause__)
    assert len(bench.rows()) == len(bench.tickets()) == len(bench.slot.taken) == 3
    assert examine(bench.office).wrong == ()


def test_a_mail_that_waits_for_the_database_keeps_its_tries(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.mail(eml())
    handle = worker._handle

    def unlucky(*_: object) -> None:
        raise StoreError("database sqlite:///mailbot.db: database or disk is full")

    monkeypatch.setattr(worker, "_handle", unlucky)
    with pytest.raises(StoreError):
        bench.run()
    for _ in range(2 * worker.TRIES):
        bench.clock.pass_by(worker.LEASE)
        with pytest.raises(StoreError):
            work(bench.office)
    monkeypatch.setattr(worker, "_handle", handle)
    bench.clock.pass_by(worker.LEASE)
    bench.run()

    assert bench.ends() == [(State.TICKET, None)]


@pytest.mark.parametrize(("ever", "end", "attempts"), [(True, State.QUARANTINED, 3), (False, State.TICKET, 2)])
def test_a_database_that_waits_no_longer_costs_the_mail_in_hand_a_try_and_its_neighbours_none(
    postgresql: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ever: bool, end: State, attempts: int
):
    handle, stood_still = worker.handle_member, list[int]()

    def slow(office: Office, connection: Connection, rules: Rules, case: Case, **said: str) -> None:
        if "langsam" in case.mail.text and (ever or not stood_still):
            stood_still.append(case.row.id)
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 20"))
            time.sleep(0.1)
        handle(office, connection, rules, case, **said)

    monkeypatch.setattr(worker, "handle_member", slow)
    with fresh_database(postgresql) as url, bench_in(tmp_path, url) as bench:
        for words in (ASKS, f"{ASKS}langsam", ASKS):
            bench.mail(from_another(words))

        bench.run()

        assert [(row.state, row.attempts) for row in bench.rows()] == [(State.TICKET, 1), (end, attempts), (State.TICKET, 1)]


def test_a_mail_that_was_sent_is_not_sent_again_because_its_history_has_no_room(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    def no_room(*_: object) -> None:
        raise StoreError("database sqlite:///mailbot.db: database or disk is full")

    bench.mail(eml())
    with monkeypatch.context() as patch:
        patch.setattr(sender, "_note", no_room)
        with pytest.raises(StoreError):
            bench.run()
    bench.clock.pass_by(sender.LEASE)
    bench.run()

    assert len(bench.slot.taken) == 1
    assert [mail.state for mail in bench.outbox()] == [outbound.State.SENT]


def test_no_error_tells_what_stood_in_a_mail(bench: Bench):
    with pytest.raises(Exception, match="NOT NULL") as refused, bench.office.database.write() as connection:
        connection.execute(tables.inbound.insert().values(mailbox="support", message_id="Geheimnis"))

    assert "Geheimnis" not in str(refused.value)


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can take the room from a running process")
def test_a_running_bot_says_that_the_disk_is_full_and_answers_when_there_is_room(station: Station, tmp_path: Path):
    file = tmp_path / "mailbot.db"
    club = association(station, make_url(f"sqlite:///{file}"), tmp_path)
    anna = station.address("anna")
    with running(club) as bot:
        _, most = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
        room = max(each.stat().st_size for each in (file, tmp_path / "mailbot.db-wal", bot.log)) + 1000
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (room, most))
        club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", f"{ASKS}\n\n{LONG}")
        eventually(
            lambda: "see MAILBOT_DATABASE" in bot.log.read_text(encoding="utf-8") or None,
            timeout=30,
            failure=lambda: f"the log does not tell: {bot.log.read_text(encoding='utf-8')}",
        )
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (most, most))
        club.newest(anna, 1)

        assert bot.process.poll() is None
        assert "Traceback" not in bot.log.read_text(encoding="utf-8")
    assert len(club.mails(anna)) == 1
