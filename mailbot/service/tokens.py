"""Access tokens for logins by OAuth 2: asked for when one is needed, kept in memory as long as they last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

import structlog

from mailbot.errors import StoreError, TokenError
from mailbot.login import Login, OAuth
from mailbot.mail.oauth import Granted, ask
from mailbot.store import refresh_tokens
from mailbot.store.database import Database

if TYPE_CHECKING:
    from mailbot.service.cipher import Cipher

log = structlog.get_logger()

EARLY = timedelta(minutes=1)
"""So long before its end a token counts as ended: clocks differ, and a login takes its time."""


@dataclass(frozen=True, slots=True)
class _Held:
    token: str
    until: float


class AccessTokens:
    """
    Gives access tokens to all threads of a bot.

    Where the endpoint gives a new refresh token with each access token, it is kept in the database, encrypted by the
    keys of the reply tokens, under the name of the one that is set: once another is set, that one counts. The one before
    it is worth nothing any more, so where the database cannot be written it is held here, used, and kept as soon as it can.
    Where it cannot be read the one that was read last is used: also the word that the database is away needs a login.
    """

    def __init__(
        self,
        database: Database,
        keys: Sequence[bytes],
        *,
        ask: Callable[[OAuth, str | None], Granted] = ask,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._database, self._ask, self._clock = database, ask, clock
        self._keys = keys
        self._held: dict[OAuth, _Held] = {}
        self._unkept: dict[OAuth, str] = {}  # refresh tokens
        self._read: dict[OAuth, str] = {}  # likewise, as the database had them last
        self._lock = Lock()

    @cached_property
    def _cipher(self) -> Cipher:
        # Loading it takes six megabytes, and most have no refresh tokens.
        from mailbot.service.cipher import Cipher

        return Cipher(self._keys)

    def give(self, login: Login) -> str:
        """An access token that is still good. Raises TokenError, StoreError."""
        if login.oauth is None:
            raise TokenError(f"{login.user} at {login.host}: there are no token settings, MAILBOT_OAUTH_…", again=False)
        with self._lock:
            self._keep(login.oauth)
            held = self._held.get(login.oauth)
            if held is None or held.until <= self._clock():
                granted = self._granted(login.oauth)
                held = _Held(granted.access_token, self._clock() + (granted.lasts - EARLY).total_seconds())
                self._held[login.oauth] = held
        return held.token

    def refused(self, login: Login) -> None:
        """The server did not take the token: the next one is asked for anew."""
        with self._lock:
            if login.oauth is not None:
                self._held.pop(login.oauth, None)

    def _granted(self, oauth: OAuth) -> Granted:
        latest = self._unkept.get(oauth) or self._kept(oauth)
        try:
            granted = self._ask(oauth, latest)
        except TokenError as error:
            # Another bot may have been faster: then the token that counts stands in the database by now.
            newer = self._kept(oauth)
            if error.again or newer == latest:
                raise
            granted = self._ask(oauth, newer)
        if granted.refresh_token and oauth.refresh_token:
            self._unkept[oauth] = granted.refresh_token
            self._keep(oauth)
        return granted

    def _kept(self, oauth: OAuth) -> str | None:
        if oauth.refresh_token is None:
            return None
        try:
            with self._database.read() as connection:
                kept = refresh_tokens.kept(connection, _name(oauth))
        except StoreError:
            if oauth not in self._read:
                raise
        else:
            known = self._cipher.decrypt(kept) if kept else None  # None as well where MAILBOT_SECRET has changed since
            self._read[oauth] = known or oauth.refresh_token
        return self._read[oauth]

    def _keep(self, oauth: OAuth) -> None:
        """Let the database have a refresh token that it has not yet, if it can be written now."""
        refresh_token = self._unkept.get(oauth)
        if refresh_token is None:
            return
        try:
            if refresh_token != self._kept(oauth):
                with self._database.write() as connection:
                    refresh_tokens.keep(connection, _name(oauth), self._cipher.encrypt(refresh_token))
                self._read[oauth] = refresh_token
        except StoreError as error:
            log.error("a new refresh token lies in memory alone, until the database can be written", error=str(error))
        else:
            del self._unkept[oauth]


def _name(oauth: OAuth) -> str:
    """Which settings a token has come from, told by nobody who does not have them."""
    whose = "\n".join((oauth.token_url, oauth.client_id, oauth.refresh_token or ""))
    return sha256(whose.encode()).hexdigest()
