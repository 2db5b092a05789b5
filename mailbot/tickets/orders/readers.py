"""
Who the plain words of a mail of staff are for. Pure.

They go to the member only where nothing speaks against it. Whatever is passed on, or says to somebody else what it says,
is a note: a note can still be sent, and what has been sent can never be taken back.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum, auto

from mailbot.catalogue import Catalogue
from mailbot.mail.forwarding import passes_something_on
from mailbot.mail.message import Mail
from mailbot.mail.thread import Role
from mailbot.tickets.orders.carrying_out import for_nobody, short
from mailbot.tickets.orders.order import Command, Order


class Readers(StrEnum):
    """Who shall read them, or has read them."""

    MEMBER = auto()
    MEMBER_ALREADY = auto()  # their writer has sent them there, too
    STAFF = auto()
    NOBODY = auto()  # they answer what was for staff alone: a "thank you", most likely


def readers_of(mail: Mail, requester: str, catalogue: Catalogue, *, answers: Role | None) -> Readers:
    """
    Whom a mail that is not for the address for notes speaks to.

    An answer to a mail of ours speaks to the member if it goes to us; whoever is in copy reads along. A new mail does if
    it goes to us alone.

    Args:
        requester: address of the member whom the ticket is of; "" where it has none.
        answers: as whom its writer got the mail of ours that is answered; None: it answers none of ours.
    """
    to, all_of_them = ({each.email for each in those} - {mail.sender.email} for those in (mail.to, (*mail.to, *mail.cc)))
    if requester and requester in all_of_them:
        return Readers.MEMBER_ALREADY
    answers_us = answers in (Role.STAFF, Role.INTERNAL)
    is_new = not (mail.in_reply_to or mail.references)
    goes_to_us = bool(to) and (to if answers_us else all_of_them) <= catalogue.own_addresses
    if not goes_to_us or not (answers_us or is_new) or passes_something_on(mail):
        return Readers.STAFF
    return Readers.NOBODY if answers is Role.INTERNAL else Readers.MEMBER


def read_by(order: Order, readers: Readers) -> Order:
    """The order, with its words for those readers."""
    if not order.answer or readers is Readers.MEMBER:
        return order
    if readers is Readers.NOBODY:
        return for_nobody(order)
    if readers is Readers.MEMBER_ALREADY:
        return replace(order, by_hand=True, enclosures=())
    note = Command(name="note", argument=order.answer, line=short(order.answer))
    return replace(order, commands=(*order.commands, note), answer="")
