"""The member, and those responsible, hear where a ticket stands after a person has changed it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from mailbot.mail.message import Address
from mailbot.service.correspondence import tell
from mailbot.service.post import Post
from mailbot.service.request_of_data import hints
from mailbot.service.ticket_mail import tell_of_ticket
from mailbot.tickets.decision import ACTION_IN, Decision, Outcome, Reply
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import State, Ticket


def tell_member(post: Post, ticket: Ticket) -> bool:
    """What they must do now, or what happens next; also that it is done. False: no mail of ours may go to them."""
    box = post.catalogue.mailbox(ticket.mailbox)

    def write(to: Address, known: bool) -> Words:
        if ticket.state is State.CLOSED:
            return post.writer.closed(ticket if known else _without_words(ticket), mailbox=box)
        return post.writer.answer(_news_of(ticket), (ticket,), subject=ticket.subject, to=to, mailbox=box, known=known)

    return tell(post, ticket, write)


def tell_staff(post: Post, ticket: Ticket) -> None:
    """Those who work on such tickets get it, with what is ready to be set up."""
    tell_of_ticket(post, ticket, doubts=hints(post, ticket))


def _news_of(ticket: Ticket) -> Decision:
    action = ACTION_IN[ticket.state]
    outcome = Outcome(request=ticket.request, action=action, state=ticket.state, ticket=ticket.key, changed=False)
    return Decision(action=action, outcomes=(outcome,), reply=Reply.NEWS, language=ticket.language)


def _without_words(ticket: Ticket) -> Ticket:
    """The ticket without anything that a mail said."""
    request = replace(ticket.request, fields=MappingProxyType({}))
    return replace(ticket, request=request, subject="", requester=replace(ticket.requester, name=""))
