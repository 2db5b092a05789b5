"""One person's data: found, and erased (GDPR, Art. 17). What they are handed is packed in `access.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailbot.errors import MailbotError
from mailbot.service.office import Office
from mailbot.store import erasures, person
from mailbot.store.forgetting import blacken, forget_mails, forget_ours, forget_tickets, numbers_of, take_out
from mailbot.store.person import Progress, Traces

ERASED = "Inhalte gelöscht: auf Wunsch der Person"
TAKEN_OUT = "Angaben zu einer Person gelöscht, auf deren Wunsch"
BECAUSE = "erased at the wish of somebody whom it names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much is gone: tickets that were emptied or that the person has left, mails in and out."""

    tickets: int
    mails: int


def nobody(done: int, total: int) -> None:
    """Who does not care how far the search is."""


def look_for(office: Office, address: str, progress: Progress = nobody) -> Traces:
    """
    All that the database holds about a person. Changes nothing.

    Raises MailbotError: it is no address, or one of the association's, which stands in every mail.
    """
    wanted = _checked(office, address)
    with office.database.read() as connection:
        return person.find(connection, wanted, progress)


def _checked(office: Office, address: str) -> str:
    wanted = address.strip().lower()
    local, _, domain = wanted.partition("@")
    if not (local and "." in domain) or any(each.isspace() for each in wanted) or "@" in domain:
        raise MailbotError(f"'{address}' is no address; one person has one like anna@posteo.example")
    catalogue = office.catalogue
    if wanted in catalogue.own_addresses:
        raise MailbotError(f"{wanted} is a shared mailbox; it stands in every mail and is nobody's own")
    if catalogue.member_of_staff(wanted) is not None:
        raise MailbotError(
            f"{wanted} works on tickets, so other people's data go there; take it out of 'staff' in rules.yaml first"
        )
    return wanted


def erase(office: Office, traces: Traces, *, by: str, even_open: bool = False) -> Erased:
    """
    Everything of a person goes, for good; `by` is who has ordered it. What came in since they were looked for goes too.

    Raises MailbotError, and nothing is changed: their data are still needed, unless `even_open`.
    """
    now = office.clock()
    with office.database.write() as connection:
        found = person.find(connection, traces.subject.address, known=traces)
        if not even_open and (why := still_needed(found)):
            raise MailbotError(f"nothing was erased: {why}")
        erased = forget(connection, found, now=now)
        erasures.done(connection, by=by, tickets=erased.tickets, mails=erased.mails, now=now)
    office.database.leave_no_trace(whole=True)
    return erased


def still_needed(traces: Traces) -> str:
    """Why a person cannot be erased yet, "" where nothing is against it."""
    if traces.unfinished:
        return f"their data are still needed for {', '.join(traces.unfinished)}; close them, or use --even-open"
    if traces.unread:
        return (
            "a mail from them or about them has not been processed yet; run the bot, see mailbot quarantine, or use --even-open"
        )
    if traces.unsent:
        return "a mail to them or about them has not left yet; run the bot first, or use --even-open"
    return ""


def forget(connection: Connection, traces: Traces, *, now: datetime) -> Erased:
    """What `erase` does, in the transaction of somebody else."""
    own = numbers_of(connection, [ticket.key for ticket in traces.own])
    forget_tickets(connection, own, now=now, kind="erased", because=ERASED)
    for ticket in traces.shared:
        take_out(connection, ticket, traces.subject, now=now, because=TAKEN_OUT)
    blacken(connection, traces.called_in, traces.subject)
    came = traces.came - traces.wishes_of_others
    forget_mails(connection, sorted(came), now=now, because=BECAUSE)
    forget_ours(connection, sorted(traces.went), now=now)
    return Erased(tickets=len(traces.own) + len(traces.shared), mails=len(came) + len(traces.went))
