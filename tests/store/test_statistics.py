"""Figures, on SQLite and PostgreSQL."""

from datetime import timedelta

from mailbot.store import histories, statistics, tickets
from mailbot.store.database import Database
from mailbot.tickets.ticket import State
from tests import builders
from tests.builders import NOW


def test_what_was_opened_and_closed_is_counted_from_moment_to_moment(database: Database):
    hour = timedelta(hours=1)
    with database.write() as connection:
        for number, opened in enumerate((NOW - hour, NOW, NOW + hour), start=1):
            tickets.add(connection, number, builders.ticket(key=f"KV-{number}", opened=opened, state=State.CLOSED))
            histories.note(connection, f"KV-{number}", builders.event("closed", at=opened))
            histories.note(connection, f"KV-{number}", builders.event("note", at=opened))

    with database.read() as connection:
        assert statistics.opened(connection, NOW, NOW + hour) == 1
        assert statistics.closed(connection, NOW - hour, NOW + hour) == 2
