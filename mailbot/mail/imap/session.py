"""A connection to an IMAP server on which somebody is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imapclient import IMAPClient

from mailbot.errors import MailboxError
from mailbot.mail.imap.errors import FOREIGN, translated, whose
from mailbot.mail.network import tls_context
from mailbot.settings import Login


@contextmanager
def session(login: Login, *, timeout: float, ca_file: Path | None) -> Iterator[IMAPClient]:
    """
    Connected and logged in until the end of the block; dates are aware.

    Raises MailboxError: no connection, or the server does not let us in.
    """
    with translated(login, "connection"):
        client = IMAPClient(
            login.host,
            login.port,
            ssl=login.scheme == "imaps",
            ssl_context=tls_context(ca_file) if login.scheme == "imaps" else None,
            timeout=timeout,
        )
    try:
        with translated(login, "login"):
            client.normalise_times = False  # aware dates
            _log_in(client, login, ca_file)
        yield client
    except BaseException:
        # No LOGOUT: after an error nobody knows what the server would take it for, or whether it answers.
        with suppress(*FOREIGN):
            client.shutdown()
        raise
    try:
        client.logout()
    except FOREIGN:
        with suppress(*FOREIGN):
            client.shutdown()


def _log_in(client: IMAPClient, login: Login, ca_file: Path | None) -> None:
    if login.scheme == "imap+starttls":
        client.starttls(tls_context(ca_file))
    if login.user is None or login.password is None:
        raise MailboxError(f"{whose(login)}: the login names no user and password", again=False)
    # LOGIN takes ASCII only (RFC 3501), PLAIN takes any password.
    if client.has_capability("AUTH=PLAIN"):
        client.plain_login(login.user, login.password)
    else:
        client.login(login.user, login.password)
