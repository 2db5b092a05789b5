"""Orders that say who works on a ticket: assign, take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mailbot.catalogue import Staff
from mailbot.tickets.orders.order import Command, Desk, Done, Refused, Row, Verb
from mailbot.tickets.ticket import Ticket
from mailbot.tickets.views import STAFF_LANGUAGE
from mailbot.tickets.wording import day as in_words

ABSENT = "Achtung: {} ist bis {} nicht da und hört davon erst danach; Erinnerungen gehen so lange an die anderen."
WHO = "wer ist gemeint? Es gibt {}"


def _assign(ticket: Ticket, command: Command, desk: Desk) -> Done:
    return _given(ticket, _named(command.argument, desk), desk)


def _take(ticket: Ticket, command: Command, desk: Desk) -> Done:
    return _given(ticket, desk.by, desk)


def _given(ticket: Ticket, to: Staff, desk: Desk) -> Done:
    if ticket.assignee == to.id:
        return Done(ticket=ticket, told=f"war schon bei {to.name}", rows=tuple(_absence(to, desk)))
    event = desk.event("assigned", f"zuständig: {to.name}")
    given, told = replace(ticket, assignee=to.id), f"zuständig ist jetzt {to.name}"
    return Done(ticket=given, told=told, events=(event,), rows=tuple(_absence(to, desk)))


def _absence(to: Staff, desk: Desk) -> Iterator[Row]:
    """A warning to who gives something to a colleague on holiday."""
    if to.id in desk.away:
        yield "", ABSENT.format(to.name, in_words(desk.away[to.id], STAFF_LANGUAGE))


def _named(argument: str, desk: Desk) -> Staff:
    """The one member of staff whose id, address, name or given name that is."""
    wanted, everybody = argument.strip(" .!").lower(), desk.catalogue.staff
    if wanted in ("mich", "me"):
        return desk.by
    fits = [staff for staff in everybody if wanted in (staff.id, staff.email, staff.name.lower(), staff.name.lower().split()[0])]
    if len(fits) != 1:
        raise Refused(WHO.format(", ".join(f"#an {staff.id}" for staff in everybody)))
    return fits[0]


VERBS = (
    Verb(
        name="take",
        german=("nehme ich", "ich nehme"),
        english=("take",),
        usage="#nehme ich",
        help="Du bist zuständig",
        do=_take,
        bare=True,
    ),
    Verb(
        name="assign",
        german=("an",),
        english=("to", "assign"),
        usage="#an anna",
        help="Anna ist zuständig (Kennung, Vorname, Name oder Adresse; `#an mich` geht auch)",
        do=_assign,
    ),
)
