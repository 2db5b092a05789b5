"""A member's absence note gets no answer, but the day on which they are back moves what the clock wants of them."""

from __future__ import annotations

from sqlalchemy import Connection

from mailbot.mail.message import Mail
from mailbot.mail.origin import Authenticity, Origin
from mailbot.service.office import Office
from mailbot.service.whereabouts import whereabouts
from mailbot.store import histories, tickets
from mailbot.tickets.calendar import day_of
from mailbot.tickets.reminders import absent
from mailbot.understanding.absence import day_of_return


def note(office: Office, connection: Connection, mail: Mail, source: Origin, *, id: int) -> str | None:
    """
    Note on its ticket when the requester is back; gives the ticket's key, None where there is nothing to note.

    `id` is that of the inbound mail. A note of anybody else moves nothing, and the same day is noted once.
    """
    catalogue, now = office.catalogue, office.clock()
    back = day_of_return(mail, day_of(now, catalogue.hours))
    if back is None or source.authenticity is Authenticity.FAIL:
        return None
    prefix = catalogue.organisation.ticket_prefix
    key = whereabouts(connection, mail, prefix=prefix, secrets=office.keys, is_staff=False).key
    if key is None or tickets.get(connection, key).requester.email != mail.sender.email:
        return None
    event = absent(back, at=now, by=mail.sender.email, mail=id)
    if all((known.kind, known.text) != (event.kind, event.text) for known in histories.of(connection, key)):
        histories.note(connection, key, event)
    return key
