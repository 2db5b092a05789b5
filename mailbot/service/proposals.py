"""What the bot would say to somebody whose mail staff have passed on: proposed, then sent on a yes, or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.catalogue import Staff
from mailbot.mail.letter import Origin as Submitted
from mailbot.mail.message import Mail
from mailbot.service.correspondence import last_of_member, mails_of_members
from mailbot.service.member import KINDS, what_happened
from mailbot.service.post import Answered, Post
from mailbot.service.ticket_mail import tell_of_ticket
from mailbot.store import orders, participants, tickets, verdicts
from mailbot.tickets.blocks import flat
from mailbot.tickets.news import NEW
from mailbot.tickets.orders.order import Row
from mailbot.tickets.orders.proposals import CONFIRMED
from mailbot.tickets.proposal import agreed, awaits_yes, would_be
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import State, Ticket
from mailbot.understanding.request import Request

NOT_CONFIRMED = "Niemand hat bestätigt, dass die Anfrage von {} ist; von allein schreibt der Bot nicht dorthin."
UNREAD = "Nichts geht an {}: Dein Ja galt dem alten Vorschlag. Bitte lies den neuen, und antworte auf ihn."
LEAVES = "die vorgeschlagene Antwort geht an {}"
ANEW = "Damit ändert sich, was der Bot an {} schreiben würde: Der Vorschlag kommt neu."


def propose(
    post: Post,
    ticket: Ticket,
    to: Sequence[Staff],
    *,
    answered: Answered | None = None,
    rows: tuple[Row, ...] = (),
    doubts: tuple[str, ...] = (),
) -> None:
    """
    Put what would be answered into the outbox, where it waits, and ask staff.

    Args:
        ticket: one that awaits a yes; others that came of the same mail are answered together with it.
        answered: the mail of staff that the question continues.
        rows: what it ordered and what was done.
        doubts: what they should know.
    """
    together, box = _waiting(post, ticket.conversation), post.catalogue.mailbox(ticket.mailbox)
    answer = _answer(post, together, proposed=True)
    words = post.writer.proposed(together, answer=answer, rows=rows, doubts=doubts)
    for member in to:
        post.to_staff(together[0].key, member, words, mailbox=box, answered=answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """Mails that wait for a yes, by their ids, and what the tickets ask for that they are about."""

    conversation: int
    mails: frozenset[int]
    requests: Mapping[str, Request]


def proposed(post: Post, those: Iterable[Ticket]) -> tuple[Proposed, ...]:
    """What is proposed about these tickets, and about others that came of the same mails."""
    return tuple(_proposed(post, each) for each in sorted({each.conversation for each in those if awaits_yes(each)}))


def _proposed(post: Post, conversation: int) -> Proposed:
    return Proposed(
        conversation=conversation,
        mails=frozenset(mail.id for mail in verdicts.proposals(post.connection, conversation)),
        requests={each.key: each.request for each in _waiting(post, conversation)},
    )


def renew(post: Post, earlier: Iterable[Proposed], by: Staff) -> Iterator[Row]:
    """Where an order has changed what is proposed, drop that, and propose anew what is left of it."""
    for before in earlier:
        now = _proposed(post, before.conversation)
        if not before.mails & now.mails or now.requests == before.requests:
            continue
        drop(post, before.conversation)
        for first in _waiting(post, before.conversation)[:1]:
            known = post.catalogue.member_of_staff(by.email)
            propose(post, first, (known,) if known else post.responsible(first.request.service))
            yield "", ANEW.format(first.requester.email)


def agree(post: Post, ticket: Ticket, by: Staff) -> Iterator[Row]:
    """
    A yes about one ticket of a mail goes for all of them: they take their course, and what is proposed leaves.

    What the same order has proposed nobody has read yet: that waits for another yes.
    """
    proposals = verdicts.proposals(post.connection, ticket.conversation)
    if any((mail.cause, mail.created) == (post.cause, post.now) for mail in proposals):
        yield "", UNREAD.format(ticket.requester.email)
        return
    waiting = _waiting(post, ticket.conversation)
    if not waiting:
        return
    together = [_confirmed(post, each, agreed(each, post.catalogue), by) for each in waiting]
    decision = would_be(together, post.catalogue)
    for each, outcome in zip(together, decision.outcomes, strict=True):
        post.note(each.key, KINDS[each.state], what_happened(post.catalogue, replace(outcome, state=each.state)))
    for mail in proposals:
        verdicts.accept(post.connection, mail.id, due_at=post.now + post.delay, cause=post.cause, now=post.now)
    if not proposals:
        _answer(post, together)
    for at in decision.tell_staff:
        tell_colleagues(post, together[at])
    yield "", LEAVES.format(flat(ticket.requester.name) or ticket.requester.email)


def answered_instead(post: Post, ticket: Ticket, by: Staff) -> None:
    """Who writes to the requester themselves says yes to the address, also for what else came of the same mail."""
    participants.take_part(post.connection, ticket.key, ticket.requester.email)
    for each in _waiting(post, ticket.conversation):
        _confirmed(post, each, replace(each, vouched=True), by)


def decline(post: Post, ticket: Ticket, by: Staff) -> None:
    """A no: nothing leaves, and those who work on it hear that it is theirs."""
    drop(post, ticket.conversation)
    for each in _waiting(post, ticket.conversation):
        post.note(each.key, "note", "dem Vorschlag nicht zugestimmt", by=by.email)
        tell_colleagues(post, each, but=by.email, doubt=NOT_CONFIRMED.format(each.requester.email))


def drop(post: Post, conversation: int) -> None:
    """What is proposed never leaves."""
    for mail in verdicts.proposals(post.connection, conversation):
        verdicts.drop(post.connection, mail.id)


def tell_colleagues(post: Post, ticket: Ticket, *, but: str = "", doubt: str = "") -> None:
    """The mail about a ticket for those who work on it, but for that address."""
    # Of a mail that may be forged staff get no files.
    mail = next(reversed(mails_of_members(post, ticket, with_content=bool(ticket.vouched))), Mail())
    others = [member for member in post.responsible(ticket.request.service) if member.email != but]
    doubts = (doubt,) if doubt else ()
    tell_of_ticket(post, ticket, news=NEW, original=mail.text, attachments=mail.attachments, doubts=doubts, to=others)


def _waiting(post: Post, conversation: int) -> tuple[Ticket, ...]:
    """The tickets of the same mail that still await a yes; what is closed awaits nothing."""
    together = tickets.in_conversation(post.connection, conversation)
    return tuple(each for each in together if awaits_yes(each) and each.state is not State.CLOSED)


def _confirmed(post: Post, ticket: Ticket, after: Ticket, by: Staff) -> Ticket:
    """What has been ordered for one ticket of a mail goes for this one, too, and is undone with it."""
    orders.remember(post.connection, ticket, by=by.id, mail=post.cause, at=post.now)
    tickets.save(post.connection, replace(after, updated=post.now))
    participants.take_part(post.connection, ticket.key, ticket.requester.email)
    post.note(ticket.key, "vouched", CONFIRMED.format(ticket.requester.email), by=by.email)
    return after


def _answer(post: Post, together: Sequence[Ticket], *, proposed: bool = False) -> Words:
    first, box = together[0], post.catalogue.mailbox(together[0].mailbox)
    answered, decision = last_of_member(post, first), would_be(together, post.catalogue)
    words = post.writer.answer(decision, tuple(together), subject=first.subject, to=first.requester, mailbox=box, known=True)
    origin = Submitted.REPLIED if answered else Submitted.GENERATED
    post.to_member(first.key, first.requester, words, mailbox=box, origin=origin, answered=answered, proposed=proposed)
    return words
