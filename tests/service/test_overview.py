"""The digest as the clock sends it."""

from datetime import UTC, datetime, timedelta

import pytest

from mailbot.service import desk
from mailbot.service.overview import send, send_if_due
from mailbot.service.sender import deliver
from tests.association import words
from tests.service.bench import MONDAY, NEVER, STAFF, Bench
from tests.service.test_worker import signal


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 2, 6, 59, tzinfo=UTC), False),  # Monday 7:59 in Cologne
        (datetime(2026, 3, 2, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 15, 0, tzinfo=UTC), True),  # the bot was down at eight
        (datetime(2026, 3, 7, 9, 0, tzinfo=UTC), False),  # Saturday
        (datetime(2026, 6, 4, 9, 0, tzinfo=UTC), False),  # Corpus Christi, a holiday in NRW
        (datetime(2026, 7, 1, 6, 0, tzinfo=UTC), True),  # summer time
    ],
)
def test_the_digest_is_due_on_working_days_at_its_time(bench: Bench, now: datetime, due: bool):
    bench.clock.now = now

    assert send_if_due(bench.office) is due


def test_each_day_has_one_digest_however_often_the_clock_strikes(bench: Bench):
    sent = []
    for _ in range(3):
        sent.append(send_if_due(bench.office))
    bench.clock.pass_by(timedelta(days=1))
    sent.append(send_if_due(bench.office))
    deliver(bench.office)

    assert sent == [True, False, False, True]
    assert len(bench.slot.to(STAFF)) == 2


def test_staff_can_have_it_again(bench: Bench):
    send(bench.office, day=MONDAY.date())

    assert send(bench.office, day=MONDAY.date(), again=True) == 1


def test_trouble_stands_in_the_digest(bench: Bench):
    bench.slot.errors = [NEVER]
    bench.arrives()

    send(bench.office, day=MONDAY.date())
    deliver(bench.office)

    assert "KV-1001: Nicht zustellbar an anna.schmidt@posteo.example" in " ".join(words(bench.slot.to(STAFF)[-1]).split())


def test_trouble_on_a_ticket_that_was_done_long_ago_stands_in_the_digest(bench: Bench):
    signal(bench)
    desk.carry_out(bench.office, "KV-1001", "close")
    bench.clock.pass_by(timedelta(days=3))
    bench.slot.errors = [NEVER]
    bench.run()

    today = bench.clock.now.date()
    send(bench.office, day=today)
    deliver(bench.office)

    assert "KV-1001: Nicht zustellbar an" in " ".join(words(bench.slot.to(STAFF)[-1]).split())


def test_a_digest_that_was_refused_is_told_in_the_next(bench: Bench):
    send(bench.office, day=MONDAY.date())
    bench.slot.errors = [NEVER]
    deliver(bench.office)
    bench.clock.pass_by(timedelta(days=1))

    send(bench.office, day=bench.clock.now.date())
    deliver(bench.office)

    (digest,) = bench.slot.to(STAFF)
    assert f"Eine Mail an {STAFF} war nicht zustellbar: mail.example:25" in " ".join(words(digest).split())
