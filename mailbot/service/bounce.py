"""A delivery report about a mail of ours: noted on its ticket, told to staff, and nothing automatic follows to that address."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from mailbot.mail.report import DeliveryReport
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.service.ticket_mail import tell_of_ticket
from mailbot.store import histories, outbound, participants, returns, ticket_mails, tickets
from mailbot.tickets.ticket import BOT, Event

NO_MORE = "Automatische Mails gehen nicht mehr dorthin, bis jemand von dort schreibt."
CAME_BACK = "Unsere Mail kam zurück"


def note(office: Office, connection: Connection, report: DeliveryReport, *, mail: int) -> str | None:
    """
    Take up what a report says, if it names a mail of ours; gives what that mail was about, None for no mail of ours.

    A report is believed about the one address that the mail it names went to, whatever addresses it lists: only
    who got that mail, or whom it was passed on to, knows its Message-ID. Where copies of it went to others, the report
    is about them unless it lists that address. `mail` is the id of the inbound mail that is the report.
    """
    concerned = outbound.by_message_id(connection, report.original) if report.original else None
    if concerned is None:
        return _of_a_person(office, connection, report, mail=mail)
    if concerned.ticket is not None and concerned.copies and concerned.recipient not in report.recipients:
        text = _copy_lost(connection, concerned.ticket, report, concerned.copies)
        histories.note(connection, concerned.ticket, Event(at=office.clock(), kind="trouble", by=BOT, text=text, mail=mail))
        return concerned.ticket
    first = report.permanent and not returns.comes_back(connection, concerned.recipient)
    if report.permanent and concerned.sent_at is not None:
        returns.returned(connection, concerned.id, now=office.clock(), error="came back: a delivery report says so")
    if concerned.ticket is None:
        return "a mail to staff"
    whom = ", ".join(report.recipients) or concerned.recipient
    text = f"Nicht angekommen bei {whom}" if report.permanent else f"Noch nicht angekommen bei {whom}"
    histories.note(connection, concerned.ticket, Event(at=office.clock(), kind="trouble", by=BOT, text=text, mail=mail))
    if first:
        doubt = f"Eine Mail an {concerned.recipient} kam zurück. {NO_MORE}"
        _tell_staff(office, connection, concerned.ticket, doubt, mail=mail)
    return concerned.ticket


def _of_a_person(office: Office, connection: Connection, report: DeliveryReport, *, mail: int) -> str | None:
    """The same of a mail that a person wrote from the mailbox, or sent as their mail program's own: staff are told by mail."""
    keys = ticket_mails.with_mail(connection, report.original, by_hand=True) if report.original else ()
    if not keys:
        return None
    whom = ", ".join(report.recipients) or "das Mitglied"
    text = f"Eure Mail an {whom} kam nicht an" if report.permanent else f"Eure Mail an {whom} kam noch nicht an"
    for key in keys:
        histories.note(connection, key, Event(at=office.clock(), kind="trouble", by=BOT, text=text, mail=mail))
    if report.permanent:
        _tell_staff(office, connection, keys[0], f"{text}.", mail=mail)
    return keys[0]


def _copy_lost(connection: Connection, key: str, report: DeliveryReport, copies: Sequence[str]) -> str:
    """What to note of a copy that came back; whose copy that surely was gets no more."""
    whom = ", ".join(report.recipients) or ", ".join(copies)
    if not report.permanent:
        return f"Kopie noch nicht angekommen bei {whom}"
    ended = [copy for copy in copies if copy in report.recipients and participants.copy_no_more(connection, key, copy)]
    return f"Kopie nicht angekommen bei {whom}" + (f"; {', '.join(ended)} bekommt keine Kopien mehr" if ended else "")


def _tell_staff(office: Office, connection: Connection, key: str, doubt: str, *, mail: int) -> None:
    """By mail, once for an address: the next digest may be days away. Never to the address whose mail came back."""
    rules = office.rules(connection)
    post = Post(office=office, connection=connection, rules=rules, now=office.clock(), cause=mail)
    ticket = tickets.get(connection, key)
    within_reach = [
        member for member in post.responsible(ticket.request.service) if not returns.comes_back(connection, member.email)
    ]
    tell_of_ticket(post, ticket, news=CAME_BACK, doubts=(doubt,), to=within_reach)
