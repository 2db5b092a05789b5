"""Access tokens of a bot: how long one is used, and where a refresh token goes that takes the place of another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, event, make_url, select
from sqlalchemy.exc import OperationalError

from mailbot.errors import MailboxError, StoreError, TokenError
from mailbot.login import Login, OAuth
from mailbot.mail.oauth import Granted
from mailbot.service.office import open_office
from mailbot.service.tokens import AccessTokens
from mailbot.settings import Settings
from mailbot.store.database import Database, open_database
from mailbot.store.tables import refresh_tokens
from tests.association import PROJECT
from tests.servers.authority import CLIENT, SECRET, Authority
from tests.servers.dovecot import Dovecot

KEY = b"a key that only this test knows, and long enough"
OAUTH = OAuth(token_url="https://login.example/token", client_id="mailbot", refresh_token="first")
LOGIN = Login(scheme="imaps", host="mail.example", port=993, user="support@verein.example", way="oauth", oauth=OAUTH)


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    database = open_database(database_url)
    yield database
    database.close()


class Endpoint:
    """Takes each refresh token once and gives the next; access tokens last an hour."""

    def __init__(self, counts: str = "first") -> None:
        self.counts = counts
        self.away = False
        self.asked: list[str | None] = []

    def __call__(self, oauth: OAuth, refresh_token: str | None) -> Granted:
        self.asked.append(refresh_token)
        if self.away:
            raise TokenError("it is not available now", again=True)
        if refresh_token != self.counts:
            raise TokenError("the refresh token has ended", again=False)
        self.counts = f"{refresh_token}'"
        return Granted(access_token=f"access {len(self.asked)}", lasts=timedelta(hours=1), refresh_token=self.counts)


class Watch:
    """A clock that stands still until it is put on."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_token_is_used_until_shortly_before_its_end(database: Database):
    endpoint, watch = Endpoint(), Watch()
    tokens = AccessTokens(database, [KEY], ask=endpoint, clock=watch)

    first = tokens.give(LOGIN)
    watch.now = 3539
    again = tokens.give(LOGIN)
    watch.now = 3541
    second = tokens.give(LOGIN)

    assert (first, again, second) == ("access 1", "access 1", "access 2")


def test_a_token_that_the_server_refuses_is_not_given_again(database: Database):
    tokens = AccessTokens(database, [KEY], ask=Endpoint())
    tokens.give(LOGIN)

    tokens.refused(LOGIN)

    assert tokens.give(LOGIN) == "access 2"


def test_a_new_refresh_token_outlives_the_bot_and_is_kept_encrypted(database: Database):
    endpoint = Endpoint()
    AccessTokens(database, [KEY], ask=endpoint).give(LOGIN)

    AccessTokens(database, [b"a newer key" * 4, KEY], ask=endpoint).give(LOGIN)

    assert endpoint.asked == ["first", "first'"]
    with database.read() as connection:
        ((name, kept),) = connection.execute(select(refresh_tokens)).all()
    assert "first" not in name + kept


