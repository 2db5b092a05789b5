"""Mails that came in, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.errors import NotFound
from mailbot.store import inbound
from mailbot.store.database import Database
from mailbot.store.inbound import Identity, Inbound, New, Place, State
from mailbot.store.portion import Most

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
INBOX = Place(mailbox="support", folder="INBOX", uidvalidity=7, uid=1)
MAIL = Identity(message_id="1@posteo.example", sha256="a" * 64)


def keep(
    database: Database,
    *,
    place: Place = INBOX,
    identity: Identity = MAIL,
    raw: bytes = b"Hallo\r\n",
    state: State = State.PENDING,
) -> bool:
    with database.write() as connection:
        return inbound.add(connection, New(place=place, identity=identity, raw=raw, received=NOW, state=state)) == 1


def claim(database: Database, now: datetime = NOW) -> Inbound | None:
    return next((mail for mail, _ in claim_some(database, now, mails=1)), None)


def claim_some(
    database: Database, now: datetime = NOW, *, mails: int = 10, bytes: int = 1000
) -> tuple[tuple[Inbound, bytes], ...]:
    with database.write() as connection:
        return inbound.claim(connection, now=now, lease=LEASE, most=Most(mails=mails, bytes=bytes))


def test_a_mail_is_kept_to_the_byte(database: Database):
    raw = bytes(range(256)) * 50
    keep(database, raw=raw)

    ((mail, kept),) = claim_some(database)

    assert kept == raw
    assert mail.place == INBOX


def test_the_mail_of_one_place_is_kept_once(database: Database):
    assert keep(database)
    assert not keep(database)
    assert keep(database, place=replace(INBOX, mailbox="buero"))
    assert keep(database, place=replace(INBOX, uidvalidity=8))
    assert keep(database, place=replace(INBOX, folder="Anfragen"))


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
        inbound.give_back(connection, first)

    order = [mail.place.uid for _ in range(2) if (mail := claim(database))]

    assert order == [2, 1]


def test_who_was_taken_for_dead_gives_back_and_uncounts_nothing_that_another_works_on(database: Database):
    keep(database)
    dead, alive = claim(database), claim(database, NOW + LEASE)
    assert dead is not None
    assert alive is not None

    with database.write() as connection:
        inbound.give_back(connection, dead)
        inbound.uncount(connection, dead, until=NOW)

    assert claim(database, NOW + LEASE) is None
    with database.write() as connection:
        inbound.uncount(connection, alive, until=NOW)
        inbound.uncount(connection, alive, until=NOW)  # an attempt is taken back once
    again = claim(database, NOW + LEASE)
    assert again is not None
    assert again.attempts == 2


def test_a_mail_gets_one_end_only(database: Database):
    keep(database)
    mail = claim(database)
    assert mail is not None

    with database.write() as connection:
        inbound.finish(connection, mail.id, State.TICKET, now=NOW)

    with database.write() as connection, pytest.raises(inbound.AlreadyDone):
        inbound.finish(connection, mail.id, State.IGNORED, now=NOW, reason="too late")

    with database.read() as connection:
        assert inbound.counts(connection) == {"support": {State.TICKET: 1}}


def test_a_copy_in_the_other_mailbox_knows_its_original(database: Database):
    keep(database)
    keep(database, place=replace(INBOX, mailbox="buero"))
    keep(database, place=replace(INBOX, uid=2), identity=replace(MAIL, sha256="b" * 64))

    with database.read() as connection:
        mails = inbound.in_state(connection, State.PENDING)
        originals = [found.id if (found := inbound.original(connection, mail)) else None for mail in mails]

    assert originals == [None, mails[0].id, None]


def test_after_a_change_of_uidvalidity_each_known_mail_is_found_again_once(database: Database):
    keep(database)
    moved = replace(INBOX, uidvalidity=8, uid=31)

    with database.write() as connection:
        found = [inbound.attach(connection, place=moved, identity=MAIL), inbound.attach(connection, place=moved, identity=MAIL)]

    assert found == [True, False]
    with database.read() as connection:
        assert inbound.known_uids(connection, [30, 31], mailbox="support", folder="INBOX", uidvalidity=8) == {31}
        assert inbound.known_uids(connection, [30, 31], mailbox="support", folder="INBOX", uidvalidity=7) == frozenset()


def test_quarantine_can_be_left_in_two_ways(database: Database):
    for uid in (1, 2):
        keep(database, place=replace(INBOX, uid=uid))
        mail = claim(database)
        assert mail is not None
        with database.write() as connection:
            inbound.finish(connection, mail.id, State.QUARANTINED, now=NOW, reason="broken")

    with database.write() as connection:
        again, gone = inbound.in_state(connection, State.QUARANTINED)
        inbound.retry(connection, again.id)
        inbound.drop(connection, gone.id, reason="seen by a person")

    with database.read() as connection:
        assert inbound.get(connection, again.id)[0] == replace(again, state=State.PENDING, reason=None, attempts=0, done_at=None)
        assert inbound.get(connection, gone.id)[0] == replace(gone, state=State.IGNORED, reason="seen by a person")


def test_only_what_is_in_quarantine_can_leave_it(database: Database):
    keep(database)

    with database.write() as connection, pytest.raises(NotFound, match="there is no mail 1 in quarantine"):
        inbound.retry(connection, 1)


def test_mails_of_before_the_first_run_can_be_called_back(database: Database):
    keep(database, state=State.BEFORE_FIRST_RUN)

    with database.write() as connection:
        recalled = [
            inbound.recall(connection, mailbox="support", since=NOW + timedelta(days=1)),
            inbound.recall(connection, mailbox="buero", since=None),
            inbound.recall(connection, mailbox="support", since=None),
        ]

    assert recalled == [0, 0, 1]
