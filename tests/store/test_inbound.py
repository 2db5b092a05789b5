"""Mails that came in, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.errors import NotFound
from mailbot.store import claims, inbound
from mailbot.store.columns import LONG
from mailbot.store.database import Database
from mailbot.store.inbound import State
from tests.plans import listening
from tests.store.arrivals import INBOX, MAIL, NOW, claim, claim_some, keep


@pytest.mark.parametrize("times", [50, LONG // 100], ids=["short", "long"])
def test_a_mail_is_kept_to_the_byte(database: Database, times: int):
    raw = bytes(range(256)) * times
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


def test_a_copy_in_the_other_mailbox_knows_its_original(database: Database):
    keep(database)
    keep(database, place=replace(INBOX, mailbox="buero"))
    keep(database, place=replace(INBOX, uid=2), identity=replace(MAIL, sha256="b" * 64))

    with database.read() as connection:
        mails = inbound.in_state(connection, State.PENDING)
        originals = [found.id if (found := inbound.original(connection, mail)) else None for mail in mails]

    assert originals == [None, mails[0].id, None]


def test_quarantine_can_be_left_in_two_ways(database: Database):
    for uid in (1, 2):
        keep(database, place=replace(INBOX, uid=uid))
        mail = claim(database)
        assert mail is not None
        with database.write() as connection:
            claims.finish(connection, mail.id, State.QUARANTINED, now=NOW, reason="broken")

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


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_people_wrote_is_found_without_a_look_at_all_that_waits(database: Database):
    with listening(database.engine) as asked, database.read() as connection:
        inbound.pending_by_hand(connection)
        ((statement, values),) = tuple(asked.items())
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()

    assert [step for *_, step in plan] == ["SEARCH inbound USING INDEX ix_inbound_by_hand (state=?)"]
