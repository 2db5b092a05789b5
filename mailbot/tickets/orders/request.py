"""Orders that change what is asked for: ask anew, set a value, change the service."""

from __future__ import annotations

import re
from dataclasses import replace

from mailbot.catalogue import FieldRule
from mailbot.tickets.blocks import flat
from mailbot.tickets.calendar import deadline
from mailbot.tickets.decide import reopened
from mailbot.tickets.orders.changing import asked_anew, for_service, with_value
from mailbot.tickets.orders.naming import field_named, service_named
from mailbot.tickets.orders.order import Command, Desk, Done, Effect, Refused, Row, TellMember, TellStaff, Verb
from mailbot.tickets.orders.standing import IS_CLOSED
from mailbot.tickets.ticket import State, Ticket
from mailbot.tickets.views import STAFF_LANGUAGE, STATES
from mailbot.tickets.wording import missing_labels, said
from mailbot.understanding.request import Request

NO_ADDRESS = "zu diesem Vorgang gibt es keine Adresse, an die eine Frage gehen kann"
HOW_TO_SET = "so geht es: #setze Gruppe: OV Kalk"
SAME_SERVICE = "der Vorgang ist schon bei {}"


def _ask(ticket: Ticket, command: Command, desk: Desk) -> Done:
    _is_alive(ticket)
    if not ticket.requester.email:
        raise Refused(NO_ADDRESS)
    service = desk.catalogue.service(ticket.request.service)
    rules = tuple(field_named(name, service) for name in re.split(r"[,;]|\bund\b|\band\b", command.argument))
    asking = replace(ticket, request=asked_anew(ticket.request, rules, service), state=State.ASKING, held=None, questions=1)
    labels = ", ".join(rule.label.de for rule in rules)
    dropped = tuple(_dropped(rule, ticket, desk) for rule in rules if rule.id in ticket.request.fields)
    history = f"gefragt nach: {labels}" + "".join(f"; {what}" for _, what in dropped)
    event = desk.event("asked", history)
    return Done(ticket=asking, told=f"gefragt nach: {labels}", events=(event,), rows=dropped, effects=(TellMember(),))


def _dropped(rule: FieldRule, ticket: Ticket, desk: Desk) -> Row:
    return "", f"{_label(rule)}: {value_in_words(ticket.request, rule, desk)} gilt nicht mehr"


def _set(ticket: Ticket, command: Command, desk: Desk) -> Done:
    _is_alive(ticket)
    name, colon, text = command.argument.partition(":" if ":" in command.argument else "=")
    if not (colon and text.strip()):
        raise Refused(HOW_TO_SET)
    rule = field_named(name, desk.catalogue.service(ticket.request.service))
    request = with_value(ticket.request, rule, flat(text), desk.catalogue, member=ticket.requester, now=desk.now)
    told = f"{_label(rule)}: {value_in_words(request, rule, desk)}"
    return _restated(ticket, request, told, "told", desk)


def _change_service(ticket: Ticket, command: Command, desk: Desk) -> Done:
    _is_alive(ticket)
    service, before = service_named(command.argument, desk.catalogue), desk.catalogue.service(ticket.request.service)
    if service.id == ticket.request.service:
        raise Refused(SAME_SERVICE.format(service.label.de))
    due = deadline(ticket.opened, service.due_months, desk.catalogue.hours)
    moved = replace(ticket, due=due, questions=0)
    told = f"{service.label.de} statt {before.label.de}"
    return _restated(moved, for_service(ticket.request, service, before), told, "service", desk)


def _restated(ticket: Ticket, request: Request, told: str, kind: str, desk: Desk) -> Done:
    """The ticket with its changed request, where that puts it; who has the next step hears of it."""
    after = reopened(replace(ticket, request=request), desk.catalogue)
    moved = after.state is not ticket.state
    asked = ", ".join(missing_labels(request, desk.catalogue, STAFF_LANGUAGE))
    other_staff = request.service != ticket.request.service and after.state is not State.ASKING
    effects: list[Effect] = []
    if moved or (after.state is State.ASKING and request.missing != ticket.request.missing):
        effects.append(TellMember())
        after = replace(after, questions=1 if after.state is State.ASKING else 0)
    if after.state in (State.OPEN, State.TRIAGE) and (moved or other_staff):
        effects.append(TellStaff())
    rows = (("", f"Das Mitglied wird gefragt nach: {asked}" if asked else f"Stand: {STATES[after.state]}"),) if effects else ()
    return Done(ticket=after, told=told, events=(desk.event(kind, told),), rows=rows, effects=tuple(effects))


def _is_alive(ticket: Ticket) -> None:
    if ticket.state is State.CLOSED:
        raise Refused(IS_CLOSED)


def _label(rule: FieldRule) -> str:
    return rule.label.de.partition(" (")[0]


def value_in_words(request: Request, rule: FieldRule, desk: Desk) -> str:
    """As members are shown it."""
    return "; ".join(said(request.fields[rule.id], rule, request.fields, desk.catalogue, STAFF_LANGUAGE))


VERBS = (
    Verb(
        name="ask",
        german=("frage", "frag", "frage nach"),
        english=("ask", "ask for"),
        usage="#frage Gruppe, Admins",
        help="Das Mitglied wird nach diesen Feldern gefragt; was da stand, gilt nicht mehr",
        do=_ask,
    ),
    Verb(
        name="field",
        german=("setze", "setz"),
        english=("set",),
        usage="#setze Gruppe: OV Kalk",
        help="Das Feld bekommt diesen Wert, gelesen wie die Antwort eines Mitglieds. Ist damit alles da, geht es weiter",
        do=_set,
    ),
    Verb(
        name="service",
        german=("dienst",),
        english=("service",),
        usage="#dienst website",
        help="Der Vorgang gehört zu einem anderen Dienst (Kennung oder Name). Was beide wissen wollen, bleibt; nach dem Rest "
        "wird das Mitglied gefragt",
        do=_change_service,
    ),
)
