"""An answer of proven staff to the overview: an order in each line, carried out as if it stood in a mail about its ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from mailbot.catalogue import Staff
from mailbot.service.announcing import Change, announce
from mailbot.service.member import Case
from mailbot.service.office import Office
from mailbot.service.order import NotCarriedOut, carry_out_unannounced, handle_order
from mailbot.service.post import Answered, Post
from mailbot.service.rulebook import Rules
from mailbot.service.whereabouts import Notice
from mailbot.store import claims, inbound, ticket_mails, tickets
from mailbot.tickets.blocks import flat
from mailbot.tickets.calendar import day_of
from mailbot.tickets.orders.by_number import Line, command_of, read_lines, ticket_of
from mailbot.tickets.orders.carrying_out import short
from mailbot.tickets.orders.grammar import begins_with_a_command, by_key
from mailbot.tickets.orders.order import Command, Order, Refused, Row
from mailbot.tickets.orders.result import taken_together

NOT_PASSED_ON = "geht an niemanden: Das ist eine Antwort auf eine Mail vom Bot, die zu keinem Vorgang gehört"
HOW = (
    "Eine Zeile für jeden Vorgang, vorn seine Nummer oder ihr Ende: „12 zu“, „14 an Eva“, „15 morgen“, „16 notiz ruft an“, "
    "„17 nehme ich“. Worte an ein Mitglied gehören in eine Antwort auf die Mail zu seinem Vorgang."
)
NOTHING_ORDERED = "it answers a transcript and orders nothing"


def handle_answer(office: Office, connection: Connection, rules: Rules, case: Case, by: Staff) -> None:
    """
    Carry out each line, all of it or nothing of it, and tell in one transcript what was done.

    Other words go to nobody. Where they answer a transcript they are kept in silence: whoever thanks for it wants no
    other one, least of all a machine.
    """
    lines, words = read_lines(case.mail.body)
    if not any(line.numbers for line in lines) and begins_with_a_command(case.mail.body):
        handle_order(office, connection, rules, case, by, None)
        return
    if not lines and case.place.notice is Notice.TRANSCRIPT:
        claims.finish(connection, case.row.id, inbound.State.STAFF, now=case.now, reason=NOTHING_ORDERED)
        return
    post = Post(office=office, connection=connection, rules=rules, now=case.now, cause=case.row.id, undoable=True)
    changes: list[Change] = []
    rows = [*_done(post, lines, by, changes), *_rest(words, by)]
    announce(post, changes, by)
    result = taken_together(_is_done(told) for _, told in rows)
    transcript = rules.writer.transcript(None, rows=tuple(rows if lines else (*rows, ("", HOW))), result=result)
    box = rules.catalogue.mailbox(case.row.place.mailbox)
    post.notice(by, transcript, mailbox=box, answered=Answered.of(case.mail))
    claims.finish(connection, case.row.id, inbound.State.STAFF, now=case.now)


def _done(post: Post, lines: Sequence[Line], by: Staff, changes: list[Change]) -> Iterator[Row]:
    """The transcript; `changes` gets what colleagues may hear of."""
    unfinished, today = tickets.unfinished_keys(post.connection), day_of(post.now, post.catalogue.hours)
    for line in lines:
        try:
            command = command_of(line, today=today)
        except Refused as why:
            yield line.text, _not_done(str(why))
            continue
        if not line.numbers:
            yield from _carried_out(post, by_key(Order(commands=(command,))), None, by, changes)
        for number in line.numbers:
            yield from _about(post, number, command, unfinished, by, changes)


def _about(
    post: Post, number: str, command: Command, unfinished: Sequence[str], by: Staff, changes: list[Change]
) -> Iterator[Row]:
    try:
        key = ticket_of(number, unfinished, _finished(post, number))
    except Refused as why:
        yield command.line, _not_done(str(why))
        return
    yield from _carried_out(post, Order(commands=(command,)), key, by, changes)


def _finished(post: Post, number: str) -> tuple[str, ...]:
    """The ticket of just that number, where there is one and it is done."""
    key = f"{post.catalogue.organisation.ticket_prefix}-{int(number)}"
    if tickets.conversation_of(post.connection, key) is None:
        return ()
    return (key,) if tickets.get(post.connection, key).is_finished else ()


def _carried_out(post: Post, order: Order, key: str | None, by: Staff, changes: list[Change]) -> Iterator[Row]:
    try:
        with post.connection.begin_nested():
            carried = carry_out_unannounced(post, order, key, by)
    except NotCarriedOut as error:
        named = f"{key}: " if key else ""
        yield from ((line, named + _not_done(why)) for line, why in error.refused)
        return
    changes += carried.changes
    for ticket in carried.about:
        if post.cause is not None:
            ticket_mails.add(post.connection, ticket.key, post.cause)
    who = next((f"{ticket.key} ({flat(ticket.requester.name) or ticket.requester.email}): " for ticket in carried.about), "")
    for at, (line, told) in enumerate(carried.rows):
        yield line, told if at else who + told


def _not_done(why: str) -> str:
    return f"nicht ausgeführt: {why}"


def _is_done(told: str) -> bool:
    return _not_done("") not in told and told != NOT_PASSED_ON


def _rest(words: Sequence[str], by: Staff) -> Iterator[Row]:
    """What is no order, but for the writer's own name below it."""
    names = (by.name.lower(), by.name.lower().split()[0], by.email)
    said = [line for line in words if line.strip(" ,.").lower() not in names]
    if said:
        yield short("\n".join(said)), NOT_PASSED_ON
