"""
Mails from pending to their end, a few in one transaction.

Silence first (copies, machines), then identity (whose ticket, staff or member, proven or not), then understanding.
Whatever goes wrong costs only the mail it is about: three tries, then quarantine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from mailbot.catalogue import Catalogue
from mailbot.errors import Deadlock, KeptWaiting, StoreError
from mailbot.mail.message import Mail
from mailbot.mail.origin import Authenticity, Machine, Origin, origin
from mailbot.mail.report import delivery_report
from mailbot.mail.thread import Role, thread_of
from mailbot.service import absence, bounce, canary, instruments
from mailbot.service.answers import handle_answer
from mailbot.service.by_hand import concern_of, handle_by_hand
from mailbot.service.echo import note_echo, repeated
from mailbot.service.forward import NO_AUTHOR, forwarded, handle_forwarded
from mailbot.service.member import Case, handle_doubtful, handle_member
from mailbot.service.notes import is_for_notes
from mailbot.service.office import Office
from mailbot.service.order import handle_order
from mailbot.service.post import Post
from mailbot.service.readers import Read
from mailbot.service.request_of_data import keep_who_writes
from mailbot.service.secrecy import note_shown
from mailbot.service.whereabouts import whereabouts
from mailbot.store import claims, inbound, participants, returns, ticket_mails
from mailbot.store.claims import Turn
from mailbot.store.inbound import Inbound, State
from mailbot.store.portion import Most
from mailbot.tickets import decide
from mailbot.tickets.orders.grammar import begins_with_a_command

log = structlog.get_logger()

COME_BACK = "It is a mail of our own, come back: its Message-ID is signed by us."
NO_SENDER = {
    "silence": decide.NO_SENDER,
    "doubt": "Die Mail nennt keinen Absender; niemand hat eine Antwort bekommen.",
}
FORGED = {
    "silence": decide.FORGED,
    "doubt": "Unser Mailserver hält den Absender für gefälscht. Niemand hat eine Antwort bekommen.",
}
UNPROVEN_STAFF = {
    "silence": "the address is one of staff, and nothing proves it",
    "doubt": "Der Absender ist eine Adresse aus dem Team, aber nichts beweist, dass sie von dort kommt. Nichts wurde ausgeführt.",
}

TRIES = 3
LEASE = timedelta(minutes=5)
"""How long a batch may take: a worker that has no lease counts as dead after that."""

PUT_OFF = timedelta(seconds=5)
"""How long a mail lets others go first whose turn comes to nothing, by no fault of its own."""

SOON = timedelta(seconds=1)
"""When a mail is looked at again that waits for the one that it answers: somebody is at work on that one."""

BATCH = Most(mails=10, bytes=300_000)
"""What shares a commit, which may cost more than a mail. Small: what is written to the first sender waits for the last mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A mail that was taken, and how it reads; where it cannot be read, why."""

    row: Inbound
    raw: bytes
    read: Read | Exception


class TookTooLong(Exception):
    """
    The database would wait no longer while that mail was worked on: nothing of its batch is written.

    The mail may compute for ever; or the process was stopped, or its host asleep. Nobody can tell, so it costs the mail one
    of its tries, and its neighbours none.
    """

    def __init__(self, row: Inbound) -> None:
        super().__init__("it was worked on for so long that the database did not wait any more")
        self.row = row


def work(office: Office) -> bool:
    """
    Bring some mails to their end, each for itself, or one try further; False when there are none. Raises StoreError.

    Some are written in one transaction, and what goes wrong with one of them takes back that one alone.
    """
    _ = office.catalogue  # what has changed in rules.yaml is rehearsed before anything is locked
    most = office.readers.at_a_time or BATCH
    with office.database.write() as connection:
        claimed = claims.claim(connection, now=office.clock(), lease=LEASE, most=most, by=office.lease.id)
    if claimed and claimed[0][0].attempts > TRIES:
        ((row, _),) = claimed
        with office.database.write() as connection:
            _quarantine(office, connection, row, f"{TRIES} tries came to nothing, and in the last one the program ended")
        return True
    try:
        _work_on(office, claimed)
    except TookTooLong as error:
        with office.database.write() as connection:
            _failed(office, connection, error.row, error)
            _uncount(connection, [row for row, _ in claimed if row.id != error.row.id], until=office.clock())
    except Deadlock:
        with office.database.write() as connection:
            _uncount(connection, [row for row, _ in claimed], until=office.clock())
    except StoreError:
        # The database is to blame; the mails have all their tries still.
        with suppress(StoreError), office.database.write() as connection:
            _uncount(connection, [row for row, _ in claimed], until=office.clock() + PUT_OFF)
        raise
    if not claimed:
        office.readers.rest()
    return bool(claimed)


def _uncount(connection: Connection, rows: Iterable[Inbound], *, until: datetime) -> None:
    for row in rows:
        claims.uncount(connection, row, until=until)


def _work_on(office: Office, claimed: Sequence[tuple[Inbound, bytes]]) -> None:
    readings = office.readers.read([raw for _, raw in claimed], lambda: _rules_in_force(office))
    for at in range(0, len(claimed), BATCH.mails):
        some = zip(claimed[at : at + BATCH.mails], readings[at : at + BATCH.mails], strict=True)
        tasks = [Task(row=row, raw=raw, read=_outcome(reading)) for (row, raw), reading in some]
        with office.database.write() as connection:
            for task in tasks:
                _try(office, connection, task)


def _rules_in_force(office: Office) -> Catalogue:
    with office.database.read() as connection:
        return office.rules(connection).catalogue


def _outcome(reading: Callable[[], Read]) -> Read | Exception:
    try:
        return reading()
    except Exception as error:
        return error


def _try(office: Office, connection: Connection, task: Task) -> None:
    row = task.row
    try:
        with instruments.working(), office.database.part(connection):
            _handle(office, connection, task)
    except claims.AlreadyDone:
        log.warning("another worker was faster", mail=row.id)
    except KeptWaiting as error:
        raise TookTooLong(row) from error
    except StoreError:
        raise
    except Exception as error:
        _failed(office, connection, row, error)


def _failed(office: Office, connection: Connection, row: Inbound, error: Exception) -> None:
    log.error("could not process", mail=row.id, attempt=row.attempts, exc_info=error)
    if row.attempts < TRIES:
        claims.give_back(connection, row)
    else:
        _quarantine(office, connection, row, f"{type(error).__name__}: {error}")


def _quarantine(office: Office, connection: Connection, row: Inbound, reason: str) -> None:
    with suppress(claims.AlreadyDone):
        claims.finish(connection, row.id, State.QUARANTINED, now=office.clock(), reason=reason)
        instruments.quarantined(row.place.mailbox)
        log.error("in quarantine", mail=row.id)  # the reason may have words of the mail


def _handle(office: Office, connection: Connection, task: Task) -> None:
    row = task.row
    if isinstance(task.read, Exception):
        raise task.read
    mail = task.read.mail
    if row.by_hand:
        _handle_by_hand(office, connection, row, mail)
        return
    catalogue = office.catalogue
    source = origin(mail, own=catalogue.own_addresses, authserv_ids=catalogue.authserv_ids)
    copy_of = inbound.original(connection, row)
    if copy_of is not None:
        reason = f"the same mail as {copy_of.id} in {copy_of.place.mailbox}"
        claims.finish(connection, row.id, State.IGNORED, now=office.clock(), reason=reason)
    elif thread_of(mail.message_id, office.keys) is not None:
        now, here = office.clock(), row.place.mailbox
        reason = canary.FOUND if canary.is_ours(connection, mail.message_id, mailbox=here, now=now) else COME_BACK
        claims.finish(connection, row.id, State.IGNORED, now=now, reason=reason)
    elif source.machine is not None:
        _handle_machine(office, connection, row, task.raw, mail, source)
    elif _comes_too_early(office, connection, row, mail):
        return
    else:
        _handle_person(office, connection, row, task.read, source)
    log.info("processed", mail=row.id, mailbox=row.place.mailbox, tickets=ticket_mails.tickets_of(connection, row.id))


def _comes_too_early(office: Office, connection: Connection, row: Inbound, mail: Mail) -> bool:
    """Before the mail that it answers has its ticket, nobody can say what a mail is about: then it is given back."""
    answered = (*mail.in_reply_to, *mail.references)
    match claims.turn_of_answered(connection, row.id, answered, now=office.clock()):
        case Turn.IN_HAND:
            claims.uncount(connection, row, until=office.clock() + SOON)
        case Turn.FREE if row.attempts < TRIES:
            claims.give_back(connection, row)  # counted, so that it comes behind that one
        case _:
            return False
    return True


def _handle_by_hand(office: Office, connection: Connection, row: Inbound, mail: Mail) -> None:
    if not handle_by_hand(office, connection, office.rules(connection), row, mail):
        # The mail that it answers comes first.
        claims.uncount(connection, row, until=office.clock() + SOON)
        return
    log.info("written by hand", mail=row.id, mailbox=row.place.mailbox, tickets=ticket_mails.tickets_of(connection, row.id))


def _handle_machine(office: Office, connection: Connection, row: Inbound, raw: bytes, mail: Mail, source: Origin) -> None:
    reason = source.because
    concerned = None
    if source.machine is Machine.REPORT and (report := delivery_report(mail, raw)) is not None:
        concerned = bounce.note(office, connection, report, mail=row.id)
    elif source.machine is Machine.ABSENCE:
        concerned = absence.note(office, connection, mail, source, id=row.id)
    if concerned is not None:
        reason = f"{reason} It is about {concerned}."
    claims.finish(connection, row.id, State.IGNORED, now=office.clock(), reason=reason)


def _handle_person(office: Office, connection: Connection, row: Inbound, seen: Read, source: Origin) -> None:
    rules, mail = office.rules(connection), seen.mail
    by = rules.catalogue.member_of_staff(mail.sender.email)
    prefix = rules.catalogue.organisation.ticket_prefix
    vouched = source.authenticity is Authenticity.PASS
    place = whereabouts(connection, mail, prefix=prefix, secrets=office.keys, is_staff=by is not None, vouched=vouched)
    case = Case(row=row, mail=mail, origin=source, place=place, now=office.clock(), foresight=seen.foresight)
    note_shown(connection, mail, row.id, secrets=office.keys, our_people=rules.catalogue.our_people)
    if source.authenticity is not Authenticity.FAIL:
        returns.forgive(connection, mail.sender.email, now=case.now)
        post = Post(office=office, connection=connection, rules=rules, now=case.now, cause=row.id)
        keep_who_writes(post, mail.sender.email)
    is_note = by is not None and case.may_order and is_for_notes(mail, rules.catalogue)
    as_member = _writes_as_member(connection, case)
    writes_as_staff = by is not None and case.may_order and not as_member
    answers = writes_as_staff and place.notice is not None and not is_note
    about = _concerned(office, connection, case) if writes_as_staff or is_note else None
    ordered = is_note or answers or (writes_as_staff and (about is not None or begins_with_a_command(mail.body)))
    passed_on = () if is_note else forwarded(rules.catalogue, case, by)
    if not mail.sender.email:
        handle_doubtful(office, connection, rules, case, **NO_SENDER)
    elif by is not None and any(passed_on):
        handle_forwarded(office, connection, rules, case, by, passed_on)
    elif not ordered and (earlier := repeated(connection, mail, key=place.key, now=case.now)) is not None:
        note_echo(connection, case, earlier)
    elif source.authenticity is Authenticity.FAIL:
        handle_doubtful(office, connection, rules, case, **FORGED)
    elif by is not None and answers:
        handle_answer(office, connection, rules, case, by)
    elif by is not None and ordered:
        handle_order(office, connection, rules, case, by, about)
    elif by is None or case.known or as_member:
        handle_member(office, connection, rules, case, remark=NO_AUTHOR if passed_on else "")
    else:
        handle_doubtful(office, connection, rules, case, **UNPROVEN_STAFF)


def _concerned(office: Office, connection: Connection, case: Case) -> str | None:
    """The ticket that a mail of staff is about: theirs to see, whoever takes part in it, and also if they wrote to those."""
    return case.place.key or case.place.mentioned or next(iter(concern_of(office, connection, case.mail).keys), None)


def _writes_as_member(connection: Connection, case: Case) -> bool:
    """Staff are members too: who takes part in a ticket of their own writes as one."""
    place = case.place
    if place.key is None or place.role in (Role.STAFF, Role.INTERNAL):
        return False
    return participants.takes_part(connection, place.key, case.mail.sender.email)
