"""Orders that say who reads along: copy, uncopy."""

from __future__ import annotations

from mailbot.mail.message import Address, Mail
from mailbot.tickets.copies import named
from mailbot.tickets.orders.order import Command, CopyNoMore, CopyTo, Desk, Done, Refused, Verb
from mailbot.tickets.ticket import Ticket

WHOSE = "welche Adresse ist gemeint? Zum Beispiel: {}"
NOBODY = (
    "dorthin gehen keine Kopien: Es ist unser Postfach, jemand aus dem Team, eine Liste, ein Programm oder das Mitglied selbst"
)


def _copy(ticket: Ticket, command: Command, desk: Desk) -> Done:
    email = _address(command, "#kopie eva@beispiel.de")
    if not named(Mail(sender=ticket.requester, cc=(Address(email=email),)), desk.catalogue):
        raise Refused(NOBODY)
    return Done(ticket=ticket, told=f"in Kopie ist jetzt {email}", effects=(CopyTo(email=email),))


def _uncopy(ticket: Ticket, command: Command, desk: Desk) -> Done:
    email = _address(command, "#keine kopie eva@beispiel.de")
    return Done(ticket=ticket, told=f"{email} bekommt keine Kopien mehr", effects=(CopyNoMore(email=email),))


def _address(command: Command, example: str) -> str:
    email = command.argument.strip(" .!<>").lower()
    if "@" not in email or " " in email:
        raise Refused(WHOSE.format(example))
    return email


VERBS = (
    Verb(
        name="copy",
        german=("kopie",),
        english=("copy",),
        usage="#kopie eva@beispiel.de",
        help="Eva bekommt unsere Mails an das Mitglied in Kopie und darf ergänzen, was fehlt",
        do=_copy,
        idle=True,
    ),
    Verb(
        name="uncopy",
        german=("keine kopie",),
        english=("uncopy",),
        usage="#keine kopie eva@beispiel.de",
        help="Eva bekommt keine Kopien mehr",
        do=_uncopy,
        idle=True,
    ),
)
