"""Handing mails to an SMTP server (RFC 5321). The errors of smtplib end here."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR, socket
from types import MappingProxyType
from typing import TYPE_CHECKING

from mailbot.errors import DeliveryError, TokenError
from mailbot.login import Login
from mailbot.mail.network import tls_context, trouble
from mailbot.mail.oauth import MECHANISMS, Tokens, bearer

if TYPE_CHECKING:
    from mailbot.dkim import Dkim


class NoLoginTaken(smtplib.SMTPNotSupportedError):
    """The server has no logins at all, or none at that port or without TLS."""


SENTENCES: Mapping[type[Exception], str] = MappingProxyType(
    {
        smtplib.SMTPAuthenticationError: "user or password is wrong ({reply}); correct MAILBOT_SMTP",
        smtplib.SMTPConnectError: "it does not take mails now ({reply})",
        smtplib.SMTPHeloError: "it refuses our greeting ({reply})",
        smtplib.SMTPSenderRefused: "it refuses the sender ({reply})",
        smtplib.SMTPRecipientsRefused: "it refuses the recipient ({reply})",
        smtplib.SMTPDataError: "it refuses the mail ({reply})",
        smtplib.SMTPResponseException: "it refuses ({reply})",
        NoLoginTaken: "it takes no logins; take user and password out of MAILBOT_SMTP, or see that scheme and port fit",
        smtplib.SMTPNotSupportedError: "it cannot do what is needed ({reply}); see that the scheme in MAILBOT_SMTP fits",
        smtplib.SMTPServerDisconnected: "it closed the connection ({reply})",
        smtplib.SMTPException: "something unexpected happened ({reply})",
    }
)
"""Every exception of smtplib, and ours, in words; a test sees to it that none is missing."""


END_OF_DATA = 600.0
"""Seconds that a server may look at a mail before it answers; who gives up sooner makes two of one (RFC 5321, 4.5.3.2.6)."""

LOGIN_WANTED = frozenset({530, 534, 535, 538})
"""Refusals for want of a login, or of a better one (RFC 4954, 6): no mail is to blame, and all wait until it is mended."""


class Session:
    """A session that sends; made by open_smtp."""

    def __init__(self, server: smtplib.SMTP, login: Login, sign_by: Dkim | None = None) -> None:
        self._server = server
        self._login = login
        self._sign_by = sign_by
        self.in_doubt = False
        """A mail is being handed over, and the server has not said yet whether it has taken it."""

    def hang_up(self) -> None:
        """For another thread: end the connection, so that whoever waits for an answer in `send` hears that it is broken."""
        connection = self._server.sock
        if connection is not None:
            with suppress(OSError):
                # Not TLS's own way: it takes from the other thread what that one reads by.
                socket.shutdown(connection, SHUT_RDWR)

    def send(self, raw: bytes, sender: str, recipients: Sequence[str]) -> Mapping[str, str]:
        """
        Hand over one composed mail: to the first recipient for certain, to the others as far as the server takes them.

        `sender` is the envelope's (return path), "" for the null path.

        Returns:
            The others who were refused, each with the server's words.

        Raises:
            DeliveryError: the first recipient does not get it, and so nobody does. `again` is True for replies
                of 400 to 499 and a broken connection (`perhaps`: when the mail was being handed over already),
                False for a refusal for good. After a refusal the session is good for the next mail.
        """
        if self._sign_by is not None:
            from mailbot.mail.signing import signed  # few need it, and its libraries take a while to load

            raw = signed(raw, self._sign_by)
        try:
            refused = self._announce(raw, sender, recipients)
            self._hand_over(raw)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            with suppress(smtplib.SMTPException, OSError):
                self._server.rset()
            raise delivery_error(error, self._login) from error
        return refused

    def would_take(self, sender: str, recipient: str) -> None:
        """Ask whether the server takes mails from there to there, and hand none over. Raises DeliveryError as `send` does."""
        try:
            self._announce(b"", sender, [recipient])
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise delivery_error(error, self._login) from error
        finally:
            with suppress(smtplib.SMTPException, OSError):
                self._server.rset()

    def _announce(self, raw: bytes, sender: str, recipients: Sequence[str]) -> dict[str, str]:
        most = self._server.esmtp_features.get("size", "")
        if most.isdecimal() and 0 < int(most) < len(raw):
            sentence = f"the mail has {len(raw)} bytes, it takes at most {most}"
            raise DeliveryError(f"{self._login.host}:{self._login.port}: {sentence}", again=False)
        options = [f"SIZE={len(raw)}"] if self._server.has_extn("size") else []
        code, reply = self._server.mail(sender, options)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, reply, sender)
        refused: dict[str, str] = {}
        for at, recipient in enumerate(recipients):
            code, reply = self._server.rcpt(recipient)
            if code not in (250, 251):
                refusal = smtplib.SMTPRecipientsRefused({recipient: (code, reply)})
                if at == 0:
                    raise refusal
                refused[recipient] = str(delivery_error(refusal, self._login))
        return refused

    def _hand_over(self, raw: bytes) -> None:
        self._wait_at_most(END_OF_DATA)
        self.in_doubt = True
        try:
            code, reply = self._server.data(raw)
        except smtplib.SMTPDataError:
            raise
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(str(delivery_error(error, self._login)), again=True, perhaps=True) from error
        finally:
            self.in_doubt = False
            self._wait_at_most(self._server.timeout)
        if code != 250:
            raise smtplib.SMTPDataError(code, reply)

    def _wait_at_most(self, seconds: float) -> None:
        # smtplib drops the socket of a connection that has ended.
        if self._server.sock is not None:
            self._server.sock.settimeout(seconds)


@contextmanager
def open_smtp(
    login: Login,
    *,
    timeout: float = 60,
    ca_file: Path | None = None,
    tokens: Tokens | None = None,
    sign_by: Dkim | None = None,
) -> Iterator[Session]:
    """
    A session with the server of `login`; `timeout` in seconds holds for each step.

    TLS is always verified, against `ca_file` (PEM) where given, else the system's authorities. A login by OAuth 2
    needs `tokens`. With `sign_by` every mail is signed.

    Raises:
        DeliveryError: it could not be opened. `again` is always True: whatever is wrong with the server
            or the settings, no mail has been refused, and all of them wait until it is mended.
    """
    try:
        server = _connect(login, timeout, ca_file, tokens)
    except TokenError as error:
        raise DeliveryError(str(error), again=True) from error
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise DeliveryError(str(delivery_error(error, login)), again=True) from error
    try:
        yield Session(server, login, sign_by)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _connect(login: Login, timeout: float, ca_file: Path | None, tokens: Tokens | None) -> smtplib.SMTP:
    if login.scheme == "smtps":
        context = tls_context(ca_file, login.certificate)
        server: smtplib.SMTP = smtplib.SMTP_SSL(login.host, login.port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(login.host, login.port, timeout=timeout)
    try:
        if login.scheme == "smtp+starttls":
            server.starttls(context=tls_context(ca_file, login.certificate))
        server.ehlo_or_helo_if_needed()
        _log_in(server, login, tokens)
    except BaseException:
        server.close()
        raise
    return server


def _log_in(server: smtplib.SMTP, login: Login, tokens: Tokens | None) -> None:
    match login.way:
        case "oauth" if tokens is not None:
            _by_token(server, login, tokens)
        case "external":
            server.auth("EXTERNAL", lambda challenge=None: login.user or "")
        case "password" if login.user is not None and login.password is not None:
            if not server.has_extn("auth"):
                raise NoLoginTaken
            server.login(login.user, login.password)


def _by_token(server: smtplib.SMTP, login: Login, tokens: Tokens) -> None:
    known = server.esmtp_features.get("auth", "").upper().split()
    offered = next((each for each in MECHANISMS if each in known), None)
    if offered is None:
        raise smtplib.SMTPNotSupportedError("the server takes no access tokens")
    token = tokens.give(login)
    try:
        server.auth(offered, bearer(offered, login.user or "", token))
    except smtplib.SMTPAuthenticationError:
        tokens.refused(login)
        raise


def delivery_error(error: Exception, login: Login) -> DeliveryError:
    """What an error of smtplib, the socket or TLS means for the mail that was being sent."""
    sentence = next((SENTENCES[kind] for kind in type(error).__mro__ if kind in SENTENCES), None)
    if sentence is None:
        words, again = trouble(error, login)
        return DeliveryError(words, again=again)
    code, reply = _reply(error)
    if isinstance(error, smtplib.SMTPAuthenticationError) and login.way == "oauth":
        sentence = "the access token is refused ({reply}); see that the program may send mail, and MAILBOT_OAUTH_SCOPE"
    again = not 500 <= code < 600 or code in LOGIN_WANTED
    return DeliveryError(f"{login.host}:{login.port}: {sentence.format(reply=reply)}", again=again)


def _reply(error: Exception) -> tuple[int, str]:
    """The server's code and words; code 0 where it said nothing."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused) if refused:
            code, words = next(iter(refused.values()))
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=words):
            pass
        case _:
            return 0, str(error)
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return code, " ".join(f"{code} {text}".split())
