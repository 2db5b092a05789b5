"""From the outbox to SMTP, and a copy of everything to the Sent folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import Connection
from tenacity import Retrying, retry_if_exception_type, wait_fixed

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.errors import DeliveryError, MailboxError, StoreError
from mailbot.mail.compose import on_the_wire
from mailbot.mail.imap import SENT, Filed, Folder
from mailbot.mail.smtp import Session
from mailbot.service import instruments
from mailbot.service.limits import objection, objections_to_copies
from mailbot.service.office import Office
from mailbot.store import delivery, histories, mailboxes
from mailbot.store.delivery import Copy
from mailbot.store.outbound import Outbound, State
from mailbot.store.portion import Most
from mailbot.tickets.ticket import BOT, Event

log = structlog.get_logger()

LEASE = timedelta(minutes=25)
"""How long one delivery may take, with all that a server may take its time for: who has no lease counts as dead after that."""

PATIENCE = timedelta(minutes=25)
"""How long a running bot asks a database again that does not take in that a mail has left."""

FILING = timedelta(minutes=1)
"""How long copies may take on their way to Sent: who has no lease counts as dead after that."""

COPIES = Most(mails=50, bytes=5_000_000)
"""What goes to Sent at a time."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 720, 1440, 1440, 1440))
"""Before the second, third … attempt: four days in all, the least that RFC 5321, 4.5.4.1 asks for. Then it is given up."""


def deliver(office: Office, *, until: Callable[[], bool] = lambda: False, patience: timedelta = timedelta()) -> int:
    """
    Send what is due; tells how many mails were handled, so 0 means that nothing is due any more.

    Once `until` says so, the mail in hand is the last. A database that does not take in that a mail has left is asked
    again for so long as `patience`: whoever gave up would send the same mail once more.

    Raises DeliveryError when the server cannot be reached: no mail is to blame, and none is touched.
    """
    with office.database.read() as connection:
        if not delivery.anything_due(connection, now=office.clock()):
            return 0
    try:
        with office.open_smtp(office.settings.outgoing()) as session:
            handled = _deliver_all(office, session, until, patience)
    except DeliveryError as error:
        with office.database.write() as connection:
            mailboxes.in_trouble(connection, "smtp", str(error), now=office.clock())
        raise
    with office.database.write() as connection:
        mailboxes.reached(connection, "smtp", now=office.clock())
    return handled


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """
    A mail that was taken out of the outbox.

    `without` are the copies that must not leave, each with the reason; `goes` False: the limits keep it back as a whole.
    """

    mail: Outbound
    raw: bytes
    without: Mapping[str, str] = field(default_factory=dict)
    goes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a mail: it was taken, but for the copies in `without`, or it was not, for `error`."""

    mail: Outbound
    without: Mapping[str, str] = field(default_factory=dict)
    error: DeliveryError | None = None


def _deliver_all(office: Office, session: Session, until: Callable[[], bool], patience: timedelta) -> int:
    handled, parcel = 0, None if until() else _begin(office)
    while parcel is not None and office.lease.lasts():  # else somebody else has it by now
        handled += 1
        report = _hand_over(office, session, parcel) if parcel.goes else None
        # The session may be broken; the next mail gets a new one.
        ends = report is not None and report.error is not None and report.error.again
        try:
            parcel = _go_on(office, report, ends=ends or until())
        except Exception:
            # Whatever is wrong with the next one: of this one it stays known what became of it.
            if report is not None:
                _write_down(office, report, until, patience)
            raise
    return handled


def _hand_over(office: Office, session: Session, parcel: Parcel) -> Report:
    mail = parcel.mail
    got_by = [on_the_wire(mail.recipient), *(on_the_wire(copy) for copy in mail.copies if copy not in parcel.without)]
    try:
        with instruments.sending():
            refused = session.send(parcel.raw, on_the_wire(_return_path(office.catalogue, mail.mailbox)), got_by)
    except DeliveryError as error:
        return Report(mail=mail, error=error)
    return Report(mail=mail, without={**parcel.without, **_by_address(mail.copies, refused)})


def _begin(office: Office) -> Parcel | None:
    with office.database.write() as connection:
        return _take(office, connection)


def _go_on(office: Office, report: Report | None, *, ends: bool) -> Parcel | None:
    """Write down what became of one mail and take the next: both in one commit, which may cost more than sending."""
    with office.database.write() as connection:
        if report is not None:
            _conclude(office, connection, report)
        parcel = None if ends else _take(office, connection)
    if report is not None:
        _log(report)
    return parcel


def _write_down(office: Office, report: Report, until: Callable[[], bool], patience: timedelta) -> None:
    try:
        with office.database.write() as connection:
            _conclude(office, connection, report)
    except Exception:
        if report.error is None:
            _mark_as_sent(office, report, until, patience)
        raise
    _log(report)


def _mark_as_sent(office: Office, report: Report, until: Callable[[], bool], patience: timedelta) -> None:
    """The history needs room, the mark needs none: better a gap in the history than the same mail twice."""
    again_and_again = Retrying(
        retry=retry_if_exception_type(StoreError),
        stop=lambda tried: until() or (tried.seconds_since_start or 0) >= patience.total_seconds(),
        wait=wait_fixed(1),
        reraise=True,
    )
    for attempt in again_and_again:
        with attempt, office.database.write() as connection:
            _mark(office, connection, report)


def _return_path(catalogue: Catalogue, mailbox: str) -> str:
    """Where delivery reports come back to us, even if the mailbox has left rules.yaml meanwhile."""
    return next((box.address for box in catalogue.mailboxes if box.id == mailbox), catalogue.mailboxes[0].address)


def _take(office: Office, connection: Connection) -> Parcel | None:
    claimed = delivery.claim(connection, now=office.clock(), lease=LEASE, by=office.lease.id)
    if claimed is None:
        return None
    mail, raw = claimed
    if mail.state is State.SENDING:
        text = "Nach einem Abbruch noch einmal gesendet; vielleicht kam die Mail zweimal an."
        _note(office, connection, mail, "trouble", text)
        # The digest has no ticket to note it on.
        log.warning("sent again, its fate was unknown", mail=mail.id, ticket=mail.ticket)
    if office.settings.limits == "off":
        return Parcel(mail=mail, raw=raw)
    if not _may_go(office, connection, mail):
        return Parcel(mail=mail, raw=raw, goes=False)
    return Parcel(mail=mail, raw=raw, without=objections_to_copies(connection, office.catalogue, mail, office.clock()))


def _may_go(office: Office, connection: Connection, mail: Outbound) -> bool:
    against = objection(connection, office.catalogue, mail, office.clock())
    if against is None:
        return True
    if against.until is None:
        delivery.stop(connection, mail.id, error=against.because)
    else:
        delivery.hold(connection, mail.id, until=against.until, error=against.because)
    if mail.state is not State.HELD or against.until is None:  # told once, however often it is looked at
        _note(office, connection, mail, "trouble", f"Mail an {mail.recipient} zurückgehalten: {against.because}.")
    log.warning("held back", mail=mail.id, ticket=mail.ticket)
    return False


def _by_address(copies: Sequence[str], refused: Mapping[str, str]) -> dict[str, str]:
    """What the server said of each copy, which it knows by the address on the wire."""
    return {copy: refused[on_the_wire(copy)] for copy in copies if on_the_wire(copy) in refused}


def _conclude(office: Office, connection: Connection, report: Report) -> None:
    if report.error is None:
        _succeeded(office, connection, report)
    else:
        _failed(office, connection, report.mail, report.error)


def _succeeded(office: Office, connection: Connection, report: Report) -> None:
    mail, copies = report.mail, _left(report)
    _mark(office, connection, report)
    whom = mail.recipient + (f", in Kopie an {', '.join(copies)}" if copies else "")
    _note(office, connection, mail, "sent", f"Mail an {whom}")
    for copy, because in report.without.items():
        _note(office, connection, mail, "trouble", f"Keine Kopie an {copy}: {because}")


def _mark(office: Office, connection: Connection, report: Report) -> None:
    filed = report.mail.mailbox not in office.settings.lmtp  # where mails are delivered there is no Sent
    delivery.sent(connection, report.mail.id, copies=_left(report), now=office.clock(), filed=filed)


def _left(report: Report) -> list[str]:
    return [copy for copy in report.mail.copies if copy not in report.without]


def _failed(office: Office, connection: Connection, mail: Outbound, error: DeliveryError) -> None:
    """What is told holds only where the mail is still in this sender's hands."""
    now = office.clock()
    if error.again and mail.attempts <= len(PAUSES):
        ended = delivery.postpone(connection, mail, until=now + PAUSES[mail.attempts - 1], error=str(error))
        if ended and error.perhaps:
            text = (
                f"Die Verbindung brach ab, als die Mail an {mail.recipient} schon übergeben war. "
                "Sie wird noch einmal gesendet und kommt vielleicht zweimal an."
            )
            _note(office, connection, mail, "trouble", text)
    elif delivery.refuse(connection, mail, now=now, error=str(error)):
        _note(office, connection, mail, "trouble", f"Nicht zustellbar an {mail.recipient}: {error}")


