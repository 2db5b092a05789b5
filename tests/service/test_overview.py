"""The digest as the clock sends it."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from mailbot.service import desk
from mailbot.service.overview import send, send_if_due
from mailbot.service.sender import deliver
from mailbot.service.survey import draw_up
from mailbot.tickets.digest import Day
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
def test_the_digest_is_due_on_working_days_at_its_time(quick_bench: Bench, now: datetime, due: bool):
    quick_bench.clock.now = now

    assert send_if_due(quick_bench.office) is due


def test_each_day_has_one_digest_however_often_the_clock_strikes(quick_bench: Bench):
    sent = []
    for _ in range(3):
        sent.append(send_if_due(quick_bench.office))
    quick_bench.clock.pass_by(timedelta(days=1))
    sent.append(send_if_due(quick_bench.office))
    deliver(quick_bench.office)

    assert sent == [True, False, False, True]
    assert len(quick_bench.slot.to(STAFF)) == 2


def test_staff_can_have_it_again(quick_bench: Bench):
    send(quick_bench.office, day=MONDAY.date())

    assert send(quick_bench.office, day=MONDAY.date(), again=True) == 1


def test_trouble_stands_in_the_digest(quick_bench: Bench):
    quick_bench.slot.errors = [NEVER]
    quick_bench.arrives()

    send(quick_bench.office, day=MONDAY.date())
    deliver(quick_bench.office)

    assert "KV-1001: Nicht zustellbar an anna.schmidt@posteo.example" in " ".join(words(quick_bench.slot.to(STAFF)[-1]).split())


def test_trouble_on_a_ticket_that_was_done_long_ago_stands_in_the_digest(quick_bench: Bench):
    signal(quick_bench)
    desk.carry_out(quick_bench.office, "KV-1001", "close")
    quick_bench.clock.pass_by(timedelta(days=3))
    quick_bench.slot.errors = [NEVER]
    quick_bench.run()

    today = quick_bench.clock.now.date()
    send(quick_bench.office, day=today)
    deliver(quick_bench.office)

    assert "KV-1001: Nicht zustellbar an" in " ".join(words(quick_bench.slot.to(STAFF)[-1]).split())


def test_a_digest_that_was_refused_is_told_in_the_next(quick_bench: Bench):
    send(quick_bench.office, day=MONDAY.date())
    quick_bench.slot.errors = [NEVER]
    deliver(quick_bench.office)
    quick_bench.clock.pass_by(timedelta(days=1))

    send(quick_bench.office, day=quick_bench.clock.now.date())
    deliver(quick_bench.office)

    (digest,) = quick_bench.slot.to(STAFF)
    assert f"Eine Mail an {STAFF} war nicht zustellbar: mail.example:25" in " ".join(words(digest).split())


WITH_EVA = {"staff:\n": "staff:\n  - id: eva\n    name: Eva Sommer\n    email: eva@verein.example\n"}


@pytest.mark.parametrize("quick_bench", [WITH_EVA], indirect=True)
def test_everybody_gets_their_own(quick_bench: Bench):
    signal(quick_bench)
    desk.carry_out(quick_bench.office, "KV-1001", "assign", "eva")

    send(quick_bench.office, day=MONDAY.date())
    deliver(quick_bench.office)

    assert [quick_bench.slot.to(address)[-1]["Subject"].partition(": ")[2] for address in ("eva@verein.example", STAFF)] == [
        "1 bei dir, 0 weitere bei uns, 1 neu",
        "1 bei uns, 1 neu",
    ]


def test_two_weeks_are_counted_by_days_where_the_association_works(quick_bench: Bench):
    quick_bench.clock.now = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # half past midnight on Monday in Cologne
    signal(quick_bench)
    quick_bench.clock.pass_by(timedelta(days=1))
    desk.carry_out(quick_bench.office, "KV-1001", "close")

    with quick_bench.office.database.read() as connection:
        drawn = draw_up(connection, quick_bench.office.catalogue, day=date(2026, 3, 3), now=quick_bench.clock.now)

    assert len(drawn.days) == 14
    assert drawn.days[-2:] == (Day(day=date(2026, 3, 2), opened=1), Day(day=date(2026, 3, 3), closed=1))
    assert sum(day.opened + day.closed for day in drawn.days) == 2


def test_no_question_of_the_digest_reads_all_tickets(quick_bench: Bench):
    asked: list[tuple[str, Any]] = []
    with quick_bench.office.database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        draw_up(connection, quick_bench.office.catalogue, day=MONDAY.date(), now=MONDAY)
        plans = {
            row[3] for sql, values in tuple(asked) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        }

    assert any("tickets" in plan for plan in plans)
    assert [plan for plan in plans if re.match("SCAN (tickets|events|outbound|inbound)", plan)] == []
