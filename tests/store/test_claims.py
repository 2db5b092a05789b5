"""Who works on a mail, on SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from mailbot.store import claims, inbound
from mailbot.store.database import Database
from mailbot.store.inbound import State
from tests.store.arrivals import INBOX, LEASE, NOW, claim, claim_some, keep


def test_a_claimed_mail_is_nobody_elses_until_the_claim_expires(database: Database):
    keep(database)

    attempts = [
        mail.attempts if mail else None for mail in (claim(database, NOW), claim(database, NOW), claim(database, NOW + LEASE))
    ]

    assert attempts == [1, None, 2]


def test_mails_are_taken_together_until_they_are_many_or_large(database: Database):
    for uid in range(1, 8):
        keep(database, place=replace(INBOX, uid=uid), raw=bytes(100))

    taken = [[mail.place.uid for mail, _ in claim_some(database, mails=3, bytes=most)] for most in (1000, 250, 10, 1000)]

    assert taken == [[1, 2, 3], [4, 5], [6], [7]]


def test_one_that_was_tried_before_comes_alone(database: Database):
    for uid in range(1, 4):
        keep(database, place=replace(INBOX, uid=uid))
    claim_some(database, mails=2)

    taken = [[(mail.place.uid, mail.attempts) for mail, _ in claim_some(database, NOW + LEASE)] for _ in range(3)]

    assert taken == [[(3, 1)], [(1, 2)], [(2, 2)]]


def test_a_mail_that_failed_waits_behind_those_that_did_not(database: Database):
    keep(database)
    keep(database, place=replace(INBOX, uid=2))
    first = claim(database)
    assert first is not None
    with database.write() as connection:
        claims.give_back(connection, first)

    order = [mail.place.uid for _ in range(2) if (mail := claim(database))]

    assert order == [2, 1]


def test_who_was_taken_for_dead_gives_back_and_uncounts_nothing_that_another_works_on(database: Database):
    keep(database)
    dead, alive = claim(database), claim(database, NOW + LEASE)
    assert dead is not None
    assert alive is not None

    with database.write() as connection:
        claims.give_back(connection, dead)
        claims.uncount(connection, dead, until=NOW)

    assert claim(database, NOW + LEASE) is None
    with database.write() as connection:
        claims.uncount(connection, alive, until=NOW)
        claims.uncount(connection, alive, until=NOW)  # an attempt is taken back once
    again = claim(database, NOW + LEASE)
    assert again is not None
    assert again.attempts == 2


def test_a_mail_gets_one_end_only(database: Database):
    keep(database)
    mail = claim(database)
    assert mail is not None

    with database.write() as connection:
        claims.finish(connection, mail.id, State.TICKET, now=NOW)

    with database.write() as connection, pytest.raises(claims.AlreadyDone):
        claims.finish(connection, mail.id, State.IGNORED, now=NOW, reason="too late")

    with database.read() as connection:
        assert inbound.counts(connection) == {"support": {State.TICKET: 1}}
