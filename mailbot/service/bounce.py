"""A delivery report about a mail of ours: noted on its ticket, told to staff, and nothing automatic follows to that address."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from mailbot.mail.origin import DeliveryReport
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.store import outbound, tickets
from mailbot.tickets.ticket import Event


def note(office: Office, connection: Connection, report: DeliveryReport, *, mail: int) -> str | None:
    """
    Take up what a report says, if it names a mail of ours; gives what that mail was about, None for no mail of ours.

    A report is believed about the one address that the mail it names went to, whatever addresses it lists: only
    who got that mail, or whom it was passed on to, knows its Message-ID. Where copies of it went to others, the report
    is about them unless it lists that address. `mail` is the id of the inbound mail that is the report.
    """
    concerned = outbound.by_message_id(connection, report.original) if report.original else None
    if concerned is None:
        return None
    if concerned.ticket is not None and concerned.copies and concerned.recipient not in report.recipients:
        text = _copy_lost(connection, concerned.ticket, report, concerned.copies)
        tickets.note(connection, concerned.ticket, Event(at=office.clock(), kind="trouble", by="mailbot", text=text, mail=mail))
        return concerned.ticket
    first = report.permanent and not outbound.comes_back(connection, concerned.recipient)
    if report.permanent and concerned.sent_at is not None:
        outbound.returned(connection, concerned.id, now=office.clock(), error="came back: a delivery report says so")
    if concerned.ticket is None:
        return "a mail to staff"
    whom = ", ".join(report.recipients) or concerned.recipient
    text = f"Nicht angekommen bei {whom}" if report.permanent else f"Noch nicht angekommen bei {whom}"
    tickets.note(connection, concerned.ticket, Event(at=office.clock(), kind="trouble", by="mailbot", text=text, mail=mail))
    if first:
        _tell_staff(office, connection, concerned.ticket, concerned.recipient, mail=mail)
    return concerned.ticket


def _copy_lost(connection: Connection, key: str, report: DeliveryReport, copies: Sequence[str]) -> str:
    """What to note of a copy that came back; whose copy that surely was gets no more."""
    whom = ", ".join(report.recipients) or ", ".join(copies)
    if not report.permanent:
        return f"Kopie noch nicht angekommen bei {whom}"
    ended = [copy for copy in copies if copy in report.recipients and tickets.copy_no_more(connection, key, copy)]
    return f"Kopie nicht angekommen bei {whom}" + (f"; {', '.join(ended)} bekommt keine Kopien mehr" if ended else "")


def _tell_staff(office: Office, connection: Connection, key: str, recipient: str, *, mail: int) -> None:
    """By mail, once for an address: the next digest may be days away. Never to the address whose mail came back."""
    rules = office.rules(connection)
    post = Post(office=office, connection=connection, catalogue=rules.catalogue, now=office.clock(), cause=mail)
    ticket = tickets.get(connection, key)
    doubt = f"Eine Mail an {recipient} kam zurück. Automatische Mails gehen nicht mehr dorthin, bis jemand von dort schreibt."
    for member in post.responsible(ticket.request.service):
        if outbound.comes_back(connection, member.email):
            continue
        words = rules.writer.for_staff(
            ticket, events=tickets.history(connection, key), original="", attachments=(), doubts=(doubt,), member=member
        )
        post.to_staff(key, member, words, mailbox=rules.catalogue.mailbox(ticket.mailbox))
