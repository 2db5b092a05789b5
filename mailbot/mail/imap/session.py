"""A connection to an IMAP server on which somebody is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imapclient import IMAPClient, exceptions

from mailbot.errors import MailboxError, TokenError
from mailbot.login import Login
from mailbot.mail.imap.errors import FOREIGN, mailbox_error, translated, whose
from mailbot.mail.network import tls_context
from mailbot.mail.oauth import MECHANISMS, Tokens, bearer


@contextmanager
def session(login: Login, *, timeout: float, ca_file: Path | None, tokens: Tokens | None) -> Iterator[IMAPClient]:
    """
    Connected and logged in until the end of the block; dates are aware.

    Raises MailboxError: no connection, or the server does not let us in.
    """
    with translated(login, "connection"):
        client = IMAPClient(
            login.host,
            login.port,
            ssl=login.scheme == "imaps",
            ssl_context=tls_context(ca_file, login.certificate) if login.scheme == "imaps" else None,
            timeout=timeout,
        )
    try:
        with translated(login, "login"):
            client.normalise_times = False  # aware dates
            if login.scheme == "imap+starttls":
                client.starttls(tls_context(ca_file, login.certificate))
            _log_in(client, login, tokens)
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


def _log_in(client: IMAPClient, login: Login, tokens: Tokens | None) -> None:
    match login.way:
        case "oauth" if tokens is not None:
            _by_token(client, login, tokens)
        case "external":
            client.sasl_login("EXTERNAL", lambda _: login.user or "")
        case "password" if login.user is not None and login.password is not None:
            _by_password(client, login.user, login.password)
        case _:
            raise MailboxError(f"{whose(login)}: the login names no user and password", again=False)


def _by_password(client: IMAPClient, user: str, password: str) -> None:
    # LOGIN takes ASCII only (RFC 3501), PLAIN takes any password.
    if client.has_capability("AUTH=PLAIN"):
        client.plain_login(user, password)
    else:
        client.login(user, password)


def _by_token(client: IMAPClient, login: Login, tokens: Tokens) -> None:
    offered = next((each for each in MECHANISMS if client.has_capability(f"AUTH={each}")), None)
    if offered is None:
        raise MailboxError(
            f"{whose(login)}: the server takes no access tokens; use {login.scheme}:// with user and password", again=False
        )
    try:
        token = tokens.give(login)
    except TokenError as error:
        raise MailboxError(f"{whose(login)}: {error}", again=error.again) from error
    try:
        client.sasl_login(offered, bearer(offered, login.user or "", token))
    except exceptions.LoginError as error:
        tokens.refused(login)
        refusal = mailbox_error(error, login, "login")
        raise MailboxError(
            f"{refusal}; it was an access token: see that the program may use this mailbox by IMAP, and MAILBOT_OAUTH_SCOPE",
            again=refusal.again,
        ) from error
