"""The order that takes back the one before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailbot.tickets.blocks import flat
from mailbot.tickets.orders.order import Command, Desk, Done, Earlier, Refused, Undo, Verb
from mailbot.tickets.ticket import Event, Ticket

IN_TIME = timedelta(minutes=15)
"""So long after an order it can be taken back."""

NOTHING = "von dir gibt es zu diesem Vorgang nichts, das rückgängig zu machen wäre"
DONE_ALREADY = "dein letzter Befehl ist schon rückgängig gemacht"
TOO_LATE = f"das geht nur in den ersten {IN_TIME.seconds // 60} Minuten"
CHANGED = "seitdem hat sich an {} etwas geändert"


def _undo(ticket: Ticket, command: Command, desk: Desk) -> Done:
    order = desk.last
    if order is None:
        raise Refused(NOTHING)
    if order.undone:
        raise Refused(DONE_ALREADY)
    if desk.now - order.at > IN_TIME:
        raise Refused(TOO_LATE)
    for each in order.since:
        if each.updated != order.at:
            raise Refused(CHANGED.format(each.key))
    what = _what(order, desk)
    before = next((each for each in order.before if each.key == ticket.key), ticket)
    event = desk.event("undone", f"rückgängig gemacht: {what}")
    return Done(
        ticket=replace(before, updated=desk.now), told=f"rückgängig: {what}", events=(event,), effects=(Undo(order=order),)
    )


def _what(order: Earlier, desk: Desk) -> str:
    """What the order had done, by the ticket's history."""
    done = (event for event in desk.history if event.at == order.at and event.by == desk.by.email)
    return "; ".join(_told(event) for event in done) or "der letzte Befehl"


def _told(event: Event) -> str:
    match event.kind:
        case "answered":
            return "Antwort an das Mitglied"
        case "held":
            return f"zurückgestellt ({flat(event.text)})"
    return flat(event.text)


VERBS = (
    Verb(
        name="undo",
        german=("undo", "rückgängig", "zurücknehmen"),
        english=(),
        usage="#undo",
        help="Dein letzter Befehl zu diesem Vorgang gilt nicht mehr, in den ersten 15 Minuten und wenn sich seitdem nichts "
        "geändert hat. Mails, die noch nicht abgeschickt sind, gehen nicht mehr hinaus; die Antwort nennt die anderen. In der "
        "Mail steht sonst nichts",
        do=_undo,
        bare=True,
        alone=True,
    ),
)