@contextmanager
def refusing(database: Database, beginning: str, because: str) -> Iterator[None]:
    """No statement that begins so is carried out until the end of the block."""

    def refuse(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(beginning):
            raise OperationalError(statement, None, Exception(because))

    event.listen(database.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", refuse)


def unwritable(database: Database) -> AbstractContextManager[None]:
    """Nothing can be written until the end of the block."""
    return refusing(database, "INSERT", "database or disk is full")


def test_a_refresh_token_that_cannot_be_kept_is_used_and_kept_as_soon_as_it_can(database: Database):
    endpoint, watch = Endpoint(), Watch()
    tokens = AccessTokens(database, [KEY], ask=endpoint, clock=watch)

    with unwritable(database):
        given = [tokens.give(LOGIN)]
        watch.now = 3541
        given.append(tokens.give(LOGIN))
    given.append(tokens.give(LOGIN))
    AccessTokens(database, [KEY], ask=endpoint).give(LOGIN)

    assert given == ["access 1", "access 2", "access 2"]
    assert endpoint.asked == ["first", "first'", "first''"]


def test_an_endpoint_that_is_away_does_not_see_a_token_that_counts_no_more(database: Database):
    endpoint, watch = Endpoint(), Watch()
    tokens = AccessTokens(database, [KEY], ask=endpoint, clock=watch)

    with unwritable(database):
        tokens.give(LOGIN)
        watch.now, endpoint.away = 3541, True
        with pytest.raises(TokenError, match="not available"):
            tokens.give(LOGIN)

    assert endpoint.asked == ["first", "first'"]


def unreadable(database: Database) -> AbstractContextManager[None]:
    """Nothing can be read or written until the end of the block."""
    return refusing(database, "", "the server has closed the connection")


@pytest.mark.parametrize("was_given", [True, False], ids=["rotates", "stays"])
def test_that_the_database_is_away_can_be_told_by_who_logs_in_by_tokens(database: Database, was_given: bool):
    endpoint, watch = Endpoint() if was_given else always, Watch()
    tokens = AccessTokens(database, [KEY], ask=endpoint, clock=watch)
    tokens.give(LOGIN)
    watch.now = 3541

    with unreadable(database):
        assert tokens.give(LOGIN) == ("access 2" if was_given else "access of first")
        with pytest.raises(StoreError):
            AccessTokens(database, [KEY], ask=endpoint).give(LOGIN)  # who never read it


def always(oauth: OAuth, refresh_token: str | None) -> Granted:
    """An endpoint whose refresh tokens are good for ever."""
    return Granted(access_token=f"access of {refresh_token}", lasts=timedelta(hours=1), refresh_token=None)


def test_when_another_is_set_that_one_counts(database: Database):
    AccessTokens(database, [KEY], ask=Endpoint()).give(LOGIN)
    endpoint = Endpoint("second")

    AccessTokens(database, [KEY], ask=endpoint).give(replace(LOGIN, oauth=replace(OAUTH, refresh_token="second")))

    assert endpoint.asked == ["second"]


def test_with_a_key_that_is_lost_the_one_that_is_set_is_tried(database: Database):
    AccessTokens(database, [KEY], ask=Endpoint()).give(LOGIN)
    endpoint = Endpoint()

    AccessTokens(database, [b"another key" * 4], ask=endpoint).give(LOGIN)

    assert endpoint.asked == ["first"]


def test_of_two_bots_the_slower_one_takes_what_the_faster_one_got(database: Database):
    endpoint = Endpoint()
    faster = AccessTokens(database, [KEY], ask=endpoint)

    def overtaken(oauth: OAuth, refresh_token: str | None) -> Granted:
        if refresh_token == "first":
            faster.give(LOGIN)
        return endpoint(oauth, refresh_token)

    AccessTokens(database, [KEY], ask=overtaken).give(LOGIN)

    assert endpoint.asked == ["first", "first", "first'"]


def test_what_the_endpoint_refuses_is_told_once(database: Database):
    endpoint = Endpoint("never")

    with pytest.raises(TokenError, match="has ended"):
        AccessTokens(database, [KEY], ask=endpoint).give(LOGIN)

    assert endpoint.asked == ["first"]


def test_a_bot_logs_in_by_tokens_from_the_settings_on(
    token_server: Authority, dovecot: Dovecot, user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    token_server.begin_anew(user)
    token_server.rotates = True
    for name, value in {
        "RULES": str(PROJECT / "rules.yaml"),
        "IMAP_SUPPORT": f"imap+oauth://{user.replace('@', '%40')}@127.0.0.1:{dovecot.imap}",
        "OAUTH_TOKEN_URL": token_server.token_url,
        "OAUTH_CLIENT_ID": CLIENT,
        "OAUTH_CLIENT_SECRET": SECRET,
        "OAUTH_REFRESH_TOKEN": "of-another-mailbox",
        "OAUTH_REFRESH_TOKEN_SUPPORT": token_server.refresh,
    }.items():
        monkeypatch.setenv(f"MAILBOT_{name}", value)
    settings = Settings(database=make_url(f"sqlite:///{tmp_path / 'mailbot.db'}"))

    for _ in range(2):
        with open_office(settings) as office, office.open_folder(settings.mailbox("support"), "INBOX") as inbox:
            assert list(inbox.uids()) == []

    token_server.refresh = "withdrawn"
    with open_office(settings) as office, pytest.raises(MailboxError) as refused:
        office.open_folder(settings.mailbox("support"), "INBOX").__enter__()
    assert str(refused.value) == (
        f"{user} at 127.0.0.1:{dovecot.imap}: {token_server.token_url}: the refresh token has ended or was withdrawn; "
        "get a new one and set MAILBOT_OAUTH_REFRESH_TOKEN"
    )
    assert not [secret for secret in (SECRET, "the-first-refresh-token") if secret in repr(settings)]
