"""What follows from an order, done: tickets and history, mails, and whatever else. In one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from mailbot.catalogue import Staff
from mailbot.mail.letter import Origin as Submitted
from mailbot.mail.message import Address
from mailbot.service import by_hand, holding, proposals
from mailbot.service.company import change_copies, take_in
from mailbot.service.correspondence import last_of_member
from mailbot.service.drafting import told_of
from mailbot.service.post import Post
from mailbot.service.request_of_data import UNDONE, ask_to_erase, hand_over, keep_after_all, show
from mailbot.service.standing import tell_member, tell_staff
from mailbot.service.vacation import go_away
from mailbot.store import absences, histories, numbers, orders, outbound, participants, ticket_mails, tickets, verdicts
from mailbot.store.outbound import Outbound
from mailbot.tickets.orders.carrying_out import in_full
from mailbot.tickets.orders.order import (
    Agreed,
    AnsweredByHand,
    AnsweredInstead,
    Away,
    CopyNoMore,
    CopyTo,
    Declined,
    Effect,
    EraseMember,
    HandOver,
    HoldService,
    Merge,
    Outcome,
    ReleaseService,
    Row,
    Show,
    Split,
    TellMember,
    TellStaff,
    Undo,
)
from mailbot.tickets.ticket import State, Ticket
from mailbot.tickets.wording import moment

JUST_NOW = timedelta(minutes=30)
"""Who answers so soon after another has probably not read it."""

KNOWS = "Das Mitglied hat die Mail dazu schon bekommen; schreib ihm, wenn es etwas wissen muss."
END_TOLD = "Das Mitglied erfährt es in einer kurzen Mail."
END_UNTOLD = "Das Mitglied erfährt es nicht; der Verlauf sagt, warum."
GETS_COPIES = "{} bekommt von nun an Kopien."
NO_COPIES = "{} bekommt keine Kopien: Nichts beweist, dass die Anfrage von dort kommt. Wollt ihr es doch: #kopie {}"
NOT_LEFT = "geht nicht mehr hinaus"
_STOPPED = {outbound.State.DRAFTED: "liegt noch in den Entwürfen, bitte dort löschen"}
"""What becomes of a mail that is taken back, by how far it had come."""

_AGAIN = {
    outbound.State.PROPOSED: "wartet wieder auf #ja oder #nein",
    outbound.State.DRAFT: "liegt gleich wieder in den Entwürfen",
}
"""What becomes of a mail that waits for a person again."""


def follow(post: Post, before: Ticket | None, outcome: Outcome, by: Staff) -> tuple[Row, ...]:
    """
    Write down all that an order does.

    Args:
        post: its `cause` is the mail that the order stood in.
        before: the ticket that it is about, as it was.

    Returns: what the transcript must say besides the outcome's own rows.
    """
    rows: list[Row] = []
    if before is not None and outcome.ticket is not None:
        _keep(post, before, outcome, by)
        if outcome.answer:
            rows += _answer(post, outcome.ticket, outcome, by)
        for effect in outcome.effects:
            rows += _follow(post, outcome.ticket, effect, by)
    return tuple(rows)


def follow_at_large(post: Post, outcome: Outcome, by: Staff) -> Iterator[Row]:
    """The same for what concerns more than the ticket: it comes last, for it changes tickets that others may be about."""
    for effect in outcome.effects:
        match effect:
            case Agreed() if outcome.ticket is not None:
                yield from proposals.agree(post, outcome.ticket, by)
            case AnsweredInstead() if outcome.ticket is not None:
                proposals.answered_instead(post, outcome.ticket, by)
            case HoldService():
                waiting = holding.hold(post, effect.service, effect.because, by=by.email)
                yield "", f"Vorgänge, die jetzt warten: {len(waiting)}"
            case ReleaseService():
                going_on = holding.release(post, effect.service, by=by.email) or ()
                yield "", f"Vorgänge, die weitergehen: {len(going_on)}"
            case Away(until=None):
                absences.come_back(post.connection, by.id)
            case Away(until=date() as until):
                go_away(post, by, until)


def _keep(post: Post, before: Ticket, outcome: Outcome, by: Staff) -> None:
    assert outcome.ticket is not None
    if outcome.concerns_ticket and not any(isinstance(effect, Undo) for effect in outcome.effects):
        orders.remember(post.connection, before, by=by.id, mail=post.cause, at=post.now)
    tickets.save(post.connection, outcome.ticket)
    for event in outcome.events:
        histories.note(post.connection, before.key, replace(event, mail=post.cause))


def _others_answers(post: Post, ticket: Ticket, by: Staff) -> Iterator[Row]:
    """Two of us may answer within minutes, and neither knows of the other."""
    for event in histories.of(post.connection, ticket.key):
        if event.kind == "answered" and event.by != by.email and event.at > post.now - JUST_NOW:
            known = post.catalogue.member_of_staff(event.by)
            at = moment(event.at, post.catalogue.hours.timezone)
            yield f"{known.name if known else event.by}, {at} Uhr", f"hat vor dir auch schon geantwortet: „{event.text}“"


def _answer(post: Post, ticket: Ticket, outcome: Outcome, by: Staff) -> Iterator[Row]:
    """Staff's words go to the member, with their files."""
    box = post.catalogue.mailbox(ticket.mailbox)
    words = post.writer.from_staff(ticket, text=outcome.answer, mailbox=box, files=outcome.files)
    answered = last_of_member(post, ticket)
    of_draft = post.to_member(
        ticket.key,
        ticket.requester,
        words,
        mailbox=box,
        origin=Submitted.PERSON,
        answered=answered,
        staff_are_told=post.cause is not None,  # at the command line there is no transcript
    )
    copies = [each for each in participants.in_copy(post.connection, ticket.key) if each.email != ticket.requester.email]
    if copies:
        yield "", f"in Kopie an {', '.join(map(in_full, copies))}"
    if of_draft:
        yield "", of_draft
    yield from _others_answers(post, ticket, by)
    if post.delay:
        until = moment(post.now + post.delay, post.catalogue.hours.timezone)
        yield "", f"Bis {until} Uhr hält #undo die Mail noch auf."


