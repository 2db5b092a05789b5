"""What becomes of a ticket by an order: all that it says or, where one line cannot be done, nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mailbot.catalogue import Staff
from mailbot.mail.message import Address
from mailbot.tickets.blocks import flat
from mailbot.tickets.greeting import is_farewell
from mailbot.tickets.orders.order import (
    AnsweredByHand,
    AnsweredInstead,
    Command,
    Declined,
    Desk,
    Done,
    Effect,
    Order,
    Outcome,
    Refused,
    Row,
    TellMember,
)
from mailbot.tickets.orders.private import without_signature
from mailbot.tickets.orders.proposals import CONFIRMED, why_unclear
from mailbot.tickets.orders.verbs import BY_NAME
from mailbot.tickets.proposal import awaits_yes
from mailbot.tickets.takeover import WITH_STAFF, taken_over
from mailbot.tickets.ticket import Event, State, Ticket

FORGOTTEN = "von diesem Vorgang ist nichts mehr gespeichert"
NO_ADDRESS = "zu diesem Ticket gibt es keine Adresse, an die das gehen kann"
NO_TICKET = "zu welchem Vorgang? Schreib seine Nummer dahinter, etwa: {} {}-1042"
WHOSE_WORDS = "zu welchem Vorgang gehören diese Worte? Antworte auf seine Mail oder nenne genau einen"
FOR_NOBODY = "geht an niemanden; antworte auf die Mail zum Vorgang"
EITHER = "mit #ja geht die vorgeschlagene Antwort hinaus, eigene Worte gehen an ihrer Stelle: bitte nur eins von beidem"
ALONE = "{} muss allein in der Mail stehen"
NOTHING = "In der Mail stand nichts, das ich ausführen oder weitergeben kann."
GOES_TO = "geht an {}"
HAS_IT = "hat {} schon von dir; es steht jetzt im Vorgang und wird nicht noch einmal geschickt"
NOT_DONE = "nicht ausgeführt"
ENCLOSED = "geht mit"
WITHOUT_WORDS = "geht an niemanden: In der Mail stehen keine Worte an das Mitglied"
TAKEN = "Du bist jetzt zuständig, denn bisher war es niemand."
AGAIN = "Nichts wurde ausgeführt oder gesendet. Bitte schick die Mail berichtigt noch einmal."


def by_ticket(order: Order, about: str | None, *, desk: Desk) -> Mapping[str | None, Order]:
    """
    The order of a mail taken apart: what concerns each ticket, by key; None is what concerns no ticket.

    Args:
        about: the ticket that the mail is about. Words go to its member, or to that of the only one that is named.
    """
    order = replace(order, answer=worth_sending(order.answer, desk.by))
    commands: dict[str | None, list[Command]] = {}
    for command in order.commands:
        commands.setdefault(command.key or about, []).append(command)
    if not commands:
        return {about: order}
    named = [key for key in commands if key is not None]
    whose = about if about or not order.answer or len(named) != 1 else named[0]
    parts = {key: Order(commands=tuple(those), by_hand=order.by_hand) for key, those in commands.items()}
    first = next(iter(parts))
    if order.answer or order.enclosures:
        whose = whose if order.answer else first
        parts[whose] = replace(parts.get(whose, Order()), answer=order.answer, enclosures=order.enclosures)
    return {**parts, first: replace(parts[first], refused=order.refused)}


def carry_out(ticket: Ticket | None, order: Order, desk: Desk) -> Outcome:
    """Carry out an order of a proven member of staff, about a ticket or about none."""
    if ticket is not None and ticket.forgotten_at is not None:
        return Outcome(ticket=ticket, refused=(("", FORGOTTEN),), rows=(("", f"{FORGOTTEN}; nichts wurde ausgeführt"),))
    commands = tuple(sorted(order.commands, key=lambda command: BY_NAME[command.name].last))
    order = replace(order, commands=commands, answer=worth_sending(order.answer, desk.by))
    refused = list(order.refused)
    after, done = _taken_over(ticket, order, desk), list[Done]()
    for command in order.commands:
        try:
            done.append(_done(command, after, order, desk))
        except Refused as why:
            refused.append((command.line, str(why)))
        else:
            after = done[-1].ticket or after
    if order.answer and (why_not := _unheard(ticket, order)):
        refused.append((short(order.answer), why_not))
    if refused:
        return Outcome(ticket=ticket, refused=tuple(refused), rows=tuple(nothing_done(order, refused)))
    if not (order.commands or order.answer):
        return Outcome(ticket=ticket, rows=(("", NOTHING), *_transcript(ticket, order, ())))
    return _outcome(ticket, after, order, done, desk)


def _done(command: Command, ticket: Ticket | None, order: Order, desk: Desk) -> Done:
    verb = BY_NAME[command.name]
    if verb.alone and (len(order.commands) > 1 or order.answer):
        raise Refused(ALONE.format(command.line))
    if ticket is not None and verb.do is not None:
        return verb.do(ticket, command, desk)
    if verb.anywhere is not None:
        return verb.anywhere(command, desk)
    if command.name == "note":
        raise Refused(WHOSE_WORDS)
    raise Refused(NO_TICKET.format(command.line.rstrip(" .!"), desk.catalogue.organisation.ticket_prefix))


def _taken_over(ticket: Ticket | None, order: Order, desk: Desk) -> Ticket | None:
    if ticket is None or not (order.answer and order.by_hand):
        return ticket
    return replace(taken_over(ticket, now=desk.now), vouched=ticket.vouched)  # the yes in it is told below


def _unheard(ticket: Ticket | None, order: Order) -> str | None:
    """Why words to the member cannot be sent."""
    if ticket is None:
        return WHOSE_WORDS
    if any(command.name == "yes" for command in order.commands):
        return EITHER
    if order.by_hand:
        return None
    return why_unclear(order.answer, ticket) if ticket.requester.email else NO_ADDRESS


def _outcome(before: Ticket | None, after: Ticket | None, order: Order, done: Sequence[Done], desk: Desk) -> Outcome:
    events = [event for each in done for event in each.events]
    if order.answer:
        events.append(desk.event("answered", order.answer))
    effects = [effect for each in done for effect in each.effects]
    if order.answer and order.by_hand:
        effects.insert(0, AnsweredByHand(words=order.answer))
        events += _opened(before, desk)
    taken: tuple[Row, ...] = ()
    if after is not None:
        after = replace(after, waits_until=None) if _ends_waiting(order) else after
        if order.answer and _is_free(after, desk):
            after, taken = replace(after, assignee=desk.by.id), (("", TAKEN),)
            events.append(desk.event("assigned", f"zuständig: {desk.by.name}, durch die Antwort"))
        if order.answer and after.state is not State.ASKING:  # one mail is enough; a question has its form
            effects = [effect for effect in effects if effect != TellMember()]
        if awaits_yes(after):
            after, effects = _unconfirmed(after, effects, answered=bool(order.answer))
            events += [desk.event("vouched", CONFIRMED.format(after.requester.email))] if after.vouched else []
    outcome = Outcome(
        ticket=after,
        events=tuple(events),
        rows=(*_transcript(before, order, done), *taken),
        effects=tuple(effect for at, effect in enumerate(effects) if effect not in effects[:at]),
        answer="" if order.by_hand else order.answer,
        files=tuple(each.file for each in order.enclosures if order.answer and not each.kept_back),
    )
    return replace(outcome, ticket=replace(after, updated=desk.now)) if after and outcome.concerns_ticket else outcome


def _opened(before: Ticket | None, desk: Desk) -> Iterator[Event]:
    """What the bot has still asked for is left to whoever has answered."""
    if before is not None and before.state is State.ASKING:
        yield desk.event("opened", WITH_STAFF)


def _is_free(ticket: Ticket, desk: Desk) -> bool:
    """Whoever answers what nobody has yet has it from then on."""
    return ticket.assignee is None and ticket.state is not State.CLOSED and desk.by in desk.catalogue.staff


def _unconfirmed(ticket: Ticket, effects: list[Effect], *, answered: bool) -> tuple[Ticket, list[Effect]]:
    """To whom staff write they vouch for; before that the ticket stays with them, and its requester hears nothing."""
    if answered:
        return replace(ticket, vouched=True), [*(each for each in effects if each != Declined()), AnsweredInstead()]
    if ticket.state is State.CLOSED:
        return ticket, effects
    return replace(ticket, state=State.TRIAGE), [each for each in effects if each != TellMember()]


def _ends_waiting(order: Order) -> bool:
    """Whoever does something about a ticket has taken it up again, unless they put it off in the same breath."""
    if any(command.name == "wait" for command in order.commands):
        return False
    return bool(order.answer) or any(not BY_NAME[command.name].idle for command in order.commands)


def _transcript(ticket: Ticket | None, order: Order, done: Sequence[Done]) -> Iterator[Row]:
    for command, each in zip(order.commands, done, strict=True):
        yield command.line, each.told
        yield from each.rows
    if order.answer and ticket:
        yield short(order.answer), (HAS_IT if order.by_hand else GOES_TO).format(in_full(ticket.requester))
    for enclosure in order.enclosures:
        yield enclosure.shown, enclosure.kept_back or (ENCLOSED if order.answer and ticket else WITHOUT_WORDS)


def nothing_done(order: Order, refused: Sequence[Row]) -> Iterator[Row]:
    """The transcript of what was refused."""
    yield from refused
    bad = {line for line, _ in refused}
    spared = (*(command.line for command in order.commands), short(order.answer))
    yield from ((line, NOT_DONE) for line in spared if line and line not in bad)
    if order.commands or any(why != FOR_NOBODY for _, why in refused):
        yield "", AGAIN


def for_nobody(order: Order) -> Order:
    """The order of a mail whose words are for no member, for what it answers was for staff alone."""
    if not order.answer:
        return order
    return replace(order, answer="", refused=(*order.refused, (short(order.answer), FOR_NOBODY)))


def worth_sending(answer: str, by: Staff) -> str:
    """
    The words without the writer's signature; nothing, where only their name and farewell are left.

    Programs add such a signature below a lone `#erledigt`, often without the `-- ` that would tell it from words.
    """
    answer = without_signature(answer, by)
    names = (by.name.lower(), by.name.lower().split()[0], by.email)
    lines = [line.strip(" ,") for line in answer.splitlines() if line.strip(" ,")]
    return "" if all(line.lower() in names or is_farewell(line) for line in lines) else answer


def in_full(address: Address) -> str:
    """Name and address: nobody shall wonder to whom their words went."""
    name = flat(address.name)
    return f"{name} <{address.email}>" if name else address.email


def short(text: str) -> str:
    """Words as the transcript shows them: the first of them, on one line."""
    line = flat(text)
    return line if len(line) <= 60 else line[:59].rstrip() + "…"
