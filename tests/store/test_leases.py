"""Who may do what alone, and what the dead had in hand, on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest

from mailbot.store import claims, delivery, inbound, leases, outbound
from mailbot.store.database import Database
from mailbot.store.leases import Held
from mailbot.store.portion import Most
from tests.store.arrivals import keep
from tests.store.outbox import outgoing, queue

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG, OVER = timedelta(minutes=1), timedelta(0)
"""By the database's clock, which nobody sets: of a lease that lasts no time the next statement finds nothing."""

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def take(database: Database, subject: str = "mailbox support", *, holder: str = "one", lasting: timedelta = LONG) -> str | None:
    with database.write() as connection:
        return leases.take(connection, subject, holder=holder, lasting=lasting)


def held(database: Database) -> tuple[Held, ...]:
    with database.read() as connection:
        return leases.held(connection)


def test_a_mailbox_is_leased_to_one_until_it_is_given_up(database: Database):
    first = take(database)
    assert first is not None
    assert take(database, holder="two") is None
    assert take(database, "mailbox buero", holder="two") is not None
    assert held(database) == (
        Held(subject="mailbox buero", holder="two"),
        Held(subject="mailbox support", holder="one"),
    )

    with database.write() as connection:
        leases.give_up(connection, [first])

    assert take(database, holder="two") not in (None, first)


@on_postgresql
def test_a_lease_that_is_not_renewed_ends_and_never_comes_back(database: Database):
    lost = take(database, lasting=OVER)
    kept = take(database, "worker", lasting=LONG)
    assert lost is not None
    assert kept is not None
    assert held(database) == (Held(subject="worker", holder="one"),)

    with database.write() as connection:
        assert leases.renew(connection, [lost, kept], lasting=LONG) == {kept}
    assert take(database, holder="two") is not None
    with database.write() as connection:
        assert leases.renew(connection, [lost], lasting=LONG) == frozenset()

    assert held(database)[0] == Held(subject="mailbox support", holder="two")


@on_postgresql
def test_the_dead_are_buried_and_the_living_are_not(database: Database):
    take(database, lasting=OVER)
    take(database, "worker")

    with database.write() as connection:
        leases.bury(connection)
        left = connection.exec_driver_sql("SELECT subject FROM leases").scalars().all()

    assert left == ["worker"]


@on_sqlite
def test_where_there_is_one_bot_a_lease_lasts_until_the_next_one_starts(database: Database):
    first = take(database, lasting=OVER)
    assert first is not None
    with database.write() as connection:
        assert leases.renew(connection, [first], lasting=OVER) == {first}
        leases.bury(connection)

    assert held(database) == ()


def claim(database: Database, by: str | None, *, now: datetime = NOW) -> tuple[int | None, int | None]:
    """Attempts of the mail that came in and of the one that is to be sent, as far as they can be had."""
    with database.write() as connection:
        came = claims.claim(connection, now=now, lease=LONG, by=by, most=Most(mails=1, bytes=1000))
        leaves = delivery.claim(connection, now=now, lease=LONG, by=by)
    return came[0][0].attempts if came else None, leaves[0].attempts if leaves else None


def test_what_somebody_works_on_is_theirs_however_long_it_takes_and_free_when_their_lease_has_ended(database: Database):
    keep(database)
    queue(database, outgoing())
    by = take(database, "worker")
    assert by is not None

    assert claim(database, by) == (1, 1)
    assert claim(database, None, now=NOW + timedelta(days=1)) == (None, None)
    with database.write() as connection:
        leases.give_up(connection, [by])
    assert claim(database, None) == (2, 2)


@on_postgresql
def test_what_the_dead_had_in_hand_is_free_while_others_hold_leases(database: Database):
    keep(database)
    queue(database, outgoing())
    dead, alive = take(database, "worker", lasting=OVER), take(database, "another worker")

    assert claim(database, dead) == (1, 1)
    assert claim(database, alive) == (2, 2)
    assert claim(database, None) == (None, None)


def test_a_mail_whose_turn_was_put_off_waits_its_time_although_its_worker_lives(database: Database):
    keep(database)
    by = take(database, "worker")
    assert claim(database, by) == (1, None)
    with database.write() as connection:
        mail, _ = inbound.get(connection, 1)
        claims.uncount(connection, mail, until=NOW + LONG)

    assert claim(database, by) == (None, None)
    assert claim(database, by, now=NOW + LONG) == (1, None)


def test_a_sender_that_was_taken_for_dead_takes_nothing_back(database: Database):
    queue(database, outgoing())
    with database.write() as connection:
        (mail, _) = delivery.claim(connection, now=NOW, lease=OVER, by=None) or (None, b"")
        assert mail is not None
        again, _ = delivery.claim(connection, now=NOW, lease=LONG, by=None) or (None, b"")
        assert again is not None
        delivery.sent(connection, again.id, now=NOW)

        delivery.postpone(connection, mail, until=NOW, error="broken off")
        delivery.refuse(connection, mail, now=NOW, error="550 twice")
        delivery.hold(connection, mail.id, until=NOW, error="too many")

        assert outbound.get(connection, mail.id).state is outbound.State.SENT


def test_nor_out_of_the_hands_of_the_one_who_has_it_since(database: Database):
    """Else a third one would take it and send it once more."""
    queue(database, outgoing())
    with database.write() as connection:
        mail, _ = delivery.claim(connection, now=NOW, lease=OVER) or (None, b"")
        again, _ = delivery.claim(connection, now=NOW, lease=LONG) or (None, b"")
        assert mail is not None
        assert again is not None

        assert not delivery.postpone(connection, mail, until=NOW, error="broken off")
        assert not delivery.refuse(connection, mail, now=NOW, error="550 twice")
        assert delivery.claim(connection, now=NOW, lease=LONG) is None
        assert delivery.refuse(connection, again, now=NOW, error="550 twice")
