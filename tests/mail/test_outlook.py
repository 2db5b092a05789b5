"""Thread-Index, with values as Outlook and Exchange write them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mailbot.mail.outlook import ANSWER, ANSWERS_AT_MOST, HEADER, continued

NEW = "AQHWLRNo4NaOjvXU8EODe0ZotrA8Bw=="  # 01, then 01D62D1368: 18 May 2020, 12:54
OLD = "AdYtE2jg4NaOjvXU8EODe0ZotrA8Bw=="  # the same time without the reserved byte: 01D62D1368E0
BEGUN = datetime(2020, 5, 18, 12, 54, 2, tzinfo=UTC)


def answer(index: str, at: datetime, salt: str = "x") -> bytes:
    found = continued(index, at=at, salt=salt)
    assert found is not None
    return b64decode(found)


def told(block: bytes) -> timedelta:
    """How much later than the first mail an answer was written, as [MS-OXOMSG] 2.2.1.3 has it."""
    value = int.from_bytes(block[:4], "big")
    steps = (value & 0x7FFFFFFF) << (23 if value >> 31 else 18)
    return timedelta(microseconds=steps / 10)


@pytest.mark.parametrize("index", [NEW, OLD])
@pytest.mark.parametrize("later", [timedelta(minutes=3), timedelta(days=40), timedelta(days=600)])
def test_an_answer_tells_how_much_later_it_was_written(index: str, later: timedelta):
    parent, grown = b64decode(index), answer(index, BEGUN + later)

    assert grown.startswith(parent)
    assert len(grown) == len(parent) + ANSWER
    assert abs(told(grown[-ANSWER:]) - later) < timedelta(seconds=3)
    assert grown[-ANSWER] < 0x80


def test_after_more_than_a_year_and_a_half_it_is_told_less_finely():
    block = answer(NEW, BEGUN + timedelta(days=1000))[-ANSWER:]

    assert block[0] >= 0x80
    assert abs(told(block) - timedelta(days=1000)) < timedelta(seconds=3)


def test_an_answer_to_an_answer_keeps_all_that_came_before():
    first = continued(NEW, at=BEGUN + timedelta(hours=1), salt="a") or ""
    second = answer(first, BEGUN + timedelta(hours=2), "b")

    assert second[: HEADER + ANSWER] == b64decode(first)
    assert len(second) == HEADER + 2 * ANSWER


def test_two_answers_of_one_moment_differ():
    at = BEGUN + timedelta(hours=1)

    assert answer(NEW, at, "a") != answer(NEW, at, "b")
    assert answer(NEW, at, "a") == answer(NEW, at, "a")


def test_a_clock_that_is_behind_tells_no_time_at_all():
    assert answer(NEW, BEGUN - timedelta(days=3))[-ANSWER:-1] == bytes(4)


@pytest.mark.parametrize(
    "index",
    ["", "no base64!", "AQ==", NEW[:-4], b64encode(b"\x02" + bytes(21)).decode(), b64encode(b"\x01" + bytes(22)).decode()],
)
def test_what_is_no_thread_index_is_not_carried_on(index: str):
    assert continued(index, at=BEGUN, salt="") is None


def test_a_conversation_without_end_is_not_carried_on_for_ever():
    index = b64encode(b64decode(NEW) + bytes(ANSWER * ANSWERS_AT_MOST)).decode()

    assert continued(index, at=BEGUN, salt="") is None


@given(some.text(max_size=200) | some.binary(max_size=200).map(lambda raw: b64encode(raw).decode()))
def test_whatever_stands_in_the_header_it_never_fails(index: str):
    found = continued(index, at=datetime(2026, 3, 2, tzinfo=UTC), salt="x")

    assert found is None or len(b64decode(found)) % ANSWER == HEADER % ANSWER
