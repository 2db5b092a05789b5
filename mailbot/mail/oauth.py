"""Access tokens for mail servers (RFC 6749), and how they are handed over. Errors of the token endpoint end here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException
from typing import Any, Literal, NoReturn, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from oauthlib.oauth2 import BackendApplicationClient, MissingTokenError, OAuth2Error, WebApplicationClient

from mailbot.errors import TokenError
from mailbot.login import Login, OAuth
from mailbot.mail.network import tls_context, trouble

Mechanism = Literal["OAUTHBEARER", "XOAUTH2"]
MECHANISMS: tuple[Mechanism, ...] = ("OAUTHBEARER", "XOAUTH2")
"""RFC 7628 before what came before it."""

LASTS = timedelta(minutes=5)
"""How long a token is used whose endpoint does not say how long it lasts."""

MOST = 100_000
"""Bytes that an answer of a token endpoint may have."""

SENTENCES = {
    "invalid_grant": ("the refresh token has ended or was withdrawn; get a new one and set MAILBOT_OAUTH_REFRESH_TOKEN", False),
    "invalid_client": ("it does not know the program; correct MAILBOT_OAUTH_CLIENT_ID and MAILBOT_OAUTH_CLIENT_SECRET", False),
    "unauthorized_client": ("the program may not do that; allow it with your provider to read and send mail", False),
    "invalid_scope": ("it does not know what was asked for; correct MAILBOT_OAUTH_SCOPE", False),
    "temporarily_unavailable": ("it is not available now", True),
    "server_error": ("it has a fault", True),
}
"""Codes of RFC 6749, 5.2 and 4.1.2.1, in words, and whether trying again makes sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An access token and for how long; a new refresh token where the endpoint has changed it. None is in a repr."""

    access_token: str = field(repr=False)
    lasts: timedelta
    refresh_token: str | None = field(default=None, repr=False)


class Tokens(Protocol):
    """Who has access tokens for logins by OAuth 2."""

    def give(self, login: Login) -> str:
        """An access token that is still good. Raises TokenError."""

    def refused(self, login: Login) -> None:
        """The server did not take the token: it is not given again."""


def ask(oauth: OAuth, refresh_token: str | None, *, timeout: float = 30) -> Granted:
    """
    Get an access token: for `refresh_token`, or without one as the program itself.

    Raises TokenError: there is none; no secret is in its sentence.

    Source: RFC 6749, sections 4.4, 5 and 6.
    """
    text = _post(oauth.token_url, _question(oauth, refresh_token), timeout)
    try:
        answer = WebApplicationClient(oauth.client_id).parse_request_body_response(text)
        lasts = timedelta(seconds=float(answer.get("expires_in") or LASTS.total_seconds()))
        return Granted(access_token=str(answer["access_token"]), lasts=lasts, refresh_token=answer.get("refresh_token"))
    except MissingTokenError:
        raise _no_token(oauth) from None
    except OAuth2Error as error:
        sentence, again = SENTENCES.get(error.error, (f"it refuses ({error.error})", False))
        raise TokenError(f"{_place(oauth.token_url)}: {sentence}", again=again) from None
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError):  # what the library stumbles over
        raise _no_token(oauth) from None


def _no_token(oauth: OAuth) -> TokenError:
    sentence = "answers with something that is no token; correct MAILBOT_OAUTH_TOKEN_URL"
    return TokenError(f"{_place(oauth.token_url)}: {sentence}", again=True)


def _question(oauth: OAuth, refresh_token: str | None) -> str:
    secret = {"client_secret": oauth.client_secret} if oauth.client_secret else {}
    if refresh_token is None:
        body = BackendApplicationClient(oauth.client_id).prepare_request_body(scope=oauth.scope, include_client_id=True, **secret)
    else:
        client = WebApplicationClient(oauth.client_id)
        body = client.prepare_refresh_body(refresh_token=refresh_token, scope=oauth.scope, client_id=oauth.client_id, **secret)
    return str(body)


class _NoRedirect(HTTPRedirectHandler):
    """The secrets go to where the settings say, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Endpoint:
    host: str
    port: int
    scheme: str


def _post(url: str, body: str, timeout: float) -> str:
    request = Request(
        url,
        data=body.encode(),
        headers={"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
    )
    opener = build_opener(HTTPSHandler(context=tls_context()), _NoRedirect)
    try:
        with opener.open(request, timeout=timeout) as answer:
            return str(answer.read(MOST).decode("utf-8", "replace"))
    except HTTPError as error:
        with error:
            if error.code in (400, 401):  # a refusal, which says why (RFC 6749, 5.2)
                return str(error.read(MOST).decode("utf-8", "replace"))
        again = error.code >= 500 or error.code == 429
        raise TokenError(f"{_place(url)}: refuses ({error.code}); see MAILBOT_OAUTH_TOKEN_URL", again=again) from None
    except URLError as error:
        _fail(url, error.reason if isinstance(error.reason, Exception) else error)
    except (OSError, HTTPException) as error:
        _fail(url, error)


def _fail(url: str, error: Exception) -> NoReturn:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    sentence, again = trouble(error, _Endpoint(host=parts.hostname or "", port=port, scheme=parts.scheme))
    raise TokenError(sentence, again=again) from None


def _place(url: str) -> str:
    """Without what may stand in front of the host or behind the path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"


def bearer(mechanism: Mechanism, user: str, token: str) -> Callable[..., str]:
    """
    What a client says to the challenges of a server: first the token, and then, should it be refused, that we have heard.

    Source: RFC 7628, 3.1 and 3.2.3; for XOAUTH2 https://developers.google.com/gmail/imap/xoauth2-protocol.
    """
    if mechanism == "OAUTHBEARER":
        name = user.replace("=", "=3D").replace(",", "=2C")
        first, heard = f"n,a={name},\1auth=Bearer {token}\1\1", "\1"
    else:
        first, heard = f"user={user}\1auth=Bearer {token}\1\1", ""

    def answer(challenge: bytes | None = None) -> str:
        return heard if challenge else first

    return answer
