"""What the clock wants. A job's due time stands in the database, so it runs once however many bots run."""

from __future__ import annotations

from collections.abc import Callable

import schedule
import structlog

from mailbot.errors import MailbotError
from mailbot.service import instruments
from mailbot.service.erasing import erase_what_was_asked
from mailbot.service.lookout import beat
from mailbot.service.monthly import report_if_due
from mailbot.service.office import Office
from mailbot.service.overview import send_if_due
from mailbot.service.reminders import remind_if_due
from mailbot.service.retention import expire_if_due

log = structlog.get_logger()

Job = Callable[[Office], object]
JOBS: tuple[Job, ...] = (beat, send_if_due, report_if_due, remind_if_due, expire_if_due, erase_what_was_asked)


def wind_up(office: Office) -> schedule.Scheduler:
    """The jobs; whoever holds the scheduler calls `run_pending`."""
    clock = schedule.Scheduler()
    for job in JOBS:
        # Looked at each minute, not set for eight o'clock: the time may change in rules.yaml, and a bot that was
        # down at eight sends the digest when it is back.
        clock.every().minute.do(_run, job, office)
    return clock


def _run(job: Job, office: Office) -> None:
    """What goes wrong with one job keeps no other from its time; it has its next turn in a minute."""
    try:
        job(office)
    except MailbotError as error:
        instruments.failed("clock")
        log.error("in trouble", job=job.__name__, error=str(error))
    except Exception:
        instruments.failed("clock")
        log.exception("in trouble", job=job.__name__)
