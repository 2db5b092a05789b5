"""Orders that change nothing about a ticket: a note."""

from __future__ import annotations

from mailbot.tickets.orders.order import Command, Desk, Done, Refused, Verb
from mailbot.tickets.ticket import Ticket

NO_TEXT = "die Notiz hat keinen Text"


def _note(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if not command.argument:
        raise Refused(NO_TEXT)
    return Done(ticket=ticket, told="als Notiz aufgenommen", events=(desk.event("note", command.argument),))


VERBS = (
    Verb(
        name="note",
        german=("notiz",),
        english=("note",),
        usage="#notiz Text",
        help="Der Text steht im Verlauf. **Auch alles darunter gehört zur Notiz**, nichts davon geht an das Mitglied",
        do=_note,
        idle=True,
    ),
)
