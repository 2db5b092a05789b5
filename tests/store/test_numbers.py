"""The numbers of tickets, on SQLite and PostgreSQL."""

from mailbot.store import numbers
from mailbot.store.database import Database
from tests.store.test_leases import on_postgresql


def test_numbers_ascend_from_the_first_one(database: Database):
    with database.write() as connection:
        given = [numbers.next_one(connection, first=first) for first in (1001, 1001, 2000, 1)]

    assert given == [1001, 1002, 2000, 2001]


@on_postgresql
def test_nobody_waits_for_a_number_until_another_bot_is_done(database: Database):
    with database.write() as one, database.write() as other:
        given = [numbers.next_one(connection, first=1001) for connection in (one, other, one)]

    assert given == [1001, 1002, 1003]
