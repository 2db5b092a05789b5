"""Who takes part in tickets, on SQLite and PostgreSQL."""

from mailbot.mail.message import Address
from mailbot.store import participants, tickets
from mailbot.store.database import Database
from tests import builders

FIRST = builders.ticket(key="KV-1001", conversation=1001)


def test_the_requester_takes_part_and_others_may_join(database: Database):
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)
        participants.take_part(connection, "KV-1001", "Paul@Posteo.example")
        participants.take_part(connection, "KV-1001", "paul@posteo.example")

    with database.read() as connection:
        found = {
            address: participants.takes_part(connection, "KV-1001", address)
            for address in (FIRST.requester.email, "PAUL@posteo.example", "eva@posteo.example")
        }

    assert found == {FIRST.requester.email: True, "PAUL@posteo.example": True, "eva@posteo.example": False}


def test_who_is_in_copy_takes_part_until_that_is_ended(database: Database):
    paul = Address(name="Paul Weber", email="paul@posteo.example")
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)
        changed = [
            participants.copy_to(connection, "KV-1001", paul),
            participants.copy_to(connection, "KV-1001", paul),
            participants.copy_to(connection, "KV-1001", Address(email="eva@posteo.example")),
            participants.copy_no_more(connection, "KV-1001", "EVA@posteo.example"),
            participants.copy_no_more(connection, "KV-1001", "eva@posteo.example"),
        ]

        assert changed == [True, False, True, True, False]
        assert participants.in_copy(connection, "KV-1001") == (paul,)
        assert participants.takes_part(connection, "KV-1001", "eva@posteo.example")
