"""What metrics and alarms look at every minute. Every query keeps to an index, however many mails and tickets there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from mailbot.store.inbound import State
from mailbot.store.outbound import State as Ours
from mailbot.store.tables import inbound, outbound, tickets
from mailbot.store.tickets import WAITED_FOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """Some mails: how many, and since when the oldest of them lies there."""

    mails: int = 0
    oldest: datetime | None = None


def pending(connection: Connection) -> Pile:
    """The mails that wait to be processed."""
    row = connection.execute(
        select(func.count(), func.min(inbound.c.received)).where(inbound.c.state == State.PENDING.value)
    ).one()
    return Pile(mails=row[0], oldest=row[1])


def unsent(connection: Connection, *, now: datetime) -> Pile:
    """The mails that should have left by now; what a limit or a person keeps back does not count."""
    waiting = outbound.c.state.in_([Ours.QUEUED.value, Ours.SENDING.value])
    row = connection.execute(select(func.count(), func.min(outbound.c.due_at)).where(waiting, outbound.c.due_at <= now)).one()
    return Pile(mails=row[0], oldest=row[1])


def quarantined(connection: Connection) -> dict[str, Pile]:
    """By mailbox, the mails in quarantine."""
    rows = connection.execute(
        select(inbound.c.mailbox, func.count(), func.min(inbound.c.done_at))
        .where(inbound.c.state == State.QUARANTINED.value)
        .group_by(inbound.c.mailbox)
    )
    return {mailbox: Pile(mails=mails, oldest=oldest) for mailbox, mails, oldest in rows}


def unfinished(connection: Connection) -> Sequence[tuple[str, str, int]]:
    """State, service and number of the tickets that somebody waits for."""
    rows = connection.execute(
        select(tickets.c.state, tickets.c.service, func.count())
        .where(tickets.c.state.in_(WAITED_FOR))
        .group_by(tickets.c.state, tickets.c.service)
    )
    return [(state, service, number) for state, service, number in rows]
