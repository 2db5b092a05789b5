"""A mail of proven staff: orders are carried out, plain words go to the member, and a transcript says what was done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sqlalchemy import Connection

from mailbot.catalogue import Staff
from mailbot.errors import NotFound
from mailbot.mail.thread import Role
from mailbot.service import proposals
from mailbot.service.announcing import Change, announce
from mailbot.service.company import bring_in
from mailbot.service.echo import note_echo, said_before
from mailbot.service.effects import follow, follow_at_large
from mailbot.service.member import Case, attached
from mailbot.service.notes import is_for_notes
from mailbot.service.office import Office
from mailbot.service.post import Answered, Post
from mailbot.service.request_of_data import holdings
from mailbot.service.rulebook import Rules
from mailbot.store import inbound, orders, tickets
from mailbot.tickets.enclosing import Enclosure, enclosed, without_decoration
from mailbot.tickets.orders.carrying_out import by_ticket, carry_out, for_nobody, nothing_done, worth_sending
from mailbot.tickets.orders.grammar import by_key, read_note, read_order, without_key
from mailbot.tickets.orders.order import Desk, Merge, Order, Outcome, Row
from mailbot.tickets.orders.result import Result, result_of
from mailbot.tickets.ticket import Ticket

NO_SUCH = "{} gibt es nicht"


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
    is_note = key is not None and is_for_notes(case.mail, rules.catalogue)
    order = read_note(case.mail.body) if is_note else read_order(case.mail.body)
    order = replace(order, answer=worth_sending(order.answer, by))
    if key is not None and not order.commands and said_before(connection, key, case.mail, now=case.now):
        note_echo(connection, case, key)
        return
    post = Post(
        office=office,
        connection=connection,
        catalogue=rules.catalogue,
        now=case.now,
        cause=case.row.id,
        delay=rules.catalogue.send_delay,
    )
    order = replace(without_key(order, key) if key else by_key(order), enclosures=_enclosures(connection, case))
    order = for_nobody(order) if case.place.role is Role.INTERNAL else order
    try:
        with connection.begin_nested():
            company = _bring_in(post, case, order, key, by)
            about, rows = carry_out_all(post, order, key, by)
            rows, result = (*rows, *company), result_of(order)
    except NotCarriedOut as error:
        about, rows, result = error.about, tuple(nothing_done(order, error.refused)), Result.NOTHING
    for each in about:
        tickets.belongs(connection, each.key, case.row.id)
    words = rules.writer.transcript(about[0] if len(about) == 1 else None, rows=rows, result=result)
    box, answered = rules.catalogue.mailbox(case.row.place.mailbox), Answered.of(case.mail)
    if len(about) == 1:
        box = rules.catalogue.mailbox(about[0].mailbox)
        post.to_staff(about[0].key, by, words, mailbox=box, answered=answered, role=Role.INTERNAL)
    else:
        post.notice(by, words, mailbox=box, answered=answered)
    inbound.finish(connection, case.row.id, inbound.State.STAFF, now=case.now)


def _enclosures(connection: Connection, case: Case) -> tuple[Enclosure, ...]:
    """The files that staff enclose themselves: those of a mail that they attach are not theirs to give."""
    others = [file.name for mail in case.mail.attached for file in mail.attachments]
    own = (file for file in attached(connection, case) if file.name not in others)
    return enclosed(without_decoration(own))


def _bring_in(post: Post, case: Case, order: Order, key: str | None, by: Staff) -> tuple[Row, ...]:
    """Whom staff copy in their words to the member is in copy of the ticket from now on; a note has no readers but us."""
    if key is None or not worth_sending(order.answer, by):
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
    """Every ticket that is named, in order, so that two orders never wait for each other."""
    arguments = (command.argument for part in parts.values() for command in part.commands)
    named = {found.upper() for argument in arguments for found in re.findall(r"[A-Za-z]{1,8}-\d{1,9}", argument)}
    for key in sorted(named | {key for key in parts if key}):
        try:
            yield key, tickets.lock(connection, key)
        except NotFound:
            continue


def _outcome(post: Post, ticket: Ticket | None, part: Order, desk: Desk, about: str | None) -> Outcome:
    if about is not None and ticket is None:
        written = part.commands[0].line if part.commands else ""
        return Outcome(refused=(*part.refused, (written, NO_SUCH.format(about))))
    if ticket is None:
        return carry_out(None, part, desk)
    if any(command.name in ("undo", "why") for command in part.commands):
        last = orders.last(post.connection, ticket.key, by=desk.by.id)
        desk = replace(desk, history=tickets.history(post.connection, ticket.key), last=last)
    if any(command.name in ("export", "erase") for command in part.commands):
        desk = replace(desk, history=tickets.history(post.connection, ticket.key), holdings=holdings(post, ticket))
    return carry_out(ticket, part, desk)
