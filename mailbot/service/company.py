"""The people around a ticket besides its requester: who gets copies, who reads an answer, and who has told what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailbot.mail.message import Address, Mail
from mailbot.service.correspondence import is_proven
from mailbot.service.post import Post
from mailbot.store import participants
from mailbot.tickets.copies import named
from mailbot.tickets.decision import Outcome
from mailbot.tickets.sources import overruled, told
from mailbot.tickets.ticket import Ticket


def bring_in(post: Post, ticket: Ticket, mail: Mail) -> tuple[Address, ...]:
    """
    Whom the mail names beside us is in copy from now on; gives those who were not.

    The mail is one of the requester or of staff, and proven: nobody else may name somebody.
    """
    others = (each for each in named(mail, post.catalogue) if each.email != ticket.requester.email)
    new = tuple(each for each in others if participants.copy_to(post.connection, ticket.key, each))
    if new:
        text = f"in Kopie: {', '.join(_full(each) for each in new)}"
        post.note(ticket.key, "copied", text, by=mail.sender.email)
    return new


def change_copies(post: Post, key: str, whom: Address, *, by: str, copied: bool) -> None:
    """Staff order it; the history says so where it was not so already."""
    if copied and participants.copy_to(post.connection, key, whom):
        post.note(key, "copied", f"in Kopie: {whom.email}", by=by)
    if not copied and participants.copy_no_more(post.connection, key, whom.email):
        post.note(key, "copied", f"nicht mehr in Kopie: {whom.email}", by=by)


def take_in(post: Post, merged: Ticket, into: Ticket, *, by: str) -> bool:
    """Who asked for what goes on in a ticket of somebody else reads along there; False: it may not be them."""
    who = named(Mail(sender=into.requester, cc=(merged.requester,)), post.catalogue)
    if not who or not is_proven(post, merged):
        return False
    change_copies(post, into.key, merged.requester, by=by, copied=True)
    return True


def readers(post: Post, those: Sequence[Ticket], author: Address) -> tuple[Address, ...]:
    """Who gets a copy of the answer to a proven author: the requesters, and who is in copy, of all these tickets."""
    circles = [{each.email: each for each in _circle(post, ticket, author)} for ticket in those]
    return tuple(
        address for email, address in circles[0].items() if email != author.email and all(email in circle for circle in circles)
    )


def _circle(post: Post, ticket: Ticket, author: Address) -> Iterator[Address]:
    if ticket.requester.email == author.email or is_proven(post, ticket):
        yield ticket.requester
    yield from participants.in_copy(post.connection, ticket.key)


def note_told(post: Post, before: Ticket, outcome: Outcome, author: Address) -> None:
    """The ticket's history says who has told what in a later mail."""
    labels = told(before.request, outcome.request, post.catalogue)
    if labels:
        post.note(before.key, "told", f"angegeben: {', '.join(labels)}", by=author.email)


def overruling(post: Post, before: Ticket, outcome: Outcome, author: Address) -> str:
    """What staff should know where somebody changes what others have said; "" where nobody does."""
    lost = overruled(before, outcome.request, author, post.catalogue)
    return f"{_full(author)} hat geändert, was andere angegeben hatten: {'; '.join(lost)}." if lost else ""


def _full(address: Address) -> str:
    return f"{address.name} ({address.email})" if address.name else address.email
