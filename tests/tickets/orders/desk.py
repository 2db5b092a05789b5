"""Kim at work: orders by mail, carried out without a database."""

from __future__ import annotations

from mailbot.tickets.orders.carrying_out import carry_out
from mailbot.tickets.orders.grammar import read_order
from mailbot.tickets.orders.order import Desk, Outcome
from mailbot.tickets.ticket import Event, Ticket
from tests.builders import NOW, body, catalogue, ticket

CATALOGUE = catalogue()
KIM, ANNA_WINTER = CATALOGUE.staff
DESK = Desk(by=KIM, catalogue=CATALOGUE, now=NOW)


def ordered(*lines: str, of: Ticket | None = None) -> Outcome:
    """What Kim's mail of these lines makes of an open ticket, or of that one."""
    return carry_out(of or ticket(), read_order(body(*lines)), DESK)


def by_kim(kind: str, text: str) -> Event:
    """A line of history."""
    return Event(at=NOW, kind=kind, by=KIM.email, text=text)
