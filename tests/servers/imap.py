"""What every IMAP server of the tests has in common: any user, password "secret", each an empty mailbox."""

from __future__ import annotations

import os
import pwd
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from mailbot.login import Login
from tests.servers.certificates import Certificates

PASSWORD = "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapServer(ABC):
    """Where it listens, on 127.0.0.1. `imap` offers STARTTLS too."""

    imap: int
    imaps: int
    log: Path
    certificates: Certificates

    @abstractmethod
    def delivery(self) -> str:
        """How a Postfix hands mails to it, as lines of main.cf."""

    def agent(self) -> str:
        """What Postfix needs for that in master.cf."""
        return ""

    def login(self, user: str, scheme: str = "imap", password: str = PASSWORD) -> Login:
        """How to reach the mailbox of `user`; with TLS the host is "localhost", which the certificate names."""
        return Login(
            scheme=scheme,  # type: ignore[arg-type]
            host="127.0.0.1" if scheme == "imap" else "localhost",
            port=self.imaps if scheme == "imaps" else self.imap,
            user=user,
            password=password,
        )

    @contextmanager
    def seen_by_people(self, user: str) -> Iterator[IMAPClient]:
        """The mailbox of `user` in a mail program, INBOX open."""
        with IMAPClient("127.0.0.1", self.imap, ssl=False) as client:
            client.login(user, PASSWORD)
            client.select_folder("INBOX")
            yield client


def mail_user() -> pwd.struct_passwd:
    """Mails must not belong to root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
