"""Canaries, alarms and signs of life, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailbot.store import alarms, beats, canaries
from mailbot.store.canaries import Canary
from mailbot.store.database import Database
from mailbot.tickets.trouble import Kind

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sent(database: Database, *hours: int) -> list[Canary]:
    """One to `support` at each of these hours after noon."""
    birds = [Canary(message_id=f"{hour}@x", mailbox="support", sent_at=NOON + hour * HOUR) for hour in hours]
    with database.write() as connection:
        for bird in birds:
            canaries.keep(connection, bird)
    return birds


def lost(database: Database, *, before: datetime) -> datetime | None:
    with database.read() as connection:
        return canaries.lost_since(connection, "support", before=before)


def test_lost_is_what_came_back_neither_itself_nor_a_later_one(database: Database):
    sent(database, 0, 1, 2)

    assert lost(database, before=NOON - HOUR) is None
    assert lost(database, before=NOON + HOUR) == NOON
    with database.write() as connection:
        assert canaries.found(connection, "<1@x>", mailbox="buero", now=NOON) is None
        found = canaries.found(connection, "<1@x>", mailbox="support", now=NOON + HOUR)
        assert found == Canary(message_id="1@x", mailbox="support", sent_at=NOON + HOUR, found_at=NOON + HOUR)
        assert canaries.found(connection, "<1@x>", mailbox="support", now=NOON + 3 * HOUR) == found  # seen a second time
    assert lost(database, before=NOON + HOUR) is None
    assert lost(database, before=NOON + 2 * HOUR) == NOON + 2 * HOUR


def test_those_of_long_ago_are_forgotten(database: Database):
    sent(database, 0, 24 * 31)

    assert lost(database, before=NOON + 24 * 32 * HOUR) == NOON + 24 * 31 * HOUR


def test_a_trouble_begins_and_ends_and_what_was_never_told_leaves_no_trace(database: Database):
    with database.write() as connection:
        alarms.keep_up(connection, [(Kind.DISK, "", NOON), (Kind.MAILBOX, "support", NOON)], now=NOON)
        alarms.keep_up(connection, [(Kind.DISK, "", NOON + HOUR), (Kind.MAILBOX, "support", NOON)], now=NOON)
        disk, mailbox = alarms.current(connection)
        assert (disk.since, mailbox.about) == (NOON, "support")
        assert [alarms.tell(connection, disk, now=NOON) for _ in range(2)] == [True, False]
        alarms.keep_up(connection, [], now=NOON + HOUR)
        (over,) = alarms.unsettled(connection)
        assert (over.kind, over.told_at, over.over_at) == (Kind.DISK, NOON, NOON + HOUR)
        assert alarms.tell(connection, over, now=NOON + HOUR)
        assert (alarms.current(connection), alarms.unsettled(connection)) == ((), ())
        assert alarms.told_since(connection, NOON - HOUR) == 2
        assert alarms.told_since(connection, NOON) == 1


def test_signs_of_life_until_there_is_to_be_none(database: Database):
    with database.write() as connection:
        for at in (NOON, NOON + HOUR):
            beats.beat(connection, beats.CLOCK, now=at)
        assert beats.last(connection, beats.CLOCK) == NOON + HOUR
        beats.rest(connection, beats.CLOCK)
        assert beats.last(connection, beats.CLOCK) is None
