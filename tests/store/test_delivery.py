"""Mails on their way, on SQLite and PostgreSQL."""

from datetime import datetime, timedelta
from random import randbytes

import pytest

from mailbot.store import delivery, verdicts
from mailbot.store.database import Database
from mailbot.store.outbound import State
from mailbot.store.portion import Most
from tests.store.outbox import LEASE, NOW, claim, mails_fetched, outgoing, queue, sent


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
        delivery.postpone(connection, mail, until=NOW + timedelta(minutes=5), error="451 later")

    with database.read() as connection:
        due = [delivery.anything_due(connection, now=NOW + timedelta(minutes=minutes)) for minutes in (0, 5)]

    assert due == [False, True]


def test_what_a_person_has_released_stays_released_when_the_server_wants_it_later(database: Database):
    queue(database, outgoing())
    mail = claim(database)
    assert mail is not None
    with database.write() as connection:
        delivery.hold(connection, mail.id, until=NOW + timedelta(hours=1), error="too many")
        verdicts.release(connection, mail.id, now=NOW)
    released = claim(database)
    assert released is not None
    with database.write() as connection:
        delivery.postpone(connection, released, until=NOW, error="451 later")

    again = claim(database)

    assert again is not None
    assert again.state is State.RELEASED


def test_what_is_held_is_taken_again_at_its_time_and_what_is_stopped_never(database: Database):
    queue(database, outgoing("held"), outgoing("stopped"))
    held, stopped = claim(database), claim(database)
    assert held is not None
    assert stopped is not None
    with database.write() as connection:
        delivery.hold(connection, held.id, until=NOW + LEASE, error="too many")
        delivery.stop(connection, stopped.id, error="too many")

    taken = [claim(database, NOW + LEASE - timedelta(seconds=1)), claim(database, NOW + LEASE), claim(database, NOW + LEASE)]

    assert [(mail.message_id, mail.state, mail.attempts) if mail else None for mail in taken] == [
        None,
        ("held", State.HELD, 1),
        None,
    ]


def copies(database: Database, *, now: datetime, most: int = 10) -> list[tuple[str, bytes]]:
    with database.write() as connection:
        taken = delivery.claim_copies(connection, "support", now=now, lease=LEASE, most=Most(mails=most, bytes=1000))
    return [(each.message_id, each.raw) for each in taken]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_all_that_waits_for_sent_only_what_is_taken_is_fetched(database: Database):
    queue(database, *(outgoing(str(number), raw=randbytes(400)) for number in range(5)))
    sent(database, *[1] * 5)

    with mails_fetched(database) as fetched:
        assert [id for id, _ in copies(database, now=NOW)] == ["0", "1"]

    assert fetched == [2]


def test_each_sent_mail_is_copied_once(database: Database):
    queue(database, outgoing("1"), outgoing("2", mailbox="buero"), outgoing("3"), outgoing("4", due_at=NOW + LEASE))
    sent = [claim(database) for _ in range(3)]
    with database.write() as connection:
        for mail in sent:
            assert mail is not None
            delivery.sent(connection, mail.id, now=NOW)

    assert copies(database, now=NOW) == [("1", b"Hallo\r\n"), ("3", b"Hallo\r\n")]
    assert copies(database, now=NOW) == []
    assert copies(database, now=NOW + LEASE, most=1) == [("1", b"Hallo\r\n")]  # whoever had it died over it

    with database.write() as connection:
        delivery.copied(connection, [mail.id for mail in sent if mail is not None])
    assert copies(database, now=NOW + LEASE * 2) == []
