"""The mails of members that belong to a ticket: how far they prove its requester, and what may follow from that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum

from mailbot.mail.forwarding import passed_on
from mailbot.mail.letter import Origin as Submitted
from mailbot.mail.message import Address, Mail
from mailbot.mail.proof import Authenticity, prove
from mailbot.mail.read import read
from mailbot.service.post import Answered, Post
from mailbot.service.secrecy import proves
from mailbot.store import histories, inbound, ticket_mails
from mailbot.tickets.proposal import awaits_yes
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import BOT, Event, Ticket

UNTOLD = "keine automatische Mail an das Mitglied: der Absender fehlt oder ist gefälscht"
UNCONFIRMED = "keine automatische Mail an das Mitglied: niemand hat die weitergeleitete Adresse bestätigt"

Kept = tuple[int, Mail]
"""A mail with the id of its row."""


class Standing(StrEnum):
    """How far the requester of a ticket is believed; the best that one of their mails proves."""

    PROVEN = "proven"  # may read what the mails said; so may whom staff vouch for
    UNPROVEN = "unproven"  # may be somebody whom a stranger named: reads nothing of what the mails said
    SILENT = "silent"  # forged, not confirmed yet, or without an address: gets nothing that no person wrote


def _standing(post: Post, ticket: Ticket, mails: Sequence[Kept]) -> Standing:
    """Told from the stored mails each time, so that it cannot differ from them."""
    if not ticket.requester.email or awaits_yes(ticket):
        return Standing.SILENT
    if ticket.vouched:
        return Standing.PROVEN
    found = {_standing_of(mail, id, post) for id, mail in mails if mail.sender.email == ticket.requester.email}
    return next((each for each in Standing if each in found), Standing.UNPROVEN)


def is_proven(post: Post, ticket: Ticket) -> bool:
    """Whether the requester may read what the mails said."""
    return _standing(post, ticket, _kept(post, ticket)) is Standing.PROVEN


def tell(post: Post, ticket: Ticket, write: Callable[[Address, bool], Words]) -> bool:
    """
    An automatic mail to the requester that no mail of theirs asks for; False for one who gets none.

    Args:
        write: gives the words, from whom they go to and whether that is proven (else nothing of the mails may stand there).
    """
    mails = _kept(post, ticket)
    believed = _standing(post, ticket, mails)
    if believed is Standing.SILENT:
        text = UNCONFIRMED if awaits_yes(ticket) else UNTOLD
        histories.note(post.connection, ticket.key, Event(at=post.now, kind="note", by=BOT, text=text))
        return False
    known = believed is Standing.PROVEN
    to = ticket.requester if known else replace(ticket.requester, name="")
    box = post.catalogue.mailbox(ticket.mailbox)
    answered = _last([mail for _, mail in mails], known=known)
    post.to_member(ticket.key, to, write(to, known), mailbox=box, origin=Submitted.GENERATED, answered=answered)
    return True


def last_of_member(post: Post, ticket: Ticket) -> Answered | None:
    """The members' last mail about the ticket: what we write now continues its thread."""
    return _last(mails_of_members(post, ticket))


def _last(mails: Sequence[Mail], *, known: bool = True) -> Answered | None:
    found = (Answered.of(mail, known=known) for mail in reversed(mails))
    return next((answered for answered in found if answered), None)


def mails_of_members(post: Post, ticket: Ticket, *, with_content: bool = False) -> list[Mail]:
    """
    What members wrote about the ticket, in order; with it the mail that staff have passed on, as its author wrote it.

    `with_content`: with the bytes of their files.
    """
    return [mail for _, mail in _kept(post, ticket, with_content=with_content)]


def _kept(post: Post, ticket: Ticket, *, with_content: bool = False) -> list[Kept]:
    ids = ticket_mails.mails_of(post.connection, ticket.key)
    return [(id, mail) for id in ids for mail in _of_members(post, ticket, id, with_content=with_content)]


def _of_members(post: Post, ticket: Ticket, id: int, *, with_content: bool) -> Iterator[Mail]:
    row, raw = inbound.get(post.connection, id)
    if row.state is inbound.State.TICKET:
        yield read(raw, with_content=with_content)
    elif ticket.vouched is not None:
        found = passed_on(read(raw, with_content=with_content), ours=post.catalogue.our_people)
        yield from (mail for mail in found if mail and mail.sender.email == ticket.requester.email)


def _standing_of(mail: Mail, id: int, post: Post) -> Standing:
    authenticity, _ = prove(mail, post.catalogue.authserv_ids)
    if authenticity is Authenticity.FAIL:
        return Standing.SILENT
    answered, author, keys = (*mail.in_reply_to, *mail.references), mail.sender.email, post.office.keys
    if authenticity is Authenticity.PASS or any(proves(post.connection, each, author, keys, mail=id) for each in answered):
        return Standing.PROVEN
    return Standing.UNPROVEN
