"""What every part of the running bot works with, made in one place."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.login import Login
from mailbot.mail.imap import Folder, open_folder
from mailbot.mail.smtp import Session, open_smtp
from mailbot.mail.thread import Role, make_message_id
from mailbot.service.heart import UNLEASED, Lease
from mailbot.service.readers import Readers
from mailbot.service.rehearsed import is_known, remember, state_of
from mailbot.service.rulebook import Rulebook, Rules
from mailbot.service.tokens import AccessTokens
from mailbot.service.written import Written
from mailbot.settings import Settings, new_secret, secret_beside
from mailbot.store import holds, tickets
from mailbot.store import secrets as shared_secrets
from mailbot.store.database import Database, open_database
from mailbot.tickets.ticket import Ticket

OpenFolder = Callable[..., AbstractContextManager[Folder]]
OpenSmtp = Callable[[Login], AbstractContextManager[Session]]


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def random_nonce() -> str:
    """64 random bits for a Message-ID."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Settings, rules, database, keys of the reply tokens, and the ways to the clock and the servers."""

    settings: Settings
    rulebook: Rulebook
    database: Database
    keys: tuple[bytes, ...]
    clock: Callable[[], datetime] = utc_now
    nonce: Callable[[], str] = random_nonce
    readers: Readers = field(default_factory=Readers)
    written: Written = field(default_factory=Written)
    open_folder: OpenFolder = open_folder
    open_smtp: OpenSmtp = open_smtp
    lease: Lease = UNLEASED
    """Of the part of a running bot whose office this is: what it takes bears it."""

    def new_message_id(self, key: str, role: Role, recipient: str, *, copies: Sequence[str] = ()) -> str:
        """A signed Message-ID of a mail to them; `key` is its ticket's, or what stands in place of one."""
        domain = self.catalogue.organisation.domain
        return make_message_id(key, role, recipient, copies=copies, nonce=self.nonce(), domain=domain, secret=self.keys[0])

    def rules(self, connection: Connection) -> Rules:
        """The rules in force, with the holds that the database knows."""
        return self.rulebook.current(holds.holds(connection))

    @property
    def catalogue(self) -> Catalogue:
        """The rules in force as rules.yaml has them."""
        return self.rulebook.catalogue

    @property
    def folders(self) -> tuple[Mailbox, ...]:
        """The mailboxes that are read by IMAP. Others have no folders: their mails are delivered (service/lmtp.py)."""
        return tuple(box for box in self.catalogue.mailboxes if box.id not in self.settings.lmtp)


@contextmanager
def open_office(
    settings: Settings,
    *,
    rehearse: bool = False,
    clock: Callable[[], datetime] = utc_now,
    nonce: Callable[[], str] = random_nonce,
    folders: OpenFolder | None = None,
    smtp: OpenSmtp | None = None,
) -> Iterator[Office]:
    """
    Wire everything; defaults are for real use. `rehearse`: first render every template and run the examples, where
    they are not those that were rehearsed at another start, and see that no ticket has lost its service or mailbox.

    Raises MailbotError: rules, templates, secret or database are not as they must be.
    """
    state = state_of(settings.rules, settings.templates) if rehearse else ""
    anew = rehearse and not is_known(settings.database, state)
    read = partial(Rulebook, settings.rules, settings.templates, delivered=settings.lmtp)
    rulebook = read(rehearse=anew)
    if rehearse and not anew and state != state_of(settings.rules, settings.templates):
        rulebook = read(rehearse=True)  # somebody has saved meanwhile: what was read may not be what was rehearsed
    with ExitStack() as open_now:
        database = open_database(settings.database)
        open_now.callback(database.close)
        readers = Readers(settings.readers)
        open_now.callback(readers.rest)
        rulebook.mind(lambda: _unfinished(database), at_once=rehearse)
        if anew and state == state_of(settings.rules, settings.templates):
            remember(database, state, now=clock())
        keys = settings.keys(lambda: _kept_secret(settings, database))
        tokens = AccessTokens(database, keys)
        yield Office(
            settings=settings,
            rulebook=rulebook,
            database=database,
            keys=keys,
            clock=clock,
            nonce=nonce,
            readers=readers,
            open_folder=folders or partial(open_folder, tokens=tokens),
            open_smtp=smtp or partial(open_smtp, tokens=tokens, sign_by=settings.dkim),
        )


@contextmanager
def tokens_for(settings: Settings, login: Login) -> Iterator[AccessTokens | None]:
    """
    Access tokens for a command that needs no office. The database is opened for them, where refresh tokens are kept
    that have taken the place of others; a login that is not by OAuth 2 needs neither.

    Raises SettingsError, StoreError.
    """
    if login.way != "oauth":
        yield None
        return
    database = open_database(settings.database)
    try:
        yield AccessTokens(database, settings.keys(lambda: _kept_secret(settings, database)))
    finally:
        database.close()


def _unfinished(database: Database) -> tuple[Ticket, ...]:
    with database.read() as connection:
        return tickets.unfinished(connection)


def _kept_secret(settings: Settings, database: Database) -> str:
    if settings.database.drivername == "sqlite":
        return secret_beside(Path(settings.database.database or ""))
    # All bots that share a PostgreSQL must share the key; beside it there is no place but in it.
    with database.write() as connection:
        return shared_secrets.shared(connection, shared_secrets.REPLY_TOKENS, proposal=new_secret())
