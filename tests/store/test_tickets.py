"""Tickets as they are stored, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.errors import NotFound
from mailbot.mail.message import Address
from mailbot.store import tickets
from mailbot.store.database import Database
from mailbot.tickets.ticket import Source, State
from tests import builders

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVA = Source(field="group", value="OV Kalk", by=Address(name="Eva Muster", email="eva@posteo.example"))
FIRST = builders.ticket(key="KV-1001", conversation=1001, due=date(2026, 4, 2), subject="Nextcloud für Köln", sources=(EVA,))


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


def test_what_databases_refuse_in_texts_is_left_out(database: Database):
    odd = replace(FIRST, subject="a\0b\udcf6", requester=Address(name="\0", email="x" * 5000 + "@posteo.example"))
    with database.write() as connection:
        tickets.add(connection, 1001, odd)

    with database.read() as connection:
        assert tickets.get(connection, "KV-1001") == replace(odd, subject="ab", requester=replace(odd.requester, name=""))
