"""A mail of proven staff about a ticket: orders are carried out, plain words go to the member."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import Connection

from mailbot.catalogue import Staff
from mailbot.mail.letter import Origin as Submitted
from mailbot.mail.message import Address
from mailbot.service.correspondence import last_of_member, tell
from mailbot.service.echo import note_echo, said_before
from mailbot.service.member import Case
from mailbot.service.office import Office
from mailbot.service.post import Answered, Post
from mailbot.service.rulebook import Rules
from mailbot.store import inbound, tickets
from mailbot.tickets.orders.carrying_out import carry_out
from mailbot.tickets.orders.grammar import read_order
from mailbot.tickets.orders.order import Desk, TellMember
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import Ticket


def handle_order(office: Office, connection: Connection, rules: Rules, case: Case, by: Staff, key: str) -> None:
    """Carry out what the mail orders, tell the member what is theirs, and staff what was done."""
    ticket, order = tickets.lock(connection, key), read_order(case.mail.body)
    if not order.commands and said_before(connection, key, case.mail, now=case.now):
        note_echo(connection, case, key)
        return
    outcome = carry_out(ticket, order, Desk(by=by, catalogue=rules.catalogue, now=case.now))
    tickets.save(connection, outcome.ticket)
    tickets.belongs(connection, key, case.row.id)
    for event in outcome.events:
        tickets.note(connection, key, replace(event, mail=case.row.id))
    post = Post(office=office, connection=connection, catalogue=rules.catalogue, now=case.now, cause=case.row.id)
    box = rules.catalogue.mailbox(ticket.mailbox)
    if outcome.answer:
        words = rules.writer.from_staff(outcome.ticket, text=outcome.answer, mailbox=box)
        post.to_member(
            key,
            ticket.requester,
            words,
            mailbox=box,
            origin=Submitted.PERSON,
            answered=last_of_member(connection, ticket),
            delay=rules.catalogue.send_delay,
        )
    if TellMember() in outcome.effects:
        tell_closed(post, rules, outcome.ticket)
    if outcome.rows:
        words = rules.writer.transcript(outcome.ticket, rows=outcome.rows)
        post.to_staff(key, by, words, mailbox=box, answered=Answered.of(case.mail))
    inbound.finish(connection, case.row.id, inbound.State.STAFF, now=case.now)


def tell_closed(post: Post, rules: Rules, ticket: Ticket) -> None:
    """The member hears that it is done."""
    box = rules.catalogue.mailbox(ticket.mailbox)

    def write(to: Address, known: bool) -> Words:
        return rules.writer.closed(ticket if known else _without_words(ticket), mailbox=box)

    tell(post, ticket, write)


def _without_words(ticket: Ticket) -> Ticket:
    """The ticket without anything that a mail said."""
    request = replace(ticket.request, fields=MappingProxyType({}))
    return replace(ticket, request=request, subject="", requester=replace(ticket.requester, name=""))
