"""The outbox, on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from mailbot.store import outbound
from mailbot.store.database import Database
from mailbot.store.outbound import Kin, Outgoing, State
from mailbot.store.portion import Most

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
        outbound.postpone(connection, mail, until=NOW + timedelta(minutes=5), error="451 later")

    with database.read() as connection:
        due = [outbound.anything_due(connection, now=NOW + timedelta(minutes=minutes)) for minutes in (0, 5)]

    assert due == [False, True]


def test_what_a_person_has_released_stays_released_when_the_server_wants_it_later(database: Database):
    queue(database, outgoing())
    mail = claim(database)
    assert mail is not None
    with database.write() as connection:
        outbound.hold(connection, mail.id, until=NOW + timedelta(hours=1), error="too many")
        outbound.release(connection, mail.id, now=NOW)
    released = claim(database)
    assert released is not None
    with database.write() as connection:
        outbound.postpone(connection, released, until=NOW, error="451 later")

    again = claim(database)

    assert again is not None
    assert again.state is State.RELEASED


def sent(database: Database, *ago: float) -> None:
    """Send what is queued, one after the other, so many hours ago each."""
    for hours in ago:
        mail = claim(database)
        assert mail is not None
        with database.write() as connection:
            outbound.sent(connection, mail.id, now=NOW - timedelta(hours=hours))


def test_a_limit_counts_the_mails_of_its_kin(database: Database):
    queue(database, outgoing("1"), outgoing("2"), outgoing("3", automatic=False), outgoing("4", recipient="paul@posteo.example"))
    queue(database, outgoing("5"))
    sent(database, 4, 3, 2, 1)
    anna = Kin(recipient="anna@posteo.example", automatic=True)
    yesterday, since_then = NOW - timedelta(days=1), NOW - timedelta(hours=4)

    with database.read() as connection:
        places = [outbound.newest(connection, anna, place=place, since=yesterday) for place in (1, 2, 3)]
        of_all = [outbound.newest(connection, Kin(), place=place, since=yesterday) for place in (1, 4, 5)]
        of_a_ticket = outbound.newest(connection, Kin(ticket="KV-1001"), place=1, since=yesterday)
        too_old = outbound.newest(connection, anna, place=2, since=since_then)

    assert places == [NOW - timedelta(hours=3), NOW - timedelta(hours=4), None]
    assert of_all == [NOW - timedelta(hours=1), NOW - timedelta(hours=4), None]
    assert of_a_ticket is None
    assert too_old is None


def test_a_limit_counts_the_copies_that_somebody_got(database: Database):
    queue(database, outgoing("1", copies=("paul_w@posteo.example", "eva@posteo.example")), outgoing("2"))
    first = claim(database)
    assert first is not None
    with database.write() as connection:
        outbound.sent(connection, first.id, copies=("paul_w@posteo.example",), now=NOW)
    sent(database, 0)

    with database.read() as connection:
        counted = {
            address: outbound.newest(connection, Kin(recipient=address), place=1, since=NOW - timedelta(days=1))
            for address in ("paul_w@posteo.example", "paulxw@posteo.example", "aul_w@posteo.example", "eva@posteo.example")
        }

    assert [address for address, moment in counted.items() if moment] == ["paul_w@posteo.example"]


def test_what_is_held_is_taken_again_at_its_time_and_what_is_stopped_never(database: Database):
    queue(database, outgoing("held"), outgoing("stopped"))
    held, stopped = claim(database), claim(database)
    assert held is not None
    assert stopped is not None
    with database.write() as connection:
        outbound.hold(connection, held.id, until=NOW + LEASE, error="too many")
        outbound.stop(connection, stopped.id, error="too many")

    taken = [claim(database, NOW + LEASE - timedelta(seconds=1)), claim(database, NOW + LEASE), claim(database, NOW + LEASE)]

    assert [(mail.message_id, mail.state, mail.attempts) if mail else None for mail in taken] == [
        None,
        ("held", State.HELD, 1),
        None,
    ]


def test_an_address_is_forgiven_what_came_back_and_only_then_what_was_stopped_goes_on(database: Database):
    queue(database, outgoing("1"), outgoing("2"), outgoing("3", recipient="paul@posteo.example"))
    sent(database, 0)
    second, third = claim(database), claim(database)
    assert second is not None
    assert third is not None

    def states_after_forgiving() -> list[State]:
        with database.write() as connection:
            outbound.forgive(connection, "anna@posteo.example", now=NOW)
            return [mail.state for mail in outbound.in_state(connection, *State)]

    with database.write() as connection:
        outbound.stop(connection, second.id, error="too many")
        outbound.stop(connection, third.id, error="too many")
    assert states_after_forgiving() == [State.SENT, State.STOPPED, State.STOPPED]

    with database.write() as connection:
        outbound.returned(connection, second.id - 1, now=NOW, error="came back")
        assert outbound.comes_back(connection, "anna@posteo.example")
    assert states_after_forgiving() == [State.SENT, State.QUEUED, State.STOPPED]


def copies(database: Database, *, now: datetime, most: int = 10) -> list[tuple[str, bytes]]:
    with database.write() as connection:
        taken = outbound.claim_copies(connection, "support", now=now, lease=LEASE, most=Most(mails=most, bytes=1000))
    return [(each.message_id, each.raw) for each in taken]


def test_each_sent_mail_is_copied_once(database: Database):
    queue(database, outgoing("1"), outgoing("2", mailbox="buero"), outgoing("3"), outgoing("4", due_at=NOW + LEASE))
    sent = [claim(database) for _ in range(3)]
    with database.write() as connection:
        for mail in sent:
            assert mail is not None
            outbound.sent(connection, mail.id, now=NOW)

    assert copies(database, now=NOW) == [("1", b"Hallo\r\n"), ("3", b"Hallo\r\n")]
    assert copies(database, now=NOW) == []
    assert copies(database, now=NOW + LEASE, most=1) == [("1", b"Hallo\r\n")]  # whoever had it died over it

    with database.write() as connection:
        outbound.copied(connection, [mail.id for mail in sent if mail is not None])
    assert copies(database, now=NOW + LEASE * 2) == []
