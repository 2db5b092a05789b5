"""A mail server inside this process: IMAP by pymap, SMTP by aiosmtpd, on loopback ports, everything in memory."""

from __future__ import annotations

import asyncio
import logging
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope
from pymap.backend.dict import Config, DictBackend, Identity, Login
from pymap.imap import IMAPService
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata
from pysasl.hashing import Cleartext

from mailbot.demo.ports import free_ports
from mailbot.errors import MailbotError
from mailbot.login import Login as Credentials

PASSWORD = "demo"
START_SECONDS = 15.0


class MailServer:
    """
    Has IMAP accounts for `accounts`; what is sent to anybody else is kept in `mails_of`, the newest last.

    Like every provider it adds Return-Path and Authentication-Results to what comes in from outside.
    """

    def __init__(self, accounts: Sequence[str], authserv_id: str, ports: tuple[int, int] | None = None) -> None:
        self.mails_of: dict[str, list[bytes]] = defaultdict(list)
        self._accounts = frozenset(accounts)
        self._authserv_id = authserv_id
        self._imap, self._smtp = ports or free_ports(2)
        self._loop = asyncio.new_event_loop()
        self._login: Login | None = None
        self._ready, self._stop = Event(), asyncio.Event()
        self._error: BaseException | None = None

    def imap(self, account: str) -> Credentials:
        """How the bot reaches an account."""
        return Credentials(scheme="imap", host="127.0.0.1", port=self._imap, user=account, password=PASSWORD)

    @property
    def smtp(self) -> Credentials:
        """How the bot sends."""
        return Credentials(scheme="smtp", host="127.0.0.1", port=self._smtp)

    def arrive(self, raw: bytes, *, sender: str, to: str) -> None:
        """A mail from outside, proven to come from `sender`."""
        asyncio.run_coroutine_threadsafe(self._deliver(self._stamp(sender) + raw, to), self._loop).result()

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:
        """What is sent, taken by aiosmtpd. What does not come from one of the accounts comes from outside."""
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        sender = envelope.mail_from or ""
        for to in envelope.rcpt_tos:
            await self._deliver(content if sender in self._accounts else self._stamp(sender) + content, to)
        return "250 taken"

    def _stamp(self, sender: str) -> bytes:
        return (
            f"Return-Path: <{sender}>\r\n"
            f"Authentication-Results: {self._authserv_id}; dmarc=pass header.from={sender.rpartition('@')[2]}\r\n"
        ).encode()

    async def _deliver(self, raw: bytes, to: str) -> None:
        if self._login is None or to not in self._accounts:
            self.mails_of[to].append(raw)
            return
        async with Identity(to, self._login, None, frozenset()).new_session() as session:
            inbox = await session.mailbox_set.get_mailbox("INBOX")
            await inbox.append(AppendMessage(raw, datetime.now(UTC), frozenset()))

    def run(self) -> None:
        """Serve until `stop`; in a thread of its own."""
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._error = error
        finally:
            self._loop.close()
            self._ready.set()

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            await self._start_imap(stack)
            smtp = await self._loop.create_server(
                lambda: SMTP(self, hostname="mail.demo.example", loop=self._loop, enable_SMTPUTF8=False),
                "127.0.0.1",
                self._smtp,
            )
            stack.callback(smtp.close)
            self._ready.set()
            await self._stop.wait()

    async def _start_imap(self, stack: AsyncExitStack) -> None:
        args = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
        config = Config(
            args,
            demo_data=False,
            demo_user="",
            demo_password="",
            host="127.0.0.1",
            port=self._imap,
            tls_enabled=False,
            secure_auth=False,
            hash_context=Cleartext(),  # nothing to guard here, and half a million rounds of PBKDF2 for each login
        )
        config.apply_context()
        self._login = Login(config)
        password = await Passwords(config).hash_password(PASSWORD)
        for account in self._accounts:
            await Identity(account, self._login, None, frozenset()).set(UserMetadata(config, account, password=password))
        await IMAPService(DictBackend(self._login, config), config).start(stack)

    def wait_until_ready(self) -> None:
        """Until both servers listen. Raises MailbotError when they do not come up."""
        if not self._ready.wait(START_SECONDS) or self._error is not None:
            raise MailbotError(f"the demo's mail server does not start ({self._error or 'no answer'})")

    def stop(self) -> None:
        """End `run`."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)


@contextmanager
def running_server(accounts: Sequence[str], authserv_id: str, ports: tuple[int, int] | None = None) -> Iterator[MailServer]:
    """A mail server until the end of the block; `ports` of IMAP and SMTP, without them some that are free."""
    for name in ("pymap", "mail.log", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    server = MailServer(accounts, authserv_id, ports)
    thread = Thread(target=server.run, name="demo mail server", daemon=True)
    thread.start()
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()
        thread.join(timeout=5)
