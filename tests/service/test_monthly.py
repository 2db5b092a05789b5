"""The monthly report as the clock sends it."""

from datetime import UTC, datetime, timedelta

import pytest

from mailbot.service import desk
from mailbot.service.monthly import report_if_due
from mailbot.service.sender import deliver
from tests.association import words
from tests.service.bench import STAFF, Bench
from tests.service.test_worker import signal

FEBRUARY = datetime(2026, 2, 10, 9, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # Monday, eight in Cologne; the first is a Sunday


@pytest.fixture
def after_february(quick_bench: Bench) -> Bench:
    """A bot that had something to do in February."""
    quick_bench.clock.now = FEBRUARY
    signal(quick_bench)
    quick_bench.arrives(Subject="Nextcloud")
    quick_bench.clock.pass_by(timedelta(days=2))
    desk.carry_out(quick_bench.office, "KV-1001", "close")
    quick_bench.run()
    quick_bench.slot.taken.clear()
    return quick_bench


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 1, 9, 0, tzinfo=UTC), False),  # Sunday
        (datetime(2026, 3, 2, 6, 59, tzinfo=UTC), False),
        (MORNING, True),
        (datetime(2026, 3, 4, 9, 0, tzinfo=UTC), True),  # the bot was down on Monday
        (datetime(2026, 3, 9, 9, 0, tzinfo=UTC), False),
    ],
)
def test_the_report_is_due_on_the_first_working_day_of_the_month(after_february: Bench, now: datetime, due: bool):
    after_february.clock.now = now

    assert report_if_due(after_february.office) is due


def test_a_month_is_reported_once(after_february: Bench):
    after_february.clock.now = MORNING

    assert [report_if_due(after_february.office) for _ in range(3)] == [True, False, False]


def test_a_bot_that_has_just_been_set_up_reports_nothing(quick_bench: Bench):
    quick_bench.clock.now = MORNING

    assert not report_if_due(quick_bench.office)


def test_the_report_tells_what_was_missing_and_which_sentence_of_the_page_should_change(after_february: Bench):
    after_february.clock.now = MORNING

    report_if_due(after_february.office)
    deliver(after_february.office)

    (report,) = after_february.slot.to(STAFF)
    told = " ".join(words(report).split())
    assert report["Subject"] == "Monatsbericht Februar 2026: 2 Anfragen, 1 abgeschlossen"
    assert "- Anfragen: 2 (im Januar: 0)" in told
    assert "- Bis zum Abschluss (Median): 2 Tage (im Januar: –)" in told
    assert "- Nextcloud: „Nutzer*innen (Vorname, Name, E-Mail)“ fehlte in 1 von 1 Anfragen" in told
    assert "„Wir brauchen: Name der Gruppe; Nutzer*innen (Vorname, Name, E-Mail); Gruppenadmins (1–3). Bitte an" in told
