"""A person is looked for in every mail."""

from dataclasses import replace

import pytest

from mailbot.store import person
from mailbot.store.database import Database
from tests.store.arrivals import INBOX, keep
from tests.store.outbox import mails_fetched, outgoing, queue

PAUL = "paul.gruen@web.example"
FROM_PAUL = f"From: Paul <{PAUL}>\r\n\r\nHallo\r\n".encode()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_all_mails_that_are_looked_through_one_is_in_memory_at_a_time(database: Database):
    for uid in range(3):
        keep(database, place=replace(INBOX, uid=uid), raw=FROM_PAUL)
    queue(database, *(outgoing(str(number), recipient=PAUL) for number in range(2)))

    with mails_fetched(database) as fetched, database.read() as connection:
        found = person.find(connection, PAUL)
        assert not person.in_the_way(connection, "nobody@web.example")

    assert (len(found.sent), len(found.received)) == (3, 2)
    assert set(fetched) == {1}
