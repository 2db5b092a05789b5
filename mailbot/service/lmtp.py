"""
From a mail server on this machine to rows, without IMAP: a mail is answered with 250 only when it is durably kept.

One recipient a mail: LMTP wants a reply to each (RFC 2033, 4.2), and aiosmtpd gives one. A second recipient is put off (452), and
brought once more.
"""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from weakref import WeakSet

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailbot.catalogue import Mailbox
from mailbot.errors import MailboxError, StoreError
from mailbot.listener import Door
from mailbot.mail.compose import on_the_wire
from mailbot.service import instruments
from mailbot.service.bells import Bell, Bells, wake
from mailbot.service.identity import identity_of
from mailbot.service.inbox import note_trouble
from mailbot.service.office import Office
from mailbot.store import inbound, mailboxes
from mailbot.store.inbound import New, Place, State

log = structlog.get_logger()

FOLDER = "lmtp"
UIDVALIDITY = 1
"""The place of what came by LMTP: no server's folder, numbered by us."""

LARGEST = 50_000_000
"""Bytes of the largest mail that is taken; announced as SIZE (RFC 1870)."""

GREETING = "mailbot {}"
"""By which others know who listens, and for which mailbox."""

PATIENCE = 2.0
"""Seconds for the greeting of whoever listens."""


@contextmanager
def delivered_at(where: Door, office: Office, box: Mailbox, bells: Bells) -> Iterator[bool]:
    """
    Take what is delivered to the mailbox there, until the end of the block; False: another bot on this database does already.

    Raises MailboxError: nobody can listen there.
    """
    counter = _Counter(office, box, bells)
    with asyncio.Runner() as runner:
        try:
            server = runner.run(counter.open(where))
        except OSError as error:
            if greets(heard_at(where), _greeting(office, box)):
                yield False
                return
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error
            trouble = MailboxError(f"nobody can listen at {where}: {reason}; choose another {where.kind}", again=True)
            note_trouble(office, box, trouble)
            raise trouble from None
        loop = runner.get_loop()
        thread = Thread(target=loop.run_forever, name=f"lmtp {box.id}", daemon=True)
        thread.start()
        try:
            yield True
        finally:
            asyncio.run_coroutine_threadsafe(counter.close(server), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


def heard_at(where: Door) -> bytes | None:
    """The greeting of who listens there, empty where there is none in time; None: nobody listens."""
    try:
        with where.connect(timeout=PATIENCE) as wire:
            return wire.recv(1000)
    except TimeoutError:
        return b""
    except OSError:
        return None


def greets(heard: bytes | None, who: str) -> bool:
    """Whether who was heard calls itself that; more may follow."""
    return heard is not None and f" {who} ".encode() in heard.replace(b"\r\n", b" ")


def _greeting(office: Office, box: Mailbox) -> str:
    """Bots that share a database share its key as well, of which this gives nothing away."""
    return f"{GREETING.format(box.id)} {hmac.digest(office.keys[0], box.id.encode(), 'sha256').hex()[:16]}"


def note_open(office: Office, box: Mailbox) -> None:
    """For `status`: mails may come. Without the database each of them is told so, and the door stays open."""
    with suppress(StoreError), office.database.write() as connection:
        mailboxes.reached(connection, box.id, now=office.clock())


def keep(office: Office, box: Mailbox, raw: bytes, *, sender: str) -> None:
    """
    Keep a mail that was delivered to the mailbox; `sender` is that of the envelope, "" for a report.

    Raises StoreError: it is not kept, and must be delivered again. What is delivered twice is kept twice and
    known as a copy by whoever works on it (`inbound.original`).
    """
    # Who delivers to a mailbox writes down where the mail came from (RFC 5321, 4.4).
    whole = f"Return-Path: <{sender}>\r\n".encode("utf-8", "surrogateescape") + raw
    now = office.clock()
    with office.database.write() as connection:
        uid = mailboxes.next_uid(connection, box.id, FOLDER, uidvalidity=UIDVALIDITY)
        place = Place(mailbox=box.id, folder=FOLDER, uidvalidity=UIDVALIDITY, uid=uid)
        new = New(place=place, identity=identity_of(whole), raw=whole, received=now, state=State.PENDING)
        if not inbound.add(connection, new):
            raise StoreError(f"the mailbox {box.id} has a mail number {uid} already, the count of its mails is behind")
        mailboxes.reached(connection, box.id, now=now)
    instruments.received(box.id, 1)
    log.info("received", mailbox=box.id, mails=1)


@dataclass(frozen=True, slots=True)
class _Counter:
    """Who takes the mails of one mailbox, one after the other; the names of the methods are aiosmtpd's."""

    office: Office
    box: Mailbox
    bells: Bells
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    lines: WeakSet[LMTP] = field(default_factory=WeakSet)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, where: Door) -> asyncio.Server:
        """Raises OSError: nobody can listen there."""
        return await asyncio.get_running_loop().create_server(self._line, sock=where.listen())

    def _line(self) -> LMTP:
        """To one who delivers."""
        loop, ident = asyncio.get_running_loop(), _greeting(self.office, self.box)
        line = _Lmtp(self, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="localhost", ident=ident, loop=loop)
        self.lines.add(line)
        return line

    async def close(self, server: asyncio.Server) -> None:
        """Nobody has a turn after the mail in hand, whose sender is told what became of it."""
        server.close()
        self.closing.set()
        await self.turn.acquire()
        for line in self.lines:
            if line.transport is not None:
                line.transport.close()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if not _is_of(self.box, address):
            return "550 5.1.1 no such mailbox here"
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient a mail"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw, sender = envelope.original_content or b"", (envelope.mail_from or "").strip("<>")
        async with self.turn:
            if self.closing.is_set():
                return "451 4.3.2 going to rest"
            try:
                await asyncio.to_thread(keep, self.office, self.box, raw, sender=sender)
            except StoreError as error:
                log.error("not kept, will be delivered again", mailbox=self.box.id, error=str(error))
                return "451 4.3.0 cannot be kept now"
            await asyncio.to_thread(wake, self.office.database, self.bells, Bell.ARRIVED)
            return "250 2.6.0 kept"

    async def handle_exception(self, error: Exception) -> str:
        instruments.failed(f"receiver {self.box.id}")
        log.error("not kept, will be delivered again", mailbox=self.box.id, exc_info=error)
        return "451 4.3.0 cannot be kept now"


def _is_of(box: Mailbox, address: str) -> bool:
    """Whether it is the mailbox's own address or that for notes, with or without something behind a `+`."""
    local, _, domain = address.lower().rpartition("@")
    ours = {form for each in (box.address, box.notes) if each for form in (each, on_the_wire(each))}
    return not ours.isdisjoint({f"{local}@{domain}", f"{local.partition('+')[0]}@{domain}"})


class _Lmtp(LMTP):
    # Lines longer than RFC 5321 allows are written every day, and are no reason to send a mail back.
    line_length_limit = LARGEST
