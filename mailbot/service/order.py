"""A mail of proven staff: orders are carried out, plain words go to the member, and a transcript says what was done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Staff
from mailbot.errors import NotFound
from mailbot.mail.thread import Role, thread_of
from mailbot.service import proposals
from mailbot.service.announcing import Change, announce
from mailbot.service.company import bring_in
from mailbot.service.echo import ECHO_OF_STAFF, note_echo, said_before
from mailbot.service.effects import follow, follow_at_large
from mailbot.service.member import Case, attached
from mailbot.service.notes import is_for_notes
from mailbot.service.office import Office
from mailbot.service.post import Answered, Post
from mailbot.service.request_of_data import holdings
from mailbot.service.rulebook import Rules
from mailbot.store import claims, histories, inbound, orders, ticket_mails, tickets
from mailbot.tickets.digits import Called
from mailbot.tickets.enclosing import Enclosure, enclosed, without_decoration
from mailbot.tickets.orders.carrying_out import by_ticket, carry_out, nothing_done, short, worth_sending
from mailbot.tickets.orders.grammar import by_key, read_note, read_order, without_key
from mailbot.tickets.orders.moving import merged_into
from mailbot.tickets.orders.order import Desk, Merge, Order, Outcome, Row
from mailbot.tickets.orders.readers import Readers, read_by, readers_of
from mailbot.tickets.orders.result import Result, result_of
from mailbot.tickets.ticket import Ticket

NO_SUCH = "{} gibt es nicht"
HOW_TO_SEND = "Soll das Mitglied es lesen, antworte damit auf meine Mail zum Vorgang: nur an {}, und nicht als Weiterleitung."
SAID_BEFORE = "so hast du hier gerade erst geschrieben; diesmal ging nichts hinaus. Soll es doch hinaus, schreib es etwas anders"


class NotCarriedOut(Exception):
    """
    Nothing of an order was done.

    Attributes:
        about: the tickets that it is about.
        refused: the lines that cannot be done, each with the reason, in German.
    """

    def __init__(self, *, about: tuple[Ticket, ...], refused: tuple[Row, ...]) -> None:
        super().__init__("; ".join(why for _, why in refused))
        self.about, self.refused = about, refused


def handle_order(office: Office, connection: Connection, rules: Rules, case: Case, by: Staff, key: str | None) -> None:
    """
    Carry out what the mail orders, tell the member what is theirs, and staff what was done.

    Args:
        key: the ticket that the mail is about; None: its commands name their tickets, or are about none.
    """
    box, answered = rules.catalogue.mailbox(case.row.place.mailbox), Answered.of(case.mail)
    post = Post(office=office, connection=connection, rules=rules, now=case.now, cause=case.row.id, undoable=True)
    said = _said(case, by, rules.catalogue)
    if key is not None and not said.commands and said_before(connection, key, case.mail, now=case.now):
        _keep_echo(post, case, by, key, said.answer)
        return
    readers = _readers(post, case, key)
    order = read_by(replace(said, enclosures=_enclosures(connection, case)), readers)
    order = without_key(order, key) if key else by_key(order)
    try:
        with connection.begin_nested():
            company = _bring_in(post, case, order, key, by)
            about, rows = carry_out_all(post, order, key, by)
            how = (("", HOW_TO_SEND.format(box.address)),) if said.answer and readers is Readers.STAFF else ()
            rows, result = (*rows, *company, *how), result_of(order)
    except NotCarriedOut as error:
        about, rows, result = error.about, tuple(nothing_done(order, error.refused)), Result.NOTHING
    for each in about:
        ticket_mails.add(connection, each.key, case.row.id)
    words = rules.writer.transcript(about[0] if len(about) == 1 else None, rows=rows, result=result)
    if len(about) == 1:
        box = rules.catalogue.mailbox(about[0].mailbox)
        post.to_staff(about[0].key, by, words, mailbox=box, answered=answered, role=Role.INTERNAL)
    else:
        post.notice(by, words, mailbox=box, answered=answered)
    claims.finish(connection, case.row.id, inbound.State.STAFF, now=case.now)


def _said(case: Case, by: Staff, catalogue: Catalogue) -> Order:
    """What the mail says, without its writer's signature."""
    if is_for_notes(case.mail, catalogue):
        return read_note(case.mail.body)
    order = read_order(case.mail.body)
    return replace(order, answer=worth_sending(order.answer, by))


def _readers(post: Post, case: Case, key: str | None) -> Readers:
    requester = tickets.get(post.connection, key).requester.email if key else ""
    answered = (*case.mail.in_reply_to, *reversed(case.mail.references))[:1]
    role = case.place.role if any(thread_of(id, post.office.keys) for id in answered) else None
    return readers_of(case.mail, requester, post.catalogue, answers=role)


def _keep_echo(post: Post, case: Case, by: Staff, key: str, said: str) -> None:
    """Whoever says it again hears once that nothing came of it: a machine that answers even that is not answered any more."""
    if not note_echo(post.connection, case, key, ECHO_OF_STAFF):
        return
    ticket = tickets.get(post.connection, key)
    words = post.writer.transcript(ticket, rows=((short(said), SAID_BEFORE),), result=Result.NOTHING)
    box = post.catalogue.mailbox(ticket.mailbox)
    post.to_staff(key, by, words, mailbox=box, answered=Answered.of(case.mail), role=Role.INTERNAL)


