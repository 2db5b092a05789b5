"""Logins without a password on a real Dovecot: by access tokens of a local authority, by a client certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.demo.ports import free_ports
from mailbot.errors import MailboxError, TokenError
from mailbot.login import ClientCertificate, Login, OAuth
from mailbot.mail.imap import open_folder
from mailbot.mail.oauth import Granted, ask, bearer
from mailbot.mail.smtp import open_smtp
from tests.mail.test_smtp import complaint
from tests.servers.authority import CLIENT, SECRET, Authority
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.servers.process import missing


@pytest.fixture
def authority(token_server: Authority, dovecot: Dovecot, user: str) -> Authority:
    """As it begins; the program may act for `user`."""
    if not dovecot.takes_tokens:
        missing("Dovecot 2.3 is not installed")
    token_server.begin_anew(user)
    return token_server


@pytest.fixture
def oauth(authority: Authority) -> OAuth:
    return OAuth(token_url=authority.token_url, client_id=CLIENT, client_secret=SECRET, refresh_token=authority.refresh)


@pytest.fixture
def login(dovecot: Dovecot, user: str, oauth: OAuth) -> Login:
    return replace(dovecot.login(user), password=None, way="oauth", oauth=oauth)


class Straight:
    """Tokens that are asked for each time."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.refusals = 0

    def give(self, login: Login) -> str:
        assert login.oauth is not None
        self.given.append(ask(login.oauth, login.oauth.refresh_token).access_token)
        return self.given[-1]

    def refused(self, login: Login) -> None:
        self.refusals += 1


class Invented(Straight):
    """Tokens that nobody has given."""

    def give(self, login: Login) -> str:
        return "an-invented-token"


def test_a_mailbox_is_read_with_an_access_token(login: Login, authority: Authority):
    tokens = Straight()

    with open_folder(login, "INBOX", tokens=tokens) as inbox:
        assert {"AUTH=OAUTHBEARER", "AUTH=XOAUTH2"} & inbox.capabilities == set()  # we are in
        assert list(inbox.uids()) == []

    assert authority.asked == [
        {"grant_type": "refresh_token", "refresh_token": authority.refresh, "client_id": CLIENT, "client_secret": SECRET}
    ]
    assert set(tokens.given) <= authority.active


@pytest.mark.parametrize("mechanism", ["OAUTHBEARER", "XOAUTH2"])
def test_servers_know_one_way_or_the_other(login: Login, monkeypatch: pytest.MonkeyPatch, mechanism: str):
    monkeypatch.setattr("mailbot.mail.imap.session.MECHANISMS", (mechanism,))

    with open_folder(login, "INBOX", tokens=Straight()) as inbox:
        assert list(inbox.uids()) == []

    tokens = Invented()
    with pytest.raises(MailboxError) as refused, open_folder(login, "INBOX", tokens=tokens):
        pass
    assert "it was an access token: see that the program may use this mailbox by IMAP" in str(refused.value)
    assert "an-invented-token" not in str(refused.value)
    assert tokens.refusals == 1


def test_the_program_may_have_a_right_of_its_own(login: Login, oauth: OAuth, authority: Authority):
    itself = replace(oauth, refresh_token=None, scope="https://outlook.example/.default")

    with open_folder(replace(login, oauth=itself), "INBOX", tokens=Straight()) as inbox:
        assert list(inbox.uids()) == []

    assert authority.asked == [
        {"grant_type": "client_credentials", "scope": str(itself.scope), "client_id": CLIENT, "client_secret": SECRET}
    ]


def test_a_server_that_takes_no_tokens_is_told(login: Login, plain_dovecot: Dovecot):
    elsewhere = replace(login, port=plain_dovecot.imap)

    with pytest.raises(MailboxError, match="the server takes no access tokens; use imap:// with user and password"):
        open_folder(elsewhere, "INBOX", tokens=Straight()).__enter__()


def test_mail_is_sent_with_an_access_token(login: Login, postfix: Postfix):
    sending = replace(login, scheme="smtp", port=postfix.smtp)

    with open_smtp(sending, tokens=Straight()) as server:
        assert server.send(b"Subject: x\r\n\r\nx\r\n", "support@verein.example", ["anna@verein.example"]) == {}

    refused = complaint(sending, tokens=Invented())
    assert "the access token is refused" in refused
    assert "see that the program may send mail, and MAILBOT_OAUTH_SCOPE" in refused
    assert "an-invented-token" not in refused


