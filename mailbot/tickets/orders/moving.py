"""Orders that put a ticket elsewhere: into another one, a new one beside it, another mailbox."""

from __future__ import annotations

from dataclasses import replace

from mailbot.tickets.blocks import flat
from mailbot.tickets.calendar import deadline
from mailbot.tickets.decide import reopened
from mailbot.tickets.digits import Called
from mailbot.tickets.orders.changing import completed_by, for_service
from mailbot.tickets.orders.naming import mailbox_named, service_named
from mailbot.tickets.orders.order import Command, Desk, Done, Merge, Refused, Split, TellStaff, Verb
from mailbot.tickets.orders.standing import IS_CLOSED
from mailbot.tickets.sources import sources_after
from mailbot.tickets.ticket import State, Ticket

WHICH = "mit welchem Vorgang? Zum Beispiel: #zusammen {}-1040"
UNKNOWN = "{} gibt es nicht"
ITSELF = "{} ist dieser Vorgang selbst"
GONE = "{} ist schon in {} aufgegangen"
FORGOTTEN = "von {} ist nichts mehr gespeichert"
OVER = "{0} ist abgeschlossen, und niemand sähe diesen Vorgang dort; öffne ihn zuerst: #wieder-auf {0}"
OF_ANOTHER = "was dort steht, ist von {} und wird nicht übernommen; #setze trägt ein, was gelten soll"
SAME_SERVICE = "der Vorgang ist selbst einer zu {}"
SAME_MAILBOX = "der Vorgang liegt schon bei {}"


def merged_into(command: Command) -> Called | None:
    """In which ticket that of the command shall go on; None where none is called."""
    return Called.read(command.argument.strip(" []().!").removeprefix("mit "))


def _merge(ticket: Ticket, command: Command, desk: Desk) -> Done:
    prefix, called = desk.catalogue.organisation.ticket_prefix, merged_into(command)
    if called is None:
        raise Refused(WHICH.format(prefix))
    if called.is_for(ticket.key):
        raise Refused(ITSELF.format(ticket.key))
    key = next((key for key in desk.others if called.is_for(key)), None)
    if key is None:
        raise Refused(UNKNOWN.format(called.key(prefix)))
    target = desk.others[key]
    for each in (ticket, target):
        if each.merged_into:
            raise Refused(GONE.format(each.key, each.merged_into))
    if target.forgotten_at is not None:
        raise Refused(FORGOTTEN.format(key))
    if target.is_finished and not ticket.is_finished:
        raise Refused(OVER.format(key))
    merged = replace(ticket, state=State.CLOSED, merged_into=key)
    event = desk.event("merged", f"aufgegangen in {key}")
    who = flat(ticket.requester.name) or ticket.requester.email
    rows = () if _is_of_same(ticket, target) else (("", OF_ANOTHER.format(who)),)
    effects = (_taken_up(ticket, target, desk),)
    return Done(ticket=merged, told=f"aufgegangen in {key}", events=(event,), rows=rows, effects=effects)


def _is_of_same(ticket: Ticket, target: Ticket) -> bool:
    return ticket.requester.email == target.requester.email


def _taken_up(ticket: Ticket, target: Ticket, desk: Desk) -> Merge:
    """What one person has told goes into no mail to another."""
    events = (desk.event("merged", f"{ticket.key} ist hier aufgegangen"),)
    if not _is_of_same(ticket, target):
        return Merge(into=replace(target, updated=desk.now), events=events, told=False)
    own, other = desk.catalogue.service(target.request.service), desk.catalogue.service(ticket.request.service)
    request = completed_by(target.request, ticket.request, own, other)
    told = sources_after(target, request, ticket.requester)
    theirs = tuple(each for each in ticket.sources if each.field not in target.request.fields)
    after = replace(target, request=request, sources=(*told, *theirs), updated=desk.now)
    if target.state is State.ASKING:
        after = reopened(after, desk.catalogue)
    moved = after.state is not target.state
    return Merge(into=after, events=events, told=moved)


def _split(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if ticket.state is State.CLOSED:
        raise Refused(IS_CLOSED)
    service, before = service_named(command.argument, desk.catalogue), desk.catalogue.service(ticket.request.service)
    if service.id == ticket.request.service:
        raise Refused(SAME_SERVICE.format(service.label.de))
    request = replace(for_service(ticket.request, service, before), because=())
    fresh = reopened(replace(ticket, request=request, held=None), desk.catalogue)
    due = deadline(desk.now, service.due_months, desk.catalogue.hours)
    told = f"abgeteilt: {service.label.de}"
    return Done(
        ticket=ticket,
        told=told,
        events=(desk.event("split", told),),
        effects=(Split(request=request, state=fresh.state, due=due),),
    )


def _forward(ticket: Ticket, command: Command, desk: Desk) -> Done:
    if ticket.state is State.CLOSED:
        raise Refused(IS_CLOSED)
    box = mailbox_named(command.argument.removeprefix("an "), desk.catalogue)
    if box.id == ticket.mailbox:
        raise Refused(SAME_MAILBOX.format(box.name))
    event = desk.event("forwarded", f"weitergegeben an {box.name}")
    return Done(
        ticket=replace(ticket, mailbox=box.id),
        told=f"liegt jetzt bei {box.name}; Antworten gehen von {box.address}",
        events=(event,),
        effects=(TellStaff(),),
    )


VERBS = (
    Verb(
        name="merge",
        german=("zusammen", "zusammen mit"),
        english=("merge", "merge into"),
        usage="#zusammen KV-1040",
        help="Dieser Vorgang geht in KV-1040 auf, und Antworten kommen dort an. Sind beide von derselben Person, wird "
        "übernommen, was dort fehlt; sonst gehört, wer diesen angefragt hat, dort dazu und bekommt von nun an Kopien",
        do=_merge,
    ),
    Verb(
        name="split",
        german=("teilen", "abteilen"),
        english=("split",),
        usage="#teilen website",
        help="Für diesen Dienst entsteht ein zweiter Vorgang desselben Mitglieds, mit den Angaben, die beide brauchen; nach dem "
        "Rest wird es gefragt",
        do=_split,
    ),
    Verb(
        name="forward",
        german=("weiter", "weiter an"),
        english=("forward", "forward to"),
        usage="#weiter buero",
        help="Der Vorgang gehört zu einem anderen Postfach; von dort gehen auch die Antworten hinaus",
        do=_forward,
    ),
)
