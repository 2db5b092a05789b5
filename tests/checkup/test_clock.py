"""Whether the machine knows the time, by what else shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.checkup.clock import clock
from mailbot.checkup.finding import Grade
from tests.builders import NOW

MINUTES = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ({"database": NOW + 7 * MINUTES}, "it is 7 minutes apart from that of the database"),
        ({"database": NOW - 7 * MINUTES}, "it is 7 minutes apart from that of the database"),
        ({"newest": NOW + 30 * MINUTES}, "by the mail server the newest mail comes in 30 minutes from now"),
        ({"synchronised": False}, "the system does not keep it by the network"),
    ],
)
def test_a_clock_that_may_be_wrong_is_a_hint_with_what_to_do(others: dict[str, object], sentence: str):
    told = clock(NOW, **{"newest": None, "database": None, "synchronised": None, **others})  # type: ignore[arg-type]

    assert told.grade is Grade.TIP
    assert told.text.en.startswith(sentence)
    assert "timedatectl set-ntp true" in told.text.de


def test_a_clock_that_agrees_is_fine_and_says_with_whom():
    told = clock(NOW, newest=NOW - timedelta(days=2), database=NOW + timedelta(seconds=3), synchronised=True)

    assert (told.grade, told.text.en) == (
        Grade.OK,
        "2025-09-22 09:30 UTC; the system keeps it by the network, the database shows the same time, no mail has come from "
        "the future",
    )


def test_where_nothing_tells_the_time_that_is_said():
    assert clock(NOW, newest=None, database=None, synchronised=None).text.en.endswith("nothing is here to compare it with")
