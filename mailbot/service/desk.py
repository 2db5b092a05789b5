"""What staff do at the command line: the same orders as by mail, holds, mails kept back. Each is one transaction."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from mailbot.catalogue import Service, Staff
from mailbot.errors import MailbotError, NotFound
from mailbot.mail.message import Address
from mailbot.service.correspondence import tell
from mailbot.service.office import Office
from mailbot.service.order import tell_closed
from mailbot.service.post import Post
from mailbot.store import holds, outbound, tickets
from mailbot.store.outbound import Outbound
from mailbot.tickets.decision import Action, Decision, Outcome, Reply
from mailbot.tickets.orders import carrying_out
from mailbot.tickets.orders.order import Command, Desk, Order, TellMember
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import Event, State, Ticket

CLI = "cli"
"""Who stands in a ticket's history for the command line."""

_NOBODY = Staff.model_construct(id=CLI, name="Kommandozeile", email=CLI, services=())


def carry_out(office: Office, key: str, name: str, argument: str = "") -> Ticket:
    """
    An order about a ticket; `name` is that of its verb. The member hears of what concerns them.

    Raises NotFound: no such ticket, or nobody of that name to assign it to; MailbotError: it cannot be carried out.
    """
    with office.database.write() as connection:
        rules, now = office.rules(connection), office.clock()
        if name == "assign" and argument not in {member.id for member in rules.catalogue.staff}:
            there = ", ".join(member.id for member in rules.catalogue.staff) or "nobody"
            raise NotFound(f"there is no '{argument}' among the staff in rules.yaml; there are: {there}")
        if name == "note" and not argument.strip():
            raise MailbotError("a note needs words, like: mailbot note KV-1042 ruft morgen zurück")
        ticket = tickets.lock(connection, key)
        order = Order(commands=(Command(name=name, argument=argument, line=f"#{name}"),))
        outcome = carrying_out.carry_out(ticket, order, Desk(by=_NOBODY, catalogue=rules.catalogue, now=now))
        for _, why in outcome.refused:
            raise MailbotError(f"{ticket.key}: nothing was done: {why}")
        tickets.save(connection, outcome.ticket)
        for event in outcome.events:
            tickets.note(connection, ticket.key, event)
        if TellMember() in outcome.effects:
            tell_closed(_post(office, connection), rules, outcome.ticket)
    return outcome.ticket


def hold(office: Office, service: str, because: str) -> tuple[Ticket, ...]:
    """Put a service on hold: its open tickets wait, and their members are told why. Gives the tickets that wait now."""
    _service(office, service)
    if not because.strip():
        raise MailbotError("a hold needs a reason, in the words that members read: --because TEXT")
    with office.database.write() as connection:
        holds.hold(connection, service, because=because, now=office.clock())
        return _turn(_post(office, connection), service, State.OPEN, State.ON_HOLD, because)


def release(office: Office, service: str) -> tuple[Ticket, ...]:
    """
    End a hold: what waited is open, staff and members are told. Gives those tickets.

    Raises NotFound: the service is not on hold, or rules.yaml has put it on hold.
    """
    if _service(office, service).on_hold:
        raise NotFound(f"'{service}' is on hold in {office.settings.rules}; take 'on_hold' out there, then release it")
    with office.database.write() as connection:
        ended = holds.release(connection, service)
        waited = _turn(_post(office, connection), service, State.ON_HOLD, State.OPEN, "wartet nicht mehr")
        if not ended and not waited:
            raise NotFound(f"'{service}' is not on hold")
    return waited


def let_go(office: Office, mail: int) -> Outbound:
    """A mail that is kept back leaves, whatever the limits say. Raises NotFound: no such mail is kept back."""
    with office.database.write() as connection:
        released = outbound.release(connection, mail, now=office.clock())
        _note_mail(office, connection, released, f"Zurückgehaltene Mail an {released.recipient} freigegeben")
    return released


def drop(office: Office, mail: int) -> Outbound:
    """A mail that is kept back never leaves. Raises NotFound: no such mail is kept back."""
    with office.database.write() as connection:
        dropped = outbound.drop(connection, mail)
        _note_mail(office, connection, dropped, f"Zurückgehaltene Mail an {dropped.recipient} verworfen")
    return dropped


def _note_mail(office: Office, connection: Connection, mail: Outbound, text: str) -> None:
    if mail.ticket is not None:
        tickets.note(connection, mail.ticket, Event(at=office.clock(), kind="note", by=CLI, text=text))


def _post(office: Office, connection: Connection) -> Post:
    return Post(office=office, connection=connection, catalogue=office.rules(connection).catalogue, now=office.clock())


def _service(office: Office, id: str) -> Service:
    found = next((each for each in office.catalogue.services if each.id == id), None)
    if found is None:
        raise NotFound(f"there is no service '{id}'; there are: {', '.join(each.id for each in office.catalogue.services)}")
    return found


def _turn(post: Post, service: str, before: State, after: State, because: str) -> tuple[Ticket, ...]:
    turned = []
    for found in tickets.search(post.connection, state=before, service=service):
        ticket = tickets.lock(post.connection, found.key)
        if (ticket.state, ticket.request.service) != (before, service):
            continue
        now_so = replace(ticket, state=after, updated=post.now)
        tickets.save(post.connection, now_so)
        kind = "held" if after is State.ON_HOLD else "opened"
        tickets.note(post.connection, ticket.key, Event(at=post.now, kind=kind, by=CLI, text=because))
        _tell(post, now_so)
        turned.append(now_so)
    return tuple(turned)


def _tell(post: Post, ticket: Ticket) -> None:
    rules, box = post.office.rules(post.connection), post.catalogue.mailbox(ticket.mailbox)
    outcome = Outcome(request=ticket.request, action=Action.OPEN, state=ticket.state, ticket=ticket.key)
    decision = Decision(action=Action.OPEN, outcomes=(outcome,), reply=Reply.ANSWER, language=ticket.language)

    def write(to: Address, known: bool) -> Words:
        return rules.writer.answer(decision, (ticket,), subject=ticket.subject, to=to, mailbox=box, known=known)

    tell(post, ticket, write)
    if ticket.state is not State.OPEN:
        return
    events = tickets.history(post.connection, ticket.key)
    for member in post.responsible(ticket.request.service):
        words = rules.writer.for_staff(ticket, events=events, original="", attachments=(), doubts=(), member=member)
        post.to_staff(ticket.key, member, words, mailbox=box)
