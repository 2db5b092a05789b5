"""Orders that say where a ticket stands: close, reopen, wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

from mailbot.tickets.calendar import day_of
from mailbot.tickets.decide import reopened
from mailbot.tickets.orders.days import day_ahead
from mailbot.tickets.orders.order import Command, Desk, Done, Refused, TellMember, Verb
from mailbot.tickets.ticket import State, Ticket
from mailbot.tickets.views import STAFF_LANGUAGE, STATES
from mailbot.tickets.wording import day as in_words

IS_CLOSED = "der Vorgang ist abgeschlossen; #wieder-auf öffnet ihn"


def _close(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if ticket.state is State.CLOSED:
        return Done(ticket=ticket, told="war schon abgeschlossen")
    event = desk.event("closed", f"abgeschlossen von {desk.by.name}")
    return Done(ticket=replace(ticket, state=State.CLOSED), told="abgeschlossen", events=(event,), effects=(TellMember(),))


def _reopen(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if ticket.state not in (State.CLOSED, State.REFERRED):
        return Done(ticket=ticket, told="war nicht abgeschlossen")
    again = reopened(ticket, desk.catalogue)
    if again.state is State.REFERRED:  # the standard answer was not enough, and a person has it now
        again = replace(again, state=State.TRIAGE)
    told = "wieder geöffnet" if again.state is State.OPEN else f"wieder geöffnet: {STATES[again.state]}"
    return Done(ticket=again, told=told, events=(desk.event("reopened", f"wieder geöffnet von {desk.by.name}"),))


def _wait(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if ticket.state is State.CLOSED:
        raise Refused(IS_CLOSED)
    hours = desk.catalogue.hours
    day, why = day_ahead(command.argument, today=day_of(desk.now, hours))
    until = datetime.combine(day, time(), hours.timezone).astimezone(UTC)
    told = f"wartet bis {in_words(day, STAFF_LANGUAGE)}"
    event = desk.event("waits", f"{told}: {why}" if why else told)
    return Done(ticket=replace(ticket, waits_until=until), told=told, events=(event,))


VERBS = (
    Verb(
        name="close",
        german=("erledigt", "fertig"),
        english=("close", "done"),
        usage="#erledigt",
        help="Der Vorgang ist abgeschlossen. Das Mitglied erfährt es: durch deine Worte darunter oder, wenn da keine stehen, "
        "durch eine kurze Mail",
        do=_close,
        bare=True,
    ),
    Verb(
        name="reopen",
        german=("wieder-auf", "wieder auf"),
        english=("reopen",),
        usage="#wieder-auf",
        help="Er ist wieder offen",
        do=_reopen,
        bare=True,
    ),
    Verb(
        name="wait",
        german=("warten", "warte"),
        english=("wait",),
        usage="#warten bis 12.8.",
        help="Der Vorgang ruht bis zum Anfang dieses Tages; auch `3 Tage`, `2 Wochen`, `morgen`, `Montag` (Kalendertage), und "
        "dahinter ein Grund. Jeder andere Befehl und jede Antwort des Mitglieds beendet das Warten, eine Notiz nicht",
        do=_wait,
    ),
)
