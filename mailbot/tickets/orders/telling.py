"""Orders that only note or tell something: a note, why, and what can be ordered."""

from __future__ import annotations

from collections.abc import Iterator

from mailbot.tickets.blocks import flat
from mailbot.tickets.orders.order import Command, Desk, Done, Refused, Row, Verb
from mailbot.tickets.reasons import in_german
from mailbot.tickets.ticket import BOT, Ticket
from mailbot.tickets.wording import moment

NO_TEXT = "die Notiz hat keinen Text"
CHANGES = ("asked", "told", "service")
"""Kinds of events by which staff change what is asked for."""


def _note(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if not command.argument:
        raise Refused(NO_TEXT)
    event = desk.event("note", command.argument)
    return Done(ticket=ticket, told="als Notiz aufgenommen, nichts davon geht an das Mitglied", events=(event,))


def _why(ticket: Ticket, command: Command, desk: Desk) -> Done:
    service = desk.catalogue.service(ticket.request.service)
    reasons = (("", in_german(reason, service, desk.catalogue)) for reason in ticket.request.because)
    rows = (*reasons, *_decisions(desk))
    return Done(told=f"{service.label.de}: das waren die Gründe, und das hat der Bot daraufhin getan", rows=rows)


def _decisions(desk: Desk) -> Iterator[Row]:
    """What the bot did, each after the mail that it followed from, and what staff have changed about the request."""
    causes = {event.mail for event in desk.history if event.by == BOT and event.mail is not None}
    for event in desk.history:
        received = event.mail in causes and event.kind == "received"
        if received or (event.kind in CHANGES if event.by != BOT else event.kind != "sent"):
            who = "" if event.by == BOT else f" von {flat(event.by)}"
            yield moment(event.at, desk.catalogue.hours.timezone), f"{flat(event.text)}{who}"


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
    Verb(
        name="why",
        german=("warum",),
        english=("why",),
        usage="#warum",
        help="Du liest, warum der Bot getan hat, was er getan hat: welche Worte ihn worauf gebracht haben",
        do=_why,
        bare=True,
        idle=True,
    ),
)