def _enclosures(connection: Connection, case: Case) -> tuple[Enclosure, ...]:
    """The files that staff enclose themselves: those of a mail that they attach are not theirs to give."""
    others = [file.name for mail in case.mail.attached for file in mail.attachments]
    own = (file for file in attached(connection, case) if file.name not in others)
    return enclosed(without_decoration(own))


def _bring_in(post: Post, case: Case, order: Order, key: str | None, by: Staff) -> tuple[Row, ...]:
    """Whom staff copy in their words to the member is in copy of the ticket from now on; a note has no readers but us."""
    if not order.answer or order.by_hand or key is None:
        return ()
    ticket = tickets.get(post.connection, key)
    orders.remember(post.connection, ticket, by=by.id, mail=post.cause, at=post.now)
    new = bring_in(post, ticket, case.mail)
    return (("", f"Ab jetzt in Kopie: {', '.join(each.email for each in new)}"),) if new else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What was done: the tickets that it is about, as they are now, the transcript, and each ticket as it was and is."""

    about: tuple[Ticket, ...]
    rows: tuple[Row, ...]
    changes: tuple[Change, ...]


def carry_out_all(post: Post, order: Order, key: str | None, by: Staff) -> tuple[tuple[Ticket, ...], tuple[Row, ...]]:
    """
    Carry out an order about any number of tickets, all of it or nothing, and tell colleagues.

    Returns: the tickets that it is about, as they are now, and the transcript.

    Raises NotCarriedOut.
    """
    carried = carry_out_unannounced(post, order, key, by)
    announce(post, carried.changes, by)
    return carried.about, carried.rows


def carry_out_unannounced(post: Post, order: Order, key: str | None, by: Staff) -> Carried:
    """The same, for who tells colleagues of several orders in one mail. Raises NotCarriedOut."""
    desk = Desk(by=by, catalogue=post.catalogue, now=post.now, away=MappingProxyType(post.away))
    parts = by_ticket(order, key, desk=desk)
    known = dict(_locked(post.connection, parts))
    found = tuple(known[about] for about in parts if about in known)
    proposed = proposals.proposed(post, known.values())
    steps = list(_steps(post, parts, known, desk))
    refused = [row for _, outcome in steps for row in outcome.refused]
    if refused:
        raise NotCarriedOut(about=found, refused=tuple(refused))
    rows: list[Row] = []
    for before, outcome in steps:
        rows += [*outcome.rows, *follow(post, before, outcome, by)]
    rows += proposals.renew(post, proposed, by)
    for _, outcome in steps:
        rows += follow_at_large(post, outcome, by)
    return Carried(
        about=tuple(tickets.get(post.connection, ticket.key) for ticket in found),
        rows=tuple(rows),
        changes=tuple((before, tickets.get(post.connection, before.key)) for before, _ in steps if before is not None),
    )


def _steps(
    post: Post, parts: Mapping[str | None, Order], known: dict[str, Ticket], desk: Desk
) -> Iterator[tuple[Ticket | None, Outcome]]:
    """What becomes of each ticket, one after the other: what is done to one may concern those that come later."""
    for about, part in parts.items():
        before = known.get(about) if about else None
        outcome = _outcome(post, before, part, replace(desk, others=MappingProxyType(dict(known))), about)
        changed = (outcome.ticket, *(effect.into for effect in outcome.effects if isinstance(effect, Merge)))
        known |= {ticket.key: ticket for ticket in changed if ticket is not None}
        yield before, outcome


def _locked(connection: Connection, parts: Mapping[str | None, Order]) -> Iterator[tuple[str, Ticket]]:
    """Every ticket that is named, in the order in which all lock them, so that nobody waits for each other."""
    commands = [command for part in parts.values() for command in part.commands]
    written = {key for command in commands for key in re.findall(r"[A-Za-z]{1,8}-\d{1,9}", command.argument)}
    called = {
        *map(Called.read, {*filter(None, parts), *written}),
        *(merged_into(command) for command in commands if command.name == "merge"),
    }
    for each in sorted(filter(None, called), key=lambda each: each.number):
        try:
            ticket = tickets.lock(connection, str(each))
        except NotFound:
            continue
        yield ticket.key, ticket


def _outcome(post: Post, ticket: Ticket | None, part: Order, desk: Desk, about: str | None) -> Outcome:
    if about is not None and ticket is None:
        written = part.commands[0].line if part.commands else ""
        return Outcome(refused=(*part.refused, (written, NO_SUCH.format(about))))
    if ticket is None:
        return carry_out(None, part, desk)
    if any(command.name in ("undo", "why") for command in part.commands):
        last = orders.last(post.connection, ticket.key, by=desk.by.id)
        desk = replace(desk, history=histories.of(post.connection, ticket.key), last=last)
    if any(command.name in ("export", "erase") for command in part.commands):
        desk = replace(desk, history=histories.of(post.connection, ticket.key), holdings=holdings(post, ticket))
    return carry_out(ticket, part, desk)
