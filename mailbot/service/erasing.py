"""The clock's job that erases whom staff have ordered to: when nobody can undo it, and the last mail has left."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from mailbot.service.office import Office
from mailbot.service.privacy import Erased, forget, still_needed
from mailbot.store import erasures, outbound, person, tickets
from mailbot.store.erasures import Asked
from mailbot.tickets.orders.undoing import IN_TIME
from mailbot.tickets.person import is_finished
from mailbot.tickets.ticket import Event

log = structlog.get_logger()

TAKEN_BACK = "nicht gelöscht: der Vorgang ist wieder offen"


def erase_what_was_asked(office: Office) -> int:
    """Erase everybody for whom the time has come; tells how many they were."""
    with office.database.read() as connection:
        due = [each for each in erasures.asked(connection) if each.asked_at + IN_TIME <= office.clock()]
    done = 0
    for each in due:
        with office.database.write() as connection:
            done += _erase(office, connection, each)
    if done:
        office.database.leave_no_trace(whole=True)
        log.info("erased", persons=done)
    return done


def _erase(office: Office, connection: Connection, asked: Asked) -> bool:
    now, ticket = office.clock(), tickets.lock(connection, asked.ticket)
    if asked not in erasures.asked(connection):  # another bot was faster
        return False
    if ticket.forgotten_at is not None:
        erasures.carried_out(connection, asked.id, tickets=0, mails=0, now=now)
        return False
    if not is_finished(ticket):
        erasures.take_back(connection, ticket.key)
        tickets.note(connection, ticket.key, Event(at=now, kind="note", by="mailbot", text=TAKEN_BACK))
        return False
    if outbound.leaves(connection, ticket.key):  # before every mail is opened
        return False
    found = person.find(connection, ticket.requester.email)
    if still_needed(found):
        return False
    erased: Erased = forget(connection, found, now=now)
    erasures.carried_out(connection, asked.id, tickets=erased.tickets, mails=erased.mails, now=now)
    return True
