"""Who does not answer is reminded, and members' tickets are closed at last: once a working day, from a set time on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from mailbot.errors import StoreError
from mailbot.mail.message import Address
from mailbot.service.correspondence import tell
from mailbot.service.escalation import remind_staff
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.store import drafts, histories, jobs, returns, tickets
from mailbot.tickets import reminders
from mailbot.tickets.calendar import day_of, has_struck
from mailbot.tickets.reminders import GiveUp, Remind, Waiting
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import State, Ticket

log = structlog.get_logger()

JOB = "reminders"


def remind_if_due(office: Office) -> bool:
    """The clock's job; False when it is not due. Raises StoreError: then what is left is done at the next look."""
    catalogue, now = office.catalogue, office.clock()
    if not has_struck(catalogue.reminders.at, now, catalogue.hours):
        return False
    today = day_of(now, catalogue.hours).isoformat()
    with office.database.read() as connection:
        if jobs.is_done(connection, JOB, today):
            return False
        waiting = reminders.due(histories.in_states(connection, State.ASKING), catalogue, now)
        conversations = tuple(dict.fromkeys(each.conversation for each in waiting))
    for conversation in conversations:
        _guarded(office, conversation)
    with office.database.write() as connection:
        if not jobs.take(connection, JOB, today, now=now):
            return False
        rules = office.rules(connection)
        remind_staff(Post(office=office, connection=connection, rules=rules, now=now))
    return True


def _guarded(office: Office, conversation: int) -> None:
    """What goes wrong with one conversation costs only that one, and its turn comes again on the next working day."""
    try:
        _remind(office, conversation)
    except StoreError:
        raise
    except Exception:
        log.exception("could not remind", conversation=conversation)


def _remind(office: Office, conversation: int) -> None:
    """Look again at what is due there, for a mail or another bot may have come first; do it, and note that it is done."""
    with office.database.write() as connection:
        rules, now = office.rules(connection), office.clock()
        locked = tickets.in_conversation(connection, conversation)
        if rules.catalogue.in_shadow or drafts.waits(connection, conversation):
            return  # The member has not been asked yet: it is with staff to send the question.
        known = [(ticket, histories.of(connection, ticket.key)) for ticket in locked]
        post = Post(office=office, connection=connection, rules=rules, now=now)
        for waiting in reminders.due(known, rules.catalogue, now):
            _carry_out(post, waiting)


def _carry_out(post: Post, waiting: Waiting) -> None:
    those, box = waiting.tickets, post.catalogue.mailbox(waiting.tickets[0].mailbox)
    match waiting.step:
        case Remind(closes=closes):

            def remind(to: Address, known: bool) -> Words:
                return post.writer.reminder(those, closes=closes, to=to, mailbox=box, known=known)

            told = _reaches(post.connection, those[0]) and tell(post, those[0], remind)
            _note(post, those, "reminded", "an die fehlenden Angaben erinnert" if told else f"nicht erinnert: {_UNREACHED}")
        case GiveUp(since=since):

            def give_up(to: Address, known: bool) -> Words:
                return post.writer.given_up(those, since=since, to=to, mailbox=box, known=known)

            told = _reaches(post.connection, those[0]) and tell(post, those[0], give_up)
            for ticket in those:
                tickets.save(post.connection, replace(ticket, state=State.CLOSED, updated=post.now))
            text = f"abgeschlossen: seit dem {since:%d.%m.%Y} keine Antwort"
            _note(post, those, "closed", text if told else f"{text}; das Mitglied weiß es nicht: {_UNREACHED}")


_UNREACHED = "keine Mail kann es erreichen"


def _reaches(connection: Connection, ticket: Ticket) -> bool:
    return not returns.comes_back(connection, ticket.requester.email)


def _note(post: Post, those: Sequence[Ticket], kind: str, text: str) -> None:
    for ticket in those:
        post.note(ticket.key, kind, text)
