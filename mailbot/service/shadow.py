"""
The trial in shadow: what the bot would say is written down (`Post`), and never leaves.

It begins before the bot has written to anybody, and is over when the bot is started in another mode: what was written is
laid aside then, and what its tickets wait for is told in tickets/trial.py. Nothing is sent by that.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection

from mailbot.errors import CatalogueError
from mailbot.service.office import Office
from mailbot.store import histories, inbound, shadow, tickets
from mailbot.tickets.decide import THANKS
from mailbot.tickets.ticket import Event, State
from mailbot.tickets.trial import OVER, laid_down

log = structlog.get_logger()


def settle(office: Office) -> None:
    """
    At the start of a bot: see that it may be in shadow, or end the trial that there was.

    Raises CatalogueError: it shall be in shadow, and has written to people already, who would wait for answers.
    """
    with office.database.write() as connection:
        if not office.catalogue.in_shadow:
            if shadow.is_there(connection):
                _end(office, connection)
        elif shadow.has_spoken(connection):
            raise CatalogueError(
                f"{office.settings.rules}: 'mode: shadow' is for a bot that has not written to anybody yet, and this one has; "
                "take 'mode: draft', or name another database in MAILBOT_DATABASE"
            )


def _end(office: Office, connection: Connection) -> None:
    now = office.clock()
    dropped = shadow.drop_all(connection, error=OVER)
    shadow.leave_in_place(connection)
    all_of_them = histories.in_states(connection, *(state for state in State if state is not State.CLOSED))
    for ticket, events in all_of_them:
        after, event = laid_down(ticket, events, _thanks(connection, events), now)
        tickets.save(connection, after)
        histories.note(connection, ticket.key, event)
    log.info("the trial is over", mails=dropped, tickets=len(all_of_them))


def _thanks(connection: Connection, events: Sequence[Event]) -> frozenset[int]:
    mails = {event.mail for event in events if event.kind == "received" and event.mail is not None}
    return frozenset(mail for mail in mails if inbound.get(connection, mail)[0].reason == THANKS)
