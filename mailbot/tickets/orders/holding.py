"""Orders that let a ticket, or a whole service, wait for something, and go on."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from mailbot.tickets.decide import reopened
from mailbot.tickets.orders.naming import service_named
from mailbot.tickets.orders.order import Command, Desk, Done, HoldService, Refused, ReleaseService, TellMember, Verb
from mailbot.tickets.orders.standing import IS_CLOSED
from mailbot.tickets.ticket import State, Ticket
from mailbot.tickets.views import STATES
from mailbot.understanding.form import plain

WHY = "warum? Das Mitglied liest den Grund: #zurückstellen Der Server zieht um."
WHAT = "welcher Dienst? Zum Beispiel: #zurückstellen {}: Der Server zieht um."
MEANT = "ist ein Dienst gemeint? Dann: #zurückstellen {}: …"
NOT_HELD = "„{}“ ist nicht zurückgestellt"


def _hold(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if _names_a_service(command.argument, desk):
        return _hold_service(command, desk)
    if ticket.state is State.CLOSED:
        raise Refused(IS_CLOSED)
    because = command.argument.strip()
    if not because:
        raise Refused(WHY)
    held = replace(ticket, state=State.ON_HOLD, held=because)
    return Done(ticket=held, told="zurückgestellt", events=(desk.event("held", because),), effects=(TellMember(),))


def _hold_service(command: Command, desk: Desk) -> Done:
    name, colon, because = (part.strip() for part in command.argument.partition(":"))
    if not colon:
        raise Refused(WHAT.format(desk.catalogue.services[0].id))
    service = service_named(name, desk.catalogue)
    if not because:
        raise Refused(WHY)
    told = f"{service.label.de} ist zurückgestellt"
    return Done(told=told, effects=(HoldService(service=service.id, because=because),))


def _names_a_service(argument: str, desk: Desk) -> bool:
    """Whether the reason begins with a service and a colon. Raises Refused: a slip of the pen that members would read."""
    name, colon, _ = argument.partition(":")
    names = {plain(each): service.id for service in desk.catalogue.services for each in (service.id, service.label.de)}
    if not colon or plain(name) in names:
        return bool(colon)
    near = get_close_matches(plain(name), names, n=1, cutoff=0.8)
    if near:
        raise Refused(MEANT.format(names[near[0]]))
    return False


def _release(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if command.argument.strip(" .!"):
        return _release_service(command, desk)
    if ticket.state is not State.ON_HOLD:
        return Done(ticket=ticket, told="war nicht zurückgestellt")
    if ticket.held is None:
        raise Refused(f"der ganze Dienst ist zurückgestellt: #freigeben {ticket.request.service}")
    free = reopened(replace(ticket, held=None), desk.catalogue)
    event = desk.event("opened", f"freigegeben von {desk.by.name}")
    return Done(ticket=free, told=f"freigegeben: {STATES[free.state]}", events=(event,), effects=(TellMember(),))


def _release_service(command: Command, desk: Desk) -> Done:
    service = service_named(command.argument, desk.catalogue)
    if service.on_hold is None:
        raise Refused(NOT_HELD.format(service.label.de))
    return Done(told=f"{service.label.de} ist freigegeben", effects=(ReleaseService(service=service.id),))


VERBS = (
    Verb(
        name="hold",
        german=("zurückstellen", "zurückgestellt"),
        english=("hold",),
        usage="#zurückstellen Der Server zieht um.",
        help="Dieser Vorgang wartet, und das Mitglied liest den Grund. Mit `nextcloud:` vor dem Grund wartet der ganze Dienst, "
        "und alle Mitglieder erfahren es einmal",
        do=_hold,
        anywhere=_hold_service,
    ),
    Verb(
        name="release",
        german=("freigeben", "freigegeben"),
        english=("release",),
        usage="#freigeben",
        help="Der Vorgang geht weiter; `#freigeben nextcloud` gibt den ganzen Dienst frei. Die Mitglieder erfahren es, der "
        "Reihe nach",
        do=_release,
        anywhere=_release_service,
    ),
)
