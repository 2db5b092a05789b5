"""What has happened to tickets, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailbot.store import histories, tickets
from mailbot.store.database import Database
from mailbot.tickets.ticket import State
from tests import builders

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRST = builders.ticket(key="KV-1001", conversation=1001)


def test_history_only_grows(database: Database):
    lines = (builders.event("received", "Mail von Anna"), builders.event("opened", "vollständig"))
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)
        for line in lines:
            histories.note(connection, "KV-1001", line)

    with database.read() as connection:
        assert histories.of(connection, "KV-1001") == lines


def test_the_digest_sees_what_waits_and_what_changed_lately(database: Database):
    waiting = FIRST
    closed = replace(FIRST, key="KV-1002", state=State.CLOSED)
    long_closed = replace(closed, key="KV-1003", updated=NOW - timedelta(days=900))
    line = builders.event("closed", "erledigt")
    with database.write() as connection:
        for number, ticket in ((1001, waiting), (1002, closed), (1003, long_closed)):
            tickets.add(connection, number, ticket)
        histories.note(connection, "KV-1002", line, builders.event("note", "ruft an"))

    with database.read() as connection:
        assert histories.for_digest(connection, since=closed.updated, kinds=(line.kind,)) == ((waiting, ()), (closed, (line,)))