def _log(report: Report) -> None:
    mail, error = report.mail, report.error
    if error is None:
        if mail.automatic:
            instruments.answered(mail.mailbox)
        log.info("sent", mail=mail.id, ticket=mail.ticket)
    else:
        # What the server says in brackets may be the mail's own words; the ticket has them.
        log.warning("not sent", mail=mail.id, ticket=mail.ticket, error=str(error).partition(" (")[0], again=error.again)


def _note(office: Office, connection: Connection, mail: Outbound, kind: str, text: str) -> None:
    if mail.ticket is not None:
        histories.note(connection, mail.ticket, Event(at=office.clock(), kind=kind, by=BOT, text=text))


def file_copies(office: Office, box: Mailbox, folder: Folder) -> None:
    """Put a copy of every mail sent for this mailbox into its Sent folder, once."""
    while office.lease.lasts() and (taken := _take_copies(office, box)):
        ids = [each.id for each in taken]
        try:
            sent = box.sent or folder.special(SENT, "Sent")
            missing = _not_there(folder, sent, taken)
            if not office.lease.lasts():
                return  # this process stood still meanwhile: somebody else files them by now
            folder.append_all(sent, missing)
        except MailboxError:
            with office.database.write() as connection:
                delivery.give_back_copies(connection, ids)
            raise
        with office.database.write() as connection:
            delivery.copied(connection, ids)


def _not_there(folder: Folder, sent: str, copies: Sequence[Copy]) -> Sequence[Filed]:
    """Some servers file what they send by themselves; and whoever had these before may have been cut off before or after that."""
    there = folder.those_in(sent, [each.message_id for each in copies])
    return [Filed(raw=each.raw, when=each.sent_at) for each in copies if each.message_id not in there]


def _take_copies(office: Office, box: Mailbox) -> tuple[Copy, ...]:
    with office.database.write() as connection:
        return delivery.claim_copies(connection, box.id, now=office.clock(), lease=FILING, most=COPIES, by=office.lease.id)
