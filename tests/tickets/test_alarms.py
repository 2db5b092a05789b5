"""Which alarms are told, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.tickets.alarms import ALARMING, PATIENCE, Alarm, said_of, said_when_over, to_tell
from mailbot.tickets.trouble import Kind

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def alarm(id: int = 1, kind: Kind = Kind.DISK, *, seen: datetime = NOW - HOUR, **changes: datetime) -> Alarm:
    return Alarm(id=id, kind=kind, about="", since=NOW - 9 * HOUR, seen_at=seen, **changes)


@pytest.mark.parametrize(
    ("one", "is_told"),
    [
        (alarm(seen=NOW - PATIENCE), True),
        (alarm(seen=NOW - PATIENCE + timedelta(seconds=1)), False),  # may be over soon
        (alarm(kind=Kind.CANARY, seen=NOW), True),  # had its time already
        (alarm(told_at=NOW - HOUR), False),  # is told already
        (alarm(told_at=NOW - HOUR, over_at=NOW), True),  # is over
        (alarm(told_at=NOW - HOUR, over_at=NOW - HOUR, end_told_at=NOW), False),  # that is told, too
        (alarm(over_at=NOW), False),  # came and went before anybody heard of it
    ],
)
def test_each_is_told_when_it_has_lasted_and_when_it_is_over(one: Alarm, is_told: bool):
    assert bool(to_tell([one], now=NOW, told=0, at_most=6)) == is_told


@pytest.mark.parametrize(("told", "number"), [(0, 3), (4, 2), (6, 0), (9, 0)])
def test_the_oldest_come_first_and_never_more_than_so_many_a_day(told: int, number: int):
    alarms = [replace(alarm(id), since=NOW - id * HOUR) for id in (2, 4, 3)]

    assert [each.id for each in to_tell(alarms, now=NOW, told=told, at_most=6)] == [4, 3, 2][:number]


@pytest.mark.parametrize("kind", sorted(ALARMING))
def test_each_has_its_words(kind: Kind):
    assert "{" not in said_of(kind, "support@verein.example") + said_when_over(kind, "support@verein.example")


def test_of_what_smtp_itself_is_to_blame_for_no_mail_tells():
    assert set(Kind) - ALARMING == {Kind.SENDING, Kind.UNDELIVERED, Kind.BOOKS, Kind.RULES}
