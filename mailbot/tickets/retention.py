"""How long what was written is kept. Pure: the same rules and the same moment give the same bounds, for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from mailbot.catalogue import Catalogue
from mailbot.mail.message import Address
from mailbot.tickets.calendar import day_of
from mailbot.tickets.ticket import State, Ticket
from mailbot.understanding.request import Request

UNDOABLE = timedelta(days=1)
"""So long it is kept how a ticket was before an order; `#undo` looks back some minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """
    What came to its end before these moments (aware, UTC) has had its time.

    `services` are those that have a time of their own, by id; all other tickets go by `closed`. Whoever was away until
    before `today` is back.
    """

    closed: datetime
    services: Mapping[str, datetime]
    ignored: datetime
    quarantine: datetime
    before_first_run: datetime
    notices: datetime
    orders: datetime
    today: date


def bounds(catalogue: Catalogue, now: datetime) -> Bounds:
    """The bounds at that moment."""
    kept = catalogue.retention
    own = {service.id: now - service.retention for service in catalogue.services if service.retention is not None}
    return Bounds(
        closed=now - kept.closed,
        services=MappingProxyType(own),
        ignored=now - kept.ignored,
        quarantine=now - kept.quarantine,
        before_first_run=now - kept.before_first_run,
        notices=now - kept.notices,
        orders=now - UNDOABLE,
        today=day_of(now, catalogue.hours),
    )


def forgotten(ticket: Ticket, now: datetime) -> Ticket:
    """
    What stays of a ticket: numbers, states, times, and which fields were missing; nothing of anybody. Nobody waits for it.

    What stays is named, so that whatever tickets get to know in future goes.
    """
    return Ticket(
        key=ticket.key,
        conversation=ticket.conversation,
        request=Request(service=ticket.request.service, kind=ticket.request.kind, missing=ticket.request.missing),
        state=ticket.state if ticket.state is State.REFERRED else State.CLOSED,
        mailbox=ticket.mailbox,
        requester=Address(),
        language=ticket.language,
        assignee=ticket.assignee,
        questions=ticket.questions,
        opened=ticket.opened,
        updated=ticket.updated,
        due=ticket.due,
        merged_into=ticket.merged_into,
        follows=ticket.follows,
        forgotten_at=now,
    )
