"""Tickets as they are stored, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.errors import NotFound
from mailbot.mail.message import Address
from mailbot.store import inbound, tickets
from mailbot.store.database import Database
from mailbot.store.inbound import Identity, New, Place
from mailbot.tickets.ticket import Source, State
from tests import builders
from tests.store.test_leases import on_postgresql

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVA = Source(field="group", value="OV Kalk", by=Address(name="Eva Muster", email="eva@posteo.example"))
FIRST = builders.ticket(key="KV-1001", conversation=1001, due=date(2026, 4, 2), subject="Nextcloud für Köln", sources=(EVA,))


def test_numbers_ascend_from_the_first_one(database: Database):
    with database.write() as connection:
        numbers = [tickets.next_number(connection, first=first) for first in (1001, 1001, 2000, 1)]

    assert numbers == [1001, 1002, 2000, 2001]


@on_postgresql
def test_nobody_waits_for_a_number_until_another_bot_is_done(database: Database):
    with database.write() as one, database.write() as other:
        numbers = [tickets.next_number(connection, first=1001) for connection in (one, other, one)]

    assert numbers == [1001, 1002, 1003]


def test_a_ticket_comes_back_as_it_was(database: Database):
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)

    with database.read() as connection:
        assert tickets.get(connection, "kv-1001") == FIRST


def test_a_changed_ticket_is_kept(database: Database):
    later = replace(FIRST, state=State.CLOSED, assignee="kim", questions=2, updated=NOW + timedelta(days=1))
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)
        tickets.save(connection, later)

    with database.read() as connection:
        assert tickets.search(connection, state=State.CLOSED) == (later,)
        assert tickets.search(connection, state=State.OPEN) == ()
        assert tickets.search(connection, service="nextcloud") == (later,)


def test_an_unknown_key_is_said_so(database: Database):
    with database.write() as connection:
        with pytest.raises(NotFound, match="there is no ticket 'KV-7'; see: mailbot tickets"):
            tickets.get(connection, "KV-7")
        with pytest.raises(NotFound):
            tickets.save(connection, replace(FIRST, key="KV-7"))


def test_history_only_grows(database: Database):
    lines = (builders.event("received", "Mail von Anna"), builders.event("opened", "vollständig"))
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)
        for line in lines:
            tickets.note(connection, "KV-1001", line)

    with database.read() as connection:
        assert tickets.history(connection, "KV-1001") == lines


def test_the_requester_takes_part_and_others_may_join(database: Database):
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)
        tickets.take_part(connection, "KV-1001", "Paul@Posteo.example")
        tickets.take_part(connection, "KV-1001", "paul@posteo.example")

    with database.read() as connection:
        found = {
            address: tickets.takes_part(connection, "KV-1001", address)
            for address in (FIRST.requester.email, "PAUL@posteo.example", "eva@posteo.example")
        }

    assert found == {FIRST.requester.email: True, "PAUL@posteo.example": True, "eva@posteo.example": False}


def test_who_is_in_copy_takes_part_until_that_is_ended(database: Database):
    paul = Address(name="Paul Weber", email="paul@posteo.example")
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)
        changed = [
            tickets.copy_to(connection, "KV-1001", paul),
            tickets.copy_to(connection, "KV-1001", paul),
            tickets.copy_to(connection, "KV-1001", Address(email="eva@posteo.example")),
            tickets.copy_no_more(connection, "KV-1001", "EVA@posteo.example"),
            tickets.copy_no_more(connection, "KV-1001", "eva@posteo.example"),
        ]

        assert changed == [True, False, True, True, False]
        assert tickets.in_copy(connection, "KV-1001") == (paul,)
        assert tickets.takes_part(connection, "KV-1001", "eva@posteo.example")


def test_a_conversation_is_found_by_its_mails_for_those_who_take_part(database: Database):
    second = replace(FIRST, key="KV-1002")
    with database.write() as connection:
        place = Place(mailbox="support", folder="INBOX", uidvalidity=7, uid=1)
        identity = Identity(message_id="first@posteo.example", sha256="a" * 64)
        inbound.add(connection, New(place=place, identity=identity, raw=b"", received=NOW, state=inbound.State.PENDING))
        (mail,) = inbound.in_state(connection, inbound.State.PENDING)
        for number, ticket in ((1001, FIRST), (1002, second)):
            tickets.add(connection, number, ticket)
            tickets.belongs(connection, ticket.key, mail.id)

    with database.write() as connection:
        known = ("unknown@posteo.example", "first@posteo.example")
        assert tickets.ticket_with(connection, known, FIRST.requester.email) == "KV-1002"
        assert tickets.ticket_with(connection, known, "stranger@posteo.example") is None
        assert tickets.ticket_with(connection, (), FIRST.requester.email) is None
        assert tickets.in_conversation(connection, 1001) == (FIRST, second)
        assert tickets.conversation_of(connection, "KV-1002") == 1001
        assert tickets.of_mail(connection, mail.id) == ("KV-1001", "KV-1002")
        assert tickets.mails_of(connection, "KV-1001") == (mail.id,)


def test_the_digest_sees_what_waits_and_what_changed_lately(database: Database):
    waiting = FIRST
    closed = replace(FIRST, key="KV-1002", state=State.CLOSED)
    long_closed = replace(closed, key="KV-1003", updated=NOW - timedelta(days=900))
    line = builders.event("closed", "erledigt")
    with database.write() as connection:
        for number, ticket in ((1001, waiting), (1002, closed), (1003, long_closed)):
            tickets.add(connection, number, ticket)
        tickets.note(connection, "KV-1002", line, builders.event("note", "ruft an"))

    with database.read() as connection:
        assert tickets.for_digest(connection, since=closed.updated, kinds=(line.kind,)) == ((waiting, ()), (closed, (line,)))


def test_what_databases_refuse_in_texts_is_left_out(database: Database):
    odd = replace(FIRST, subject="a\0b\udcf6", requester=Address(name="\0", email="x" * 5000 + "@posteo.example"))
    with database.write() as connection:
        tickets.add(connection, 1001, odd)

    with database.read() as connection:
        assert tickets.get(connection, "KV-1001") == replace(odd, subject="ab", requester=replace(odd.requester, name=""))
