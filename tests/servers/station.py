"""Postfix and an IMAP server together: hand a mail in, and look into the mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import uuid4

from mailbot.mail.imap import open_folder
from mailbot.mail.smtp import open_smtp
from tests.servers.imap import ImapServer
from tests.servers.postfix import Postfix
from tests.servers.process import eventually


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A mail server. Every address is a mailbox, empty until the first mail; the password is "secret"."""

    imap: ImapServer
    postfix: Postfix

    def address(self, name: str = "") -> str:
        """An address whose mailbox no other test knows."""
        return f"{name or 'post'}-{uuid4().hex[:12]}@verein.example"

    def imap_url(self, address: str) -> str:
        """As it stands in MAILBOT_IMAP_…"""
        return f"imap://{address.replace('@', '%40')}:secret@127.0.0.1:{self.imap.imap}"

    @property
    def smtp_url(self) -> str:
        """As it stands in MAILBOT_SMTP."""
        return f"smtp://127.0.0.1:{self.postfix.smtp}"

    def send(self, raw: bytes, to: str, sender: str = "member@posteo.example") -> None:
        """Hand a mail in by SMTP, as a member's provider does."""
        with open_smtp(self.postfix.login()) as server:
            server.send(raw, sender, [to])

    def put(self, raw: bytes, address: str, folder: str = "INBOX") -> None:
        """Lay a mail into a folder by IMAP, unread, exactly as it is."""
        with open_folder(self.imap.login(address), "INBOX") as inbox:
            inbox.append(folder, raw, seen=False)

    def inbox(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """All mails that lie in the folder, as they are; the oldest first."""
        with open_folder(self.imap.login(address), "INBOX", readonly=True) as inbox:
            if folder == "INBOX":
                return [each.raw for each in inbox.fetch(inbox.uids())]
            if inbox.known(folder) is None:
                return []
        with open_folder(self.imap.login(address), folder, readonly=True) as opened:
            return [each.raw for each in opened.fetch(opened.uids())]

    def wait_for_mails(self, address: str, number: int, *, timeout: float = 15) -> list[EmailMessage]:
        """All mails of the inbox, the oldest first, as soon as there are so many; else the test fails."""

        def look() -> list[EmailMessage] | None:
            mails = [parsed(raw) for raw in self.inbox(address)]
            return mails if len(mails) >= number else None

        return eventually(look, timeout=timeout, failure=lambda: f"no {number} mails for {address} after {timeout} s")

    def wait_for_mail(
        self,
        address: str,
        wanted: Callable[[EmailMessage], bool] = lambda mail: True,
        *,
        folder: str = "INBOX",
        timeout: float = 15,
    ) -> EmailMessage:
        """The first mail in the folder that is wanted, as soon as it is there; else the test fails with what there is."""

        def look() -> EmailMessage | None:
            return next((mail for mail in map(parsed, self.inbox(address, folder)) if wanted(mail)), None)

        def failure() -> str:
            there = [str(parsed(raw)["Subject"]) for raw in self.inbox(address, folder)]
            return f"no such mail for {address} in {folder} after {timeout} s; there are: {there}"

        return eventually(look, timeout=timeout, failure=failure)


def parsed(raw: bytes) -> EmailMessage:
    """As Python's own library reads it: another reader than the bot's."""
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    return mail
