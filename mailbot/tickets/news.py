"""Why staff get the mail about a ticket, in a few words for its subject and its first line. Pure."""

from __future__ import annotations

from mailbot.catalogue import Catalogue
from mailbot.tickets.decision import Outcome, Reply
from mailbot.tickets.sources import told
from mailbot.tickets.ticket import State, Ticket

NEW = "Neu"
WITHDRAWN = "Zurückgezogen"
ASKS = "Fragt nach dem Stand"
REOPENED = "Wieder offen"
CHANGED = "Geändert: {}"
ANSWER = "Antwort"


def news_of(before: Ticket | None, outcome: Outcome, reply: Reply | None, catalogue: Catalogue, *, first: bool) -> str:
    """
    What a mail of the member brings.

    Args:
        before: the ticket as it was, None where the mail opened it.
        first: staff have got no mail about it yet.
    """
    if reply is Reply.WITHDRAWN:
        return WITHDRAWN
    if before is None or first:
        return NEW
    if reply is Reply.STATUS:
        return ASKS
    if before.state is State.CLOSED and outcome.state is not State.CLOSED:
        return REOPENED
    labels = (label.partition(" (")[0] for label in told(before.request, outcome.request, catalogue))
    return CHANGED.format(", ".join(changed)) if (changed := tuple(labels)) else ANSWER
