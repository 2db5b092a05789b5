"""What the clock wants. A job's due time stands in the database, so it runs once however many bots run."""

from __future__ import annotations

import schedule

from mailbot.service.erasing import erase_what_was_asked
from mailbot.service.office import Office
from mailbot.service.outage import tell_of_outages
from mailbot.service.overview import send_if_due
from mailbot.service.reminders import remind_if_due
from mailbot.service.retention import expire_if_due


def wind_up(office: Office) -> schedule.Scheduler:
    """The jobs; whoever holds the scheduler calls `run_pending`."""
    clock = schedule.Scheduler()
    # Looked at each minute, not set for eight o'clock: the time may change in rules.yaml, and a bot that was
    # down at eight sends the digest when it is back.
    clock.every().minute.do(send_if_due, office)
    clock.every().minute.do(remind_if_due, office)
    clock.every().minute.do(tell_of_outages, office)
    clock.every().minute.do(expire_if_due, office)
    clock.every().minute.do(erase_what_was_asked, office)
    return clock
