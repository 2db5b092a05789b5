"""What can be undone, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from mailbot.store import delivery, merging, orders, outbound, participants, tickets, verdicts
from mailbot.store.database import Database
from mailbot.tickets.ticket import State
from tests import builders
from tests.store.outbox import outgoing

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FIRST = builders.ticket(
    key="KV-1001", held="Umbau", due=date(2026, 4, 2), waits_until=NOW + timedelta(days=1), assignee="kim", questions=2
)
SECOND = builders.ticket(key="KV-1002", conversation=2)


def kept(database: Database) -> None:
    with database.write() as connection:
        tickets.add(connection, 1001, FIRST)
        tickets.add(connection, 1002, SECOND)


def test_the_last_order_of_somebody_is_remembered_with_all_tickets_as_they_were(database: Database):
    kept(database)
    merged = replace(FIRST, state=State.CLOSED, merged_into="KV-1002", held=None, updated=NOW)
    with database.write() as connection:
        orders.remember(connection, SECOND, by="kim", mail=None, at=NOW - timedelta(minutes=1))
        for before in (SECOND, FIRST):
            orders.remember(connection, before, by="kim", mail=None, at=NOW)
        orders.remember(connection, FIRST, by="anna", mail=None, at=NOW + timedelta(minutes=1))
        tickets.save(connection, merged)

    with database.write() as connection:
        last = orders.last(connection, "KV-1001", by="kim")
        assert orders.last(connection, "KV-1001", by="eva") is None

    assert last is not None
    assert last.before == (replace(FIRST, updated=NOW), SECOND)
    assert last.since == (merged, SECOND)
    assert (last.at, last.mail, last.undone) == (NOW, None, False)


def test_what_is_undone_is_known_to_be(database: Database):
    kept(database)
    with database.write() as connection:
        orders.remember(connection, FIRST, by="kim", mail=None, at=NOW)
        last = orders.last(connection, "KV-1001", by="kim")
        assert last is not None
        orders.undone(connection, last, by="kim", now=NOW)

    with database.write() as connection:
        again = orders.last(connection, "KV-1001", by="kim")

    assert again == replace(last, undone=True)


def test_mails_of_an_order_that_have_not_left_never_leave(database: Database):
    kept(database)
    with database.write() as connection:
        for id in ("sent", "queued", "later"):
            outbound.queue(connection, outgoing(id, ticket="KV-1001", due_at=NOW + timedelta(hours=id == "later")), now=NOW)
        outbound.queue(connection, outgoing("of another ticket", ticket="KV-1002"), now=NOW)
        outbound.queue(connection, outgoing("of another order", ticket="KV-1001"), now=NOW - timedelta(seconds=1))
        first, _ = delivery.claim(connection, now=NOW, lease=timedelta(minutes=1)) or (None, b"")
        assert first is not None
        delivery.sent(connection, first.id, now=NOW)

    with database.write() as connection:
        stopped, gone = verdicts.take_back(connection, {FIRST.conversation}, cause=None, created=NOW)

    assert [mail.message_id for mail in stopped] == ["queued", "later"]
    assert [mail.message_id for mail in gone] == ["sent"]
    with database.write() as connection:
        assert len(outbound.in_state(connection, outbound.State.WITHDRAWN)) == 2
        assert [mail.message_id for mail in outbound.in_state(connection, outbound.State.QUEUED)] == [
            "of another ticket",
            "of another order",
        ]


def test_what_was_merged_belongs_to_the_ticket_in_which_it_goes_on(database: Database):
    third = builders.ticket(key="KV-1003", conversation=3)
    kept(database)
    with database.write() as connection:
        tickets.add(connection, 1003, third)
        participants.take_part(connection, "KV-1001", "eva@posteo.example")
        tickets.save(connection, replace(FIRST, merged_into="KV-1002"))
        tickets.save(connection, replace(SECOND, merged_into="KV-1003"))

    with database.read() as connection:
        assert [merging.goes_on_in(connection, key) for key in ("KV-1001", "KV-1002", "KV-1003")] == ["KV-1003"] * 3
        assert participants.takes_part(connection, "KV-1003", "eva@posteo.example")
        assert not participants.takes_part(connection, "KV-7", "eva@posteo.example")