@pytest.mark.usefixtures("authority")
def test_a_client_certificate_says_who_we_are(dovecot: Dovecot, user: str):
    login = replace(
        dovecot.login(user, "imaps"),
        password=None,
        way="external",
        certificate=ClientCertificate(certificate=dovecot.certificates.for_client(user)),
    )

    with open_folder(login, "INBOX", ca_file=dovecot.certificates.authority) as inbox:
        assert list(inbox.uids()) == []
        inbox.append("INBOX", b"Subject: x\r\n\r\nx\r\n")
    with open_folder(dovecot.login(user), "INBOX") as inbox:
        assert len(inbox.uids()) == 1

    unknown = replace(login, certificate=None)
    with pytest.raises(MailboxError, match="user or password is wrong"):
        open_folder(unknown, "INBOX", ca_file=dovecot.certificates.authority).__enter__()


def test_a_new_refresh_token_is_told(oauth: OAuth, authority: Authority):
    authority.rotates, authority.lasts = True, 60

    granted = ask(oauth, authority.refresh)

    assert granted == Granted(access_token=granted.access_token, lasts=timedelta(seconds=60), refresh_token=authority.refresh)
    assert granted.access_token not in repr(granted)
    assert authority.refresh not in repr(granted)


@pytest.mark.parametrize(
    ("change", "sentence", "again"),
    [
        ({"refresh_token": "withdrawn"}, "the refresh token has ended or was withdrawn; get a new one and set", False),
        ({"client_secret": "wrong-secret"}, "it does not know the program; correct MAILBOT_OAUTH_CLIENT_ID and", False),
        ({"token_url": "http://127.0.0.1:{nowhere}/token"}, "nothing listens there", True),
        ({"token_url": "https://127.0.0.1:{port}/token"}, "no TLS", True),
        ({"token_url": "http://token.invalid/token"}, "the host 'token.invalid' is unknown", True),
    ],
)
def test_why_there_is_no_token_is_one_sentence(
    oauth: OAuth, authority: Authority, change: dict[str, str], sentence: str, again: bool
):
    nowhere = free_ports(1)[0]
    asked = replace(oauth, **{name: value.format(nowhere=nowhere, port=authority.port) for name, value in change.items()})

    error = refusal(asked)

    assert sentence in str(error)
    assert error.again is again
    assert not [secret for secret in ("withdrawn ", "wrong-secret", SECRET) if secret in str(error)]


@pytest.mark.parametrize(
    ("code", "body", "sentence", "again"),
    [
        (200, b"<html>Anmelden</html>", "answers with something that is no token; correct MAILBOT_OAUTH_TOKEN_URL", True),
        (200, b'{"access_token": "x", "expires_in": "soon"}', "answers with something that is no token", True),
        (200, b"[]", "answers with something that is no token", True),
        (400, b'{"error": "interaction_required"}', "it refuses (interaction_required)", False),
        (503, b"", "refuses (503); see MAILBOT_OAUTH_TOKEN_URL", True),
        (404, b"", "refuses (404); see MAILBOT_OAUTH_TOKEN_URL", False),
        (302, b"http://127.0.0.1:1/elsewhere", "refuses (302); see MAILBOT_OAUTH_TOKEN_URL", False),
    ],
)
def test_whatever_the_endpoint_says_is_one_sentence(
    oauth: OAuth, authority: Authority, code: int, body: bytes, sentence: str, again: bool
):
    authority.broken = (code, body)

    error = refusal(oauth)

    assert f"http://127.0.0.1:{authority.port}/token: {sentence}" in str(error)
    assert error.again is again


def refusal(oauth: OAuth) -> TokenError:
    with pytest.raises(TokenError) as refused:
        ask(oauth, oauth.refresh_token, timeout=5)
    return refused.value


def test_what_is_said_to_the_server():
    answer = bearer("OAUTHBEARER", "a,b=c@verein.example", "t0ken")

    assert answer() == "n,a=a=2Cb=3Dc@verein.example,\1auth=Bearer t0ken\1\1"
    assert answer(b'{"status":"invalid_token"}') == "\1"
    assert bearer("XOAUTH2", "anna@verein.example", "t0ken")(b"") == "user=anna@verein.example\1auth=Bearer t0ken\1\1"


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path, dovecot: Dovecot, user: str):
    login = replace(dovecot.login(user, "imaps"), certificate=ClientCertificate(certificate=tmp_path / "missing.pem"))

    with pytest.raises(Exception, match=r"missing\.pem cannot be used \(No such file or directory\)"):
        open_folder(login, "INBOX").__enter__()
