"""What becomes of a ticket by an order: all that it says or, where one line cannot be done, nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailbot.catalogue import Staff
from mailbot.tickets.blocks import flat
from mailbot.tickets.greeting import is_farewell
from mailbot.tickets.orders.order import Desk, Done, Order, Outcome, Refused, Row, TellMember
from mailbot.tickets.orders.verbs import BY_NAME
from mailbot.tickets.ticket import Ticket

FORGOTTEN = "von diesem Vorgang ist nichts mehr gespeichert"
NO_ADDRESS = "zu diesem Ticket gibt es keine Adresse, an die das gehen kann"
NOTHING = "In der Mail stand nichts, das ich ausführen oder weitergeben kann."
NOT_DONE = "nicht ausgeführt"
AGAIN = "Nichts wurde ausgeführt oder gesendet. Bitte schick die Mail berichtigt noch einmal."


def carry_out(ticket: Ticket, order: Order, desk: Desk) -> Outcome:
    """Carry out an order of a proven member of staff."""
    if ticket.forgotten_at is not None:
        return Outcome(ticket=ticket, refused=(("", FORGOTTEN),), rows=(("", f"{FORGOTTEN}; nichts wurde ausgeführt"),))
    order = replace(order, answer=_worth_sending(order.answer, desk.by))
    refused = list(order.refused)
    after, done = ticket, list[Done]()
    for command in order.commands:
        try:
            done.append(BY_NAME[command.name].do(after, command, desk))
        except Refused as why:
            refused.append((command.line, str(why)))
        else:
            after = done[-1].ticket
    if order.answer and not ticket.requester.email:
        refused.append((_short(order.answer), NO_ADDRESS))
    if refused:
        return Outcome(ticket=ticket, refused=tuple(refused), rows=tuple(_nothing_done(order, refused)))
    if not (order.commands or order.answer):
        return Outcome(ticket=ticket, rows=(("", NOTHING),))
    return _outcome(ticket, after, order, done, desk)


def _outcome(before: Ticket, after: Ticket, order: Order, done: Sequence[Done], desk: Desk) -> Outcome:
    events = [event for each in done for event in each.events]
    if order.answer:
        events.append(desk.event("answered", order.answer))
    if _ends_waiting(order):
        after = replace(after, waits_until=None)
    return Outcome(
        ticket=replace(after, updated=desk.now) if events else after,
        events=tuple(events),
        rows=tuple(_transcript(before, order, done)),
        effects=tuple(effect for each in done for effect in each.effects if not (order.answer and effect == TellMember())),
        answer=order.answer,
    )


def _ends_waiting(order: Order) -> bool:
    """Whoever does something about a ticket has taken it up again, unless they put it off in the same breath."""
    if any(command.name == "wait" for command in order.commands):
        return False
    return bool(order.answer) or any(not BY_NAME[command.name].idle for command in order.commands)


def _transcript(ticket: Ticket, order: Order, done: Sequence[Done]) -> Iterator[Row]:
    for command, each in zip(order.commands, done, strict=True):
        yield command.line, each.told
        yield from each.rows
    if order.answer:
        yield _short(order.answer), f"geht an {flat(ticket.requester.name) or ticket.requester.email}"
    elif any(command.name == "note" for command in order.commands):
        yield "", "Nichts davon geht an das Mitglied."


def _nothing_done(order: Order, refused: Sequence[Row]) -> Iterator[Row]:
    yield from refused
    bad = {line for line, _ in refused}
    spared = (*(command.line for command in order.commands), _short(order.answer))
    yield from ((line, NOT_DONE) for line in spared if line and line not in bad)
    yield "", AGAIN


def _worth_sending(answer: str, by: Staff) -> str:
    """
    Nothing, where the words are only the writer's name and farewell.

    Programs add such a signature below a lone `#erledigt`, often without the `-- ` that would tell it from words.
    """
    names = (by.name.lower(), by.name.lower().split()[0], by.email)
    lines = [line.strip(" ,") for line in answer.splitlines() if line.strip(" ,")]
    return "" if all(line.lower() in names or is_farewell(line) for line in lines) else answer


def _short(text: str) -> str:
    line = flat(text)
    return line if len(line) <= 60 else line[:59].rstrip() + "…"
