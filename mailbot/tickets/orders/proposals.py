"""Orders about what the bot proposes to say to somebody whose mail was passed on: yes, no."""

from __future__ import annotations

import re

from mailbot.tickets.orders.order import Agreed, Command, Declined, Desk, Done, Refused, Verb
from mailbot.tickets.orders.standing import IS_CLOSED
from mailbot.tickets.proposal import awaits_yes
from mailbot.tickets.ticket import State, Ticket

CONFIRMED = "bestätigt: Die Anfrage ist von {}"
NOTHING_PROPOSED = "zu diesem Vorgang ist keine Antwort vorgeschlagen"
MEANT = "meintest du {}? Als Worte ginge das an {}"

_SAYS = re.compile(r"\W*(?:(ja|jo|jep|yes|yep|ok|okay|o\.\s?k\.)|nein|nee|nö|no|nope)(?!\w)", re.IGNORECASE)


def why_unclear(words: str, ticket: Ticket) -> str | None:
    """Why words must not go out while a proposal waits: they begin as an answer to our question would."""
    says = _SAYS.match(words) if awaits_yes(ticket) else None
    return MEANT.format("#ja" if says[1] else "#nein", ticket.requester.email) if says else None


def _yes(ticket: Ticket, command: Command, desk: Desk) -> Done:
    _check(ticket)
    return Done(told="einverstanden", effects=(Agreed(),))


def _no(ticket: Ticket, command: Command, desk: Desk) -> Done:
    _check(ticket)
    return Done(told="nichts geht hinaus; der Vorgang bleibt bei euch", effects=(Declined(),))


def _check(ticket: Ticket) -> None:
    if not awaits_yes(ticket):
        raise Refused(NOTHING_PROPOSED)
    if ticket.state is State.CLOSED:
        raise Refused(IS_CLOSED)


VERBS = (
    Verb(
        name="yes",
        german=("ja",),
        english=("yes",),
        usage="#ja",
        help="Die zu einer weitergeleiteten Mail vorgeschlagene Antwort geht hinaus; das Mitglied nimmt von nun an teil. Ändert "
        "dieselbe Mail, was vorgeschlagen ist, geht nichts hinaus, und der Vorschlag kommt neu",
        do=_yes,
        bare=True,
        last=True,
        again=("senden", "absenden", "abschicken", "schicken", "send"),
    ),
    Verb(
        name="no",
        german=("nein",),
        english=("no",),
        usage="#nein",
        help="Sie geht nicht hinaus; der Vorgang bleibt bei euch",
        do=_no,
        bare=True,
    ),
)
