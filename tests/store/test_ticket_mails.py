"""Mails and the tickets that they belong to, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime

from mailbot.store import inbound, ticket_mails, tickets
from mailbot.store.database import Database
from mailbot.store.inbound import Identity, New, Place
from tests import builders

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRST = builders.ticket(key="KV-1001", conversation=1001)


def test_a_conversation_is_found_by_its_mails_for_those_who_take_part(database: Database):
    second = replace(FIRST, key="KV-1002")
    with database.write() as connection:
        place = Place(mailbox="support", folder="INBOX", uidvalidity=7, uid=1)
        identity = Identity(message_id="first@posteo.example", sha256="a" * 64)
        inbound.add(connection, New(place=place, identity=identity, raw=b"", received=NOW, state=inbound.State.PENDING))
        (mail,) = inbound.in_state(connection, inbound.State.PENDING)
        for number, ticket in ((1001, FIRST), (1002, second)):
            tickets.add(connection, number, ticket)
            ticket_mails.add(connection, ticket.key, mail.id)

    with database.write() as connection:
        known = ("unknown@posteo.example", "first@posteo.example")
        assert ticket_mails.ticket_with(connection, known, FIRST.requester.email) == "KV-1002"
        assert ticket_mails.ticket_with(connection, known, "stranger@posteo.example") is None
        assert ticket_mails.ticket_with(connection, (), FIRST.requester.email) is None
        assert tickets.in_conversation(connection, 1001) == (FIRST, second)
        assert tickets.conversation_of(connection, "KV-1002") == 1001
        assert ticket_mails.tickets_of(connection, mail.id) == ("KV-1001", "KV-1002")
        assert ticket_mails.mails_of(connection, "KV-1001") == (mail.id,)
