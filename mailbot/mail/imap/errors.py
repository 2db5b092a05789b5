"""What the errors of imapclient mean, in words."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from imapclient import exceptions

from mailbot.errors import MailboxError
from mailbot.login import Login
from mailbot.mail.network import trouble

SENTENCES: Mapping[type[Exception], tuple[str, bool]] = MappingProxyType(
    {
        exceptions.LoginError: ("user or password is wrong", False),
        exceptions.CapabilityError: ("the server cannot do what is needed", False),
        exceptions.IllegalStateError: ("the server was asked out of turn", True),
        exceptions.InvalidCriteriaError: ("the server does not understand what was looked for", False),
        exceptions.ProtocolError: ("the server answers with something that is not IMAP", True),
        imaplib.IMAP4.readonly: ("the folder has become read-only", False),
        imaplib.IMAP4.abort: ("the server closed the connection", True),
        imaplib.IMAP4.error: ("the server refuses", True),
    }
)
"""Every exception of imapclient, in words, and whether trying again makes sense; a test sees to it that none is missing."""

FOREIGN = (imaplib.IMAP4.error, OSError, UnicodeError)
"""What imapclient, the socket and TLS raise."""

_PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]")  # RFC 5530


@contextmanager
def translated(login: Login, what: str) -> Iterator[None]:
    """Whatever is FOREIGN in the block, where `what` is asked for, becomes a MailboxError."""
    try:
        yield
    except FOREIGN as error:
        raise mailbox_error(error, login, what) from error


def mailbox_error(error: Exception, login: Login, what: str) -> MailboxError:
    """What an error of imapclient, the socket or TLS means, while `what` was asked for."""
    if isinstance(error, exceptions.LoginError) and isinstance(error.__context__, imaplib.IMAP4.abort):
        # The library calls it so, too, when the connection ends before the server has judged.
        error = error.__context__
    found = next((SENTENCES[kind] for kind in type(error).__mro__ if kind in SENTENCES), None)
    if found is None:
        sentence, again = trouble(error, login)
        return MailboxError(sentence, again=again)
    sentence, again = found
    words = " ".join(str(error).removeprefix("b'").removesuffix("'").split())
    return MailboxError(f"{whose(login)}: {what}: {sentence} ({words})", again=again or bool(_PASSING.search(words)))


def whose(login: Login) -> str:
    """Which mailbox a sentence is about."""
    return f"{login.user or 'nobody'} at {login.host}:{login.port}"
