"""The outbox, on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from mailbot.store import outbound
from mailbot.store.database import Database
from mailbot.store.outbound import Outgoing, State

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


def outgoing(message_id: str = "1@verein.example", **changes: object) -> Outgoing:
    values: dict[str, object] = {
        "message_id": message_id,
        "ticket": None,
        "mailbox": "support",
        "recipient": "anna@posteo.example",
        "raw": b"Hallo\r\n",
        "automatic": True,
        "due_at": NOW,
    }
    return Outgoing(**{**values, **changes})  # type: ignore[arg-type]


def queue(database: Database, *mails: Outgoing) -> None:
    with database.write() as connection:
        for mail in mails:
            outbound.queue(connection, mail, now=NOW)


def claim(database: Database, now: datetime = NOW) -> outbound.Outbound | None:
    with database.write() as connection:
        claimed = outbound.claim(connection, now=now, lease=LEASE)
    return claimed[0] if claimed else None


def test_a_message_id_is_used_once(database: Database):
    queue(database, outgoing())

    with pytest.raises(IntegrityError):
        queue(database, outgoing())


def test_what_is_due_is_taken_in_order_and_once(database: Database):
    queue(
        database,
        outgoing("later", due_at=NOW + timedelta(hours=1)),
        outgoing("first", due_at=NOW - timedelta(hours=1)),
        outgoing("second"),
    )

    taken = [mail.message_id if mail else None for mail in (claim(database), claim(database), claim(database))]

    assert taken == ["first", "second", None]


def test_a_mail_whose_sender_died_comes_back_with_its_fate_unknown(database: Database):
    queue(database, outgoing())

    states = [
        (mail.state, mail.attempts) if mail else None for mail in (claim(database), claim(database), claim(database, NOW + LEASE))
    ]

    assert states == [(State.QUEUED, 1), None, (State.SENDING, 2)]


def test_a_postponed_mail_waits_for_its_time(database: Database):
    queue(database, outgoing())
    mail = claim(database)
    assert mail is not None
    with database.write() as connection:
        outbound.postpone(connection, mail.id, until=NOW + timedelta(minutes=5), error="451 later")

    with database.read() as connection:
        due = [outbound.anything_due(connection, now=NOW + timedelta(minutes=minutes)) for minutes in (0, 5)]

    assert due == [False, True]


def test_automatic_mails_to_an_address_are_counted_over_a_time(database: Database):
    queue(database, outgoing("1"), outgoing("2"), outgoing("3", automatic=False), outgoing("4", recipient="paul@posteo.example"))
    for hours in (3, 1, 0, 0):
        mail = claim(database)
        assert mail is not None
        with database.write() as connection:
            outbound.sent(connection, mail.id, now=NOW - timedelta(hours=hours))

    with database.read() as connection:
        counted = [
            outbound.automatic_since(connection, "anna@posteo.example", since=NOW - timedelta(hours=hours)) for hours in (4, 2, 1)
        ]

    assert counted == [2, 1, 0]


def test_each_sent_mail_is_copied_once(database: Database):
    queue(database, outgoing("1"), outgoing("2", mailbox="buero"), outgoing("3", due_at=NOW + LEASE))
    for _ in range(2):
        mail = claim(database)
        assert mail is not None
        with database.write() as connection:
            outbound.sent(connection, mail.id, now=NOW)

    with database.write() as connection:
        found = outbound.next_uncopied(connection, "support")
        assert found is not None
        outbound.copied(connection, found[0].id)
        assert (found[0].message_id, found[1], outbound.next_uncopied(connection, "support")) == ("1", b"Hallo\r\n", None)
