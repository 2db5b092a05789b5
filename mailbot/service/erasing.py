"""The clock's job that erases whom staff have ordered to: when nobody can undo it, and the last mail has left."""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from mailbot.service.office import Office
from mailbot.service.privacy import Erased, forget, still_needed
from mailbot.service.request_of_data import OPEN_AGAIN, keep_after_all
from mailbot.store import erasures, histories, outbound, person, tickets
from mailbot.store.erasures import Asked
from mailbot.store.person import Traces
from mailbot.tickets.orders.undoing import IN_TIME

log = structlog.get_logger()


def erase_what_was_asked(office: Office) -> int:
    """Erase everybody for whom the time has come; tells how many they were."""
    with office.database.read() as connection:
        due = [each for each in erasures.asked(connection) if each.asked_at + IN_TIME <= office.clock()]
    done = sum(_erase(office, each) for each in due)
    if done:
        office.database.leave_no_trace(whole=True)
        log.info("erased", persons=done)
    return done


def _erase(office: Office, asked: Asked) -> bool:
    """Every mail is opened before the rest of the bot has to wait."""
    with office.database.read() as connection:
        address = tickets.get(connection, asked.ticket).requester.email
        waits = not address or outbound.may_leave(connection, asked.ticket) or person.in_the_way(connection, address)
        found = None if waits else person.find(connection, address)
    with office.database.write() as connection:
        return _decide(office, connection, asked, found)


def _decide(office: Office, connection: Connection, asked: Asked, found: Traces | None) -> bool:
    now, ticket = office.clock(), tickets.lock(connection, asked.ticket)
    if asked not in erasures.asked(connection):  # another bot was faster
        return False
    if ticket.forgotten_at is not None:
        erasures.carried_out(connection, asked.id, tickets=0, mails=0, now=now)
        return False
    if not ticket.is_finished or _was_reopened(connection, asked):
        keep_after_all(connection, ticket.key, because=OPEN_AGAIN, now=now, asked_at=asked.asked_at)
        return False
    if found is None:
        return False
    found = person.find(connection, ticket.requester.email, known=found)
    if still_needed(found):
        return False
    erased: Erased = forget(connection, found, now=now)
    erasures.carried_out(connection, asked.id, tickets=erased.tickets, mails=erased.mails, now=now)
    return True


def _was_reopened(connection: Connection, asked: Asked) -> bool:
    """Whether anybody wanted something of it meanwhile, and it is closed once more."""
    history = histories.of(connection, asked.ticket)
    return any(event.kind == "reopened" and event.at >= asked.asked_at for event in history)