def _follow(post: Post, ticket: Ticket, effect: Effect, by: Staff) -> Iterator[Row]:
    match effect:
        case TellMember():
            told = tell_member(post, ticket)
            if ticket.state is State.CLOSED and post.cause is not None:  # at the command line there is no transcript
                yield "", END_TOLD if told else END_UNTOLD
        case TellStaff():
            tell_staff(post, ticket)
        case Merge():
            yield from _merge(post, ticket, effect, by)
        case Split():
            yield from _split(post, ticket, effect, by)
        case Show(archive=archive):
            show(post, ticket, archive, by)
        case HandOver(archive=archive):
            hand_over(post, ticket, archive)
        case EraseMember():
            ask_to_erase(post, ticket, by=by.id)
        case CopyTo(email=email):
            change_copies(post, ticket.key, Address(email=email), by=by.email, copied=True)
        case CopyNoMore(email=email):
            change_copies(post, ticket.key, Address(email=email), by=by.email, copied=False)
        case Undo():
            yield from _undo(post, ticket, effect, by)
        case Declined():
            proposals.decline(post, ticket, by)
        case AnsweredByHand(words=words):
            yield from _by_hand(post, ticket, words, by)
        case AnsweredInstead():
            proposals.drop(post, ticket.conversation)


def _by_hand(post: Post, ticket: Ticket, words: str, by: Staff) -> Iterator[Row]:
    """The bot falls silent towards whom they have written to; what it still asks about other tickets is theirs to ask, too."""
    for other in tickets.in_conversation(post.connection, ticket.conversation):
        theirs = other.key != ticket.key and other.requester.email == ticket.requester.email
        if theirs and other.state is State.ASKING:
            orders.remember(post.connection, other, by=by.id, mail=post.cause, at=post.now)
            by_hand.record(post, other, by=by.email, words=words)
    if by_hand.fall_silent(post, ticket.key, (ticket.requester.email,)):
        yield "", told_of(post.catalogue.mailbox(ticket.mailbox), draft=False, outdated=True)


