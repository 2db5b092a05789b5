"""Orders that change what is asked for: ask anew, set a value, change the service."""

from __future__ import annotations

from dataclasses import replace

from mailbot.catalogue import FieldRule
from mailbot.tickets.blocks import flat
from mailbot.tickets.calendar import deadline
from mailbot.tickets.decide import reopened
from mailbot.tickets.orders.changing import asked_anew, for_service, with_value
from mailbot.tickets.orders.naming import field_named, fields_named, service_named
from mailbot.tickets.orders.order import Command, Desk, Done, Effect, Refused, Row, TellMember, TellStaff, Verb
from mailbot.tickets.orders.standing import IS_CLOSED
from mailbot.tickets.sources import sources_after
from mailbot.tickets.takeover import is_taken_over
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
    rules = fields_named(command.argument, service)
    request = asked_anew(ticket.request, rules, service)
    sources = sources_after(ticket, request, ticket.requester)
    asking = replace(ticket, request=request, sources=sources, state=State.ASKING, held=None, questions=1)
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
    request = with_value(ticket.request, rule, flat(text), desk, member=ticket.requester)
    told = f"{_label(rule)}: {value_in_words(request, rule, desk)}"
    after = replace(ticket, request=request, sources=sources_after(ticket, request, desk.author))
    # Who has taken the conversation over asks for the rest themselves.
    after = after if is_taken_over(after) else reopened(after, desk.catalogue)
    return _restated(ticket, after, told, "told", desk)


def _change_service(ticket: Ticket, command: Command, desk: Desk) -> Done:
    _is_alive(ticket)
    service, before = service_named(command.argument, desk.catalogue), desk.catalogue.service(ticket.request.service)
    if service.id == ticket.request.service:
        raise Refused(SAME_SERVICE.format(service.label.de))
    request = for_service(ticket.request, service, before)
    due = deadline(ticket.opened, service.due_months, desk.catalogue.hours)
    sources = sources_after(ticket, request, ticket.requester)
    after = reopened(replace(ticket, request=request, sources=sources, due=due), desk.catalogue)
    told = f"{service.label.de} statt {before.label.de}"
    return _restated(ticket, after, told, "service", desk)


def _restated(ticket: Ticket, after: Ticket, told: str, kind: str, desk: Desk) -> Done:
    """The ticket after what it asks for has changed; who has the next step now hears of it."""
    moved = after.state is not ticket.state
    elsewhere = after.request.service != ticket.request.service
    lacks_more = not set(after.request.missing) <= set(ticket.request.missing)
    effects: list[Effect] = []
    if moved or (after.state is State.ASKING and (elsewhere or lacks_more)):
        after = replace(after, questions=1 if after.state is State.ASKING else 0)
        effects.append(TellMember())
    if after.state in (State.OPEN, State.TRIAGE) and (moved or elsewhere):
        effects.append(TellStaff())
    rows = (("", _next_step(after, desk)),) if effects else ()
    return Done(ticket=after, told=told, events=(desk.event(kind, told),), rows=rows, effects=tuple(effects))


def _next_step(ticket: Ticket, desk: Desk) -> str:
    if ticket.state is not State.ASKING:
        return f"Stand: {STATES[ticket.state]}"
    return f"Das Mitglied wird gefragt nach: {', '.join(missing_labels(ticket.request, desk.catalogue, STAFF_LANGUAGE))}"


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
