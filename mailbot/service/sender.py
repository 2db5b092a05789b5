"""From the outbox to SMTP, and a copy of everything to the Sent folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.errors import DeliveryError, StoreError
from mailbot.mail.compose import on_the_wire
from mailbot.mail.imap import Folder
from mailbot.mail.smtp import Outgoing
from mailbot.service import instruments
from mailbot.service.limits import objection, objections_to_copies
from mailbot.service.office import Office
from mailbot.store import mailboxes, outbound, tickets
from mailbot.store.outbound import Outbound, State
from mailbot.tickets.ticket import BOT, Event

log = structlog.get_logger()

LEASE = timedelta(minutes=25)
"""How long one delivery may take, with all that a server may take its time for; after that its sender counts as dead."""

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 720, 1440, 1440, 1440))
"""Before the second, third … attempt: four days in all, the least that RFC 5321, 4.5.4.1 asks for. Then it is given up."""


def deliver(office: Office, *, until: Callable[[], bool] = lambda: False) -> int:
    """
    Send what is due; tells how many mails were handled, so 0 means that nothing is due any more.

    Once `until` says so, the mail in hand is the last.

    Raises DeliveryError when the server cannot be reached: no mail is to blame, and none is touched.
    """
    with office.database.read() as connection:
        if not outbound.anything_due(connection, now=office.clock()):
            return 0
    try:
        with office.open_smtp(office.settings.outgoing()) as session:
            handled = _deliver_all(office, session, until)
    except DeliveryError as error:
        with office.database.write() as connection:
            mailboxes.in_trouble(connection, "smtp", str(error), now=office.clock())
        raise
    with office.database.write() as connection:
        mailboxes.reached(connection, "smtp", now=office.clock())
    return handled


def _deliver_all(office: Office, session: Outgoing, until: Callable[[], bool]) -> int:
    handled = 0
    while not until() and (claimed := _claim(office)) is not None:
        handled += 1
        mail, raw = claimed
        if not _may_go(office, mail):
            continue
        left_out = _left_out(office, mail)
        got_by = [on_the_wire(mail.recipient), *(on_the_wire(copy) for copy in mail.copies if copy not in left_out)]
        try:
            with instruments.sending():
                refused = session.send(raw, on_the_wire(_return_path(office.catalogue, mail.mailbox)), got_by)
        except DeliveryError as error:
            _failed(office, mail, error)
            if error.again:
                # The session may be broken; the next mail gets a new one.
                return handled
        else:
            _succeeded(office, mail, {**left_out, **_by_address(mail.copies, refused)})
    return handled


def _return_path(catalogue: Catalogue, mailbox: str) -> str:
    """Where delivery reports come back to us, even if the mailbox has left rules.yaml meanwhile."""
    return next((box.address for box in catalogue.mailboxes if box.id == mailbox), catalogue.mailboxes[0].address)


def _claim(office: Office) -> tuple[Outbound, bytes] | None:
    with office.database.write() as connection:
        claimed = outbound.claim(connection, now=office.clock(), lease=LEASE)
        if claimed is not None and claimed[0].state is State.SENDING:
            mail, _ = claimed
            text = "Nach einem Abbruch noch einmal gesendet; vielleicht kam die Mail zweimal an."
            _note(office, connection, mail, "trouble", text)
            # The digest has no ticket to note it on.
            log.warning("sent again, its fate was unknown", mail=mail.id, ticket=mail.ticket)
    return claimed


def _may_go(office: Office, mail: Outbound) -> bool:
    if office.settings.limits == "off":
        return True
    with office.database.write() as connection:
        against = objection(connection, office.catalogue, mail, office.clock())
        if against is None:
            return True
        if against.until is None:
            outbound.stop(connection, mail.id, error=against.because)
        else:
            outbound.hold(connection, mail.id, until=against.until, error=against.because)
        if mail.state is not State.HELD or against.until is None:  # told once, however often it is looked at
            _note(office, connection, mail, "trouble", f"Mail an {mail.recipient} zurückgehalten: {against.because}.")
    log.warning("held back", mail=mail.id, ticket=mail.ticket)
    return False


def _left_out(office: Office, mail: Outbound) -> dict[str, str]:
    """The copies that must not leave, with the reason; the mail itself goes all the same."""
    if office.settings.limits == "off" or not mail.copies:
        return {}
    with office.database.read() as connection:
        return objections_to_copies(connection, office.catalogue, mail, office.clock())


def _by_address(copies: Sequence[str], refused: Mapping[str, str]) -> dict[str, str]:
    """What the server said of each copy, which it knows by the address on the wire."""
    return {copy: refused[on_the_wire(copy)] for copy in copies if on_the_wire(copy) in refused}


def _succeeded(office: Office, mail: Outbound, without: Mapping[str, str]) -> None:
    copies = [copy for copy in mail.copies if copy not in without]
    try:
        with office.database.write() as connection:
            outbound.sent(connection, mail.id, copies=copies, now=office.clock())
            whom = mail.recipient + (f", in Kopie an {', '.join(copies)}" if copies else "")
            _note(office, connection, mail, "sent", f"Mail an {whom}")
            for copy, because in without.items():
                _note(office, connection, mail, "trouble", f"Keine Kopie an {copy}: {because}")
    except StoreError:
        # The history needs room, the mark needs none: better a gap in the history than the same mail twice.
        with office.database.write() as connection:
            outbound.sent(connection, mail.id, copies=copies, now=office.clock())
        raise
    if mail.automatic:
        instruments.answered(mail.mailbox)
    log.info("sent", mail=mail.id, ticket=mail.ticket)


def _failed(office: Office, mail: Outbound, error: DeliveryError) -> None:
    now = office.clock()
    with office.database.write() as connection:
        if error.again and mail.attempts <= len(PAUSES):
            outbound.postpone(connection, mail, until=now + PAUSES[mail.attempts - 1], error=str(error))
            if error.perhaps:
                _note(
                    office,
                    connection,
                    mail,
                    "trouble",
                    f"Die Verbindung brach ab, als die Mail an {mail.recipient} schon übergeben war. "
                    "Sie wird noch einmal gesendet und kommt vielleicht zweimal an.",
                )
        else:
            outbound.refuse(connection, mail.id, now=now, error=str(error))
            _note(office, connection, mail, "trouble", f"Nicht zustellbar an {mail.recipient}: {error}")
    # What the server says in brackets may be the mail's own words; the ticket has them.
    log.warning("not sent", mail=mail.id, ticket=mail.ticket, error=str(error).partition(" (")[0], again=error.again)


def _note(office: Office, connection: Connection, mail: Outbound, kind: str, text: str) -> None:
    if mail.ticket is not None:
        tickets.note(connection, mail.ticket, Event(at=office.clock(), kind=kind, by=BOT, text=text))


def file_copies(office: Office, box: Mailbox, folder: Folder) -> None:
    """Put a copy of every mail sent for this mailbox into its Sent folder, once."""
    while (found := _next_copy(office, box)) is not None:
        mail, raw = found
        sent = box.sent or folder.special("\\Sent", "Sent")
        if not folder.has(sent, mail.message_id):
            folder.append(sent, raw, when=mail.sent_at)
        with office.database.write() as connection:
            outbound.copied(connection, mail.id)


def _next_copy(office: Office, box: Mailbox) -> tuple[Outbound, bytes] | None:
    with office.database.read() as connection:
        return outbound.next_uncopied(connection, box.id)
