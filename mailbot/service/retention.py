"""What has had its time is forgotten: once a day by the clock, or when somebody says so."""

from __future__ import annotations

import structlog

from mailbot.service.office import Office
from mailbot.store import jobs, retention
from mailbot.store.retention import Expired, Kind
from mailbot.tickets.calendar import day_of
from mailbot.tickets.retention import bounds

log = structlog.get_logger()

JOB = "expire"


def rehearse(office: Office) -> dict[Kind, Expired]:
    """How much has had its time now. Changes nothing."""
    with office.database.read() as connection:
        return retention.expired(connection, bounds(office.catalogue, office.clock()))


def expire(office: Office) -> dict[Kind, int]:
    """
    Forget all that, and tell how much it was.

    In portions, each a transaction that looks again: the bot goes on meanwhile, and what is cut off is done next time.
    """
    now = office.clock()
    limits = bounds(office.catalogue, now)
    done = dict.fromkeys(Kind, 0)
    for kind in Kind:
        some = None
        while some != 0:
            with office.database.write() as connection:
                some = retention.forget_some(connection, kind, limits, now=now)
            done[kind] += some
    if any(done.values()):
        office.database.leave_no_trace()
    return done


def expire_if_due(office: Office) -> bool:
    """The clock's job: in the first minutes of each day."""
    now = office.clock()
    with office.database.write() as connection:
        if not jobs.take(connection, JOB, day_of(now, office.catalogue.hours).isoformat(), now=now):
            return False
    done = expire(office)
    log.info("forgotten", **{kind.name.lower(): number for kind, number in done.items() if number})
    return True