def _merge(post: Post, ticket: Ticket, effect: Merge, by: Staff) -> Iterator[Row]:
    before = tickets.get(post.connection, effect.into.key)
    orders.remember(post.connection, before, by=by.id, mail=post.cause, at=post.now)
    tickets.save(post.connection, effect.into)
    for event in effect.events:
        histories.note(post.connection, before.key, replace(event, mail=post.cause))
    yield "", f"Antworten auf {ticket.key} kommen jetzt bei {before.key} an."
    who = ticket.requester
    if who.email and who.email != before.requester.email:
        reads_along = take_in(post, ticket, before, by=by.email)
        yield "", GETS_COPIES.format(in_full(who)) if reads_along else NO_COPIES.format(in_full(who), who.email)
    if effect.told:
        tell_member(post, effect.into)
        tell_staff(post, effect.into)


def _split(post: Post, ticket: Ticket, effect: Split, by: Staff) -> Iterator[Row]:
    organisation = post.catalogue.organisation
    number = numbers.next_one(post.connection, first=organisation.first_ticket)
    fresh = replace(
        ticket,
        key=f"{organisation.ticket_prefix}-{number}",
        request=effect.request,
        state=effect.state,
        due=effect.due,
        questions=1 if effect.state is State.ASKING else 0,
        assignee=None,
        held=None,
        waits_until=None,
        merged_into=None,
        sources=(),
        follows=ticket.key,
        opened=post.now,
        updated=post.now,
    )
    tickets.add(post.connection, number, fresh)
    for mail in ticket_mails.mails_of(post.connection, ticket.key):
        ticket_mails.add(post.connection, fresh.key, mail)
    for reader in participants.in_copy(post.connection, ticket.key):
        participants.copy_to(post.connection, fresh.key, reader)
    for key, kind, text in ((ticket.key, "linked", f"daneben: {fresh.key}"), (fresh.key, "split", f"abgeteilt von {ticket.key}")):
        post.note(key, kind, text, by=by.email)
    orders.remember(post.connection, replace(fresh, state=State.CLOSED), by=by.id, mail=post.cause, at=post.now)
    yield "", f"Der neue Vorgang ist {fresh.key}."
    tell_member(post, fresh)
    if fresh.state in (State.OPEN, State.TRIAGE):
        tell_staff(post, fresh)


def _undo(post: Post, ticket: Ticket, effect: Undo, by: Staff) -> Iterator[Row]:
    again = orders.undone(post.connection, effect.order, by=by.id, now=post.now)
    yield from (("", f"{_AGAIN[mail.state]}: {_mail(mail)}") for mail in again)
    for before in effect.order.before:
        if before.key != ticket.key:
            tickets.save(post.connection, replace(before, updated=post.now))
            post.note(before.key, "undone", f"rückgängig gemacht, wie bei {ticket.key}", by=by.email)
        keep_after_all(post.connection, before.key, because=UNDONE, now=post.now, asked_at=effect.order.at)
    conversations = {before.conversation for before in effect.order.before}
    stopped, gone = verdicts.take_back(post.connection, conversations, cause=effect.order.mail, created=effect.order.at)
    yield from (("", f"{_STOPPED.get(mail.state, NOT_LEFT)}: {_mail(mail)}") for mail in stopped)
    yield from (("", f"war schon abgeschickt: {_mail(mail)}") for mail in gone if mail.recipient != by.email)
    if any(post.catalogue.member_of_staff(mail.recipient) is None for mail in gone):
        yield "", KNOWS


def _mail(mail: Outbound) -> str:
    return f"die Mail an {mail.recipient}" + (f" zu {mail.ticket}" if mail.ticket else "")
