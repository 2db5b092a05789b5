"""Where the bot connects."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.errors import SettingsError
from mailbot.listener import Listener, SocketFile
from mailbot.login import ENCODED, ClientCertificate, Login, OAuth
from mailbot.settings import load_settings, secret_beside, strangers
from mailbot.variables import rules_file
from tests.servers.certificates import make_certificates

KEY = "k" * 32


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("MAILBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def environment(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"MAILBOT_{name}", value)


@pytest.mark.parametrize(
    ("url", "login"),
    [
        (
            "imaps://a%40b.example:p%3Aw@mail.example",
            Login(scheme="imaps", host="mail.example", port=993, user="a@b.example", password="p:w"),
        ),
        (
            "imap+starttls://u:p@mail.example",
            Login(scheme="imap+starttls", host="mail.example", port=143, user="u", password="p"),
        ),
        ("imap://u:p@127.0.0.1:1143", Login(scheme="imap", host="127.0.0.1", port=1143, user="u", password="p")),
        ("imap://u:p@[::1]:1143", Login(scheme="imap", host="::1", port=1143, user="u", password="p")),
        ("smtps://u:p@mail.example", Login(scheme="smtps", host="mail.example", port=465, user="u", password="p")),
        ("smtp+starttls://mail.example", Login(scheme="smtp+starttls", host="mail.example", port=587)),
        ("imaps+oauth://u@mail.example", Login(scheme="imaps", host="mail.example", port=993, user="u", way="oauth")),
        (
            "smtp+starttls+external://u@mail.example",
            Login(scheme="smtp+starttls", host="mail.example", port=587, user="u", way="external"),
        ),
        ("smtp://localhost", Login(scheme="smtp", host="localhost", port=25)),
    ],
)
def test_a_login_is_read_from_a_url(url: str, login: Login):
    assert Login.parse(url) == login


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "pop3://u:hunter2@mail.example",
            "unknown scheme 'pop3', allowed: imaps, imap+starttls, imap, smtps, smtp+starttls, smtp, "
            "each also with +oauth or +external",
        ),
        ("imaps://", "names no host; it looks like imaps://user:password@host"),
        ("imaps://u:hunter2@host:99999", f"is no address of a server; it looks like imaps://user:password@host:993; {ENCODED}"),
        ("imaps://u:hunter2#x@host", f"is no address of a server; it looks like imaps://user:password@host:993; {ENCODED}"),
        ("imaps://u:hunter2@host:0", "names no host and port that there can be; it looks like imaps://user:password@host:993"),
        (
            "u@mail.example:hunter2",
            "is no address of a server; it looks like imaps://user:password@host or smtps://user:password@host",
        ),
        ("imaps://u:12/hunter2@host", f"has something behind the host; {ENCODED}"),
        (
            "imap://u:hunter2@mail.example",
            "imap:// sends the password in the clear to mail.example; use imaps:// or imap+starttls://",
        ),
        ("imaps://u@mail.example", "needs user and password, or neither, before @mail.example"),
        (
            "imaps+oauth://u:hunter2@mail.example",
            "needs a user and no password before @mail.example: the token settings stand beside it, MAILBOT_OAUTH_…",
        ),
        (
            "imaps+external://mail.example",
            "needs a user and no password before @mail.example: the certificate stands beside it, MAILBOT_CLIENT_CERTIFICATE",
        ),
        (
            "imap+oauth://u@mail.example",
            "imap:// sends the password in the clear to mail.example; use imaps:// or imap+starttls://",
        ),
        ("imaps://u:hunter2@mail.example/INBOX", f"has something behind the host; {ENCODED}"),
    ],
)
def test_a_wrong_login_is_refused_with_what_is_allowed_and_without_its_password(url: str, sentence: str):
    with pytest.raises(SettingsError) as refused:
        Login.parse(url)

    assert str(refused.value) == sentence


def test_no_password_is_ever_shown(monkeypatch: pytest.MonkeyPatch):
    environment(
        monkeypatch,
        SMTP="smtps://u:hunter2@mail.example",
        IMAP_BUERO="imaps://u:hunter2@mail.example",
        SECRET="hunter2" * 8,
        DATABASE="postgresql://u:hunter2@db.example/mailbot",
    )

    assert "hunter2" not in repr(load_settings())


def test_without_any_variable_everything_has_its_default():
    settings = load_settings()

    assert (settings.rules, settings.templates, str(settings.database), settings.limits) == (
        Path("rules.yaml"),
        Path("templates"),
        "sqlite:///mailbot.db",
        "on",
    )
    assert (settings.imap, settings.smtp, settings.keys(lambda: KEY)) == ({}, None, (KEY.encode(),))


def test_every_mailbox_has_its_own_variable(monkeypatch: pytest.MonkeyPatch):
    environment(monkeypatch, IMAP_SUPPORT="imaps://s:p@mail.example", IMAP_OV_KALK="imaps://k:p@mail.example")

    settings = load_settings()

    assert {id: login.user for id, login in settings.imap.items()} == {"support": "s", "ov_kalk": "k"}
    with pytest.raises(SettingsError, match=r"^MAILBOT_IMAP_BUERO is not set; it looks like imaps://"):
        settings.mailbox("buero")


def test_a_value_may_lie_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "credential").write_text("imaps://s:p@mail.example\n")
    environment(monkeypatch, IMAP_SUPPORT_FILE=str(tmp_path / "credential"))

    assert load_settings().mailbox("support").host == "mail.example"


def test_a_value_may_stand_in_dot_env_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / ".env").write_text("MAILBOT_RULES=other/rules.yaml\nMAILBOT_SMTP=smtps://a:b@old.example\n")
    environment(monkeypatch, SMTP="smtps://a:b@new.example")

    settings = load_settings()

    assert settings.templates == Path("other/templates")
    assert settings.outgoing().host == "new.example"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MAILBOT_RULES=a\nthis is hunter2\n", ".env:2: no NAME=value; "),
        (b"MAILBOT_SMTP='hunter2\n", ".env:1: no NAME=value; "),
        ("MAILBOT_RULES=Köln".encode("latin-1"), ".env: cannot be read: it is not UTF-8; save it as UTF-8"),
        (None, ".env: cannot be read: Is a directory"),
    ],
)
def test_a_broken_dot_env_is_refused_with_its_line_and_without_what_stands_there(
    tmp_path: Path, content: bytes | None, sentence: str
):
    if content is None:
        (tmp_path / ".env").mkdir()
    else:
        (tmp_path / ".env").write_bytes(content)

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value).startswith(sentence)
    assert "hunter2" not in str(refused.value)


def test_a_mark_at_the_beginning_of_dot_env_is_no_part_of_the_first_name(tmp_path: Path):
    (tmp_path / ".env").write_text("MAILBOT_RULES=other/rules.yaml\n", encoding="utf-8-sig")

    assert load_settings().rules == Path("other/rules.yaml")


def test_what_is_set_and_means_nothing_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / ".env").write_text("MAILBOT_SMPT_FILE=hunter2\n")
    environment(
        monkeypatch,
        IMAP_SUPPORT="imaps://s:p@mail.example",
        IMAP_SUPORT="imaps://s:hunter2@mail.example",
        IMAP_PRESSE_FILE="hunter2",
        SECRET_OLD=KEY,
        COLOUR="red",
    )

    assert strangers(["support"]) == (
        "MAILBOT_COLOUR is set and means nothing; see docs/operating.md",
        "MAILBOT_IMAP_PRESSE_FILE is set and means nothing; rules.yaml has no such mailbox",
        "MAILBOT_IMAP_SUPORT is set and means nothing; did you mean MAILBOT_IMAP_SUPPORT?",
        "MAILBOT_SMPT_FILE is set and means nothing; did you mean MAILBOT_SMTP?",
    )


def test_a_value_and_its_file_at_once_are_refused(monkeypatch: pytest.MonkeyPatch):
    environment(monkeypatch, SMTP="smtps://a:b@mail.example", SMTP_FILE="smtp")

    with pytest.raises(SettingsError, match="MAILBOT_SMTP and MAILBOT_SMTP_FILE are both set; keep one of them"):
        load_settings()


def test_a_file_takes_no_options(monkeypatch: pytest.MonkeyPatch):
    environment(monkeypatch, DATABASE="sqlite:///mailbot.db?timeout=soon")

    with pytest.raises(SettingsError, match=r"MAILBOT_DATABASE: a file takes no options; write sqlite:///mailbot\.db"):
        load_settings()


def test_all_complaints_come_at_once(monkeypatch: pytest.MonkeyPatch):
    environment(
        monkeypatch,
        IMAP_SUPPORT="imap://u:hunter2@mail.example",
        SMTP="imaps://u:hunter2@mail.example",
        SECRET="short",
        SECRET_OLD=f"{KEY} hunter2",
        DATABASE="mysql://u:hunter2@db.example/mailbot",
        LIMITS="maybe",
    )

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value).splitlines() == [
        "MAILBOT_DATABASE: unknown database 'mysql', allowed: sqlite, postgresql+psycopg",
        "MAILBOT_IMAP_SUPPORT: imap:// sends the password in the clear to mail.example; use imaps:// or imap+starttls://",
        "MAILBOT_SMTP: 'imaps' is not a scheme for SMTP; use smtps:// or smtp+starttls://",
        "MAILBOT_SECRET: has 5 characters, it needs at least 32",
        "MAILBOT_SECRET_OLD: has 7 characters, it needs at least 32",
        "MAILBOT_LIMITS: should be 'on' or 'off', not 'maybe'",
    ]


TOKEN_SETTINGS = {
    "OAUTH_TOKEN_URL": "https://login.example/token",
    "OAUTH_CLIENT_ID": "mailbot",
    "OAUTH_CLIENT_SECRET": "hunter2",
    "OAUTH_REFRESH_TOKEN": "hunter2-refresh",
}


def test_token_settings_stand_beside_the_logins_and_one_login_may_have_its_own(monkeypatch: pytest.MonkeyPatch):
    environment(
        monkeypatch,
        IMAP_SUPPORT="imaps+oauth://s@mail.example",
        IMAP_BUERO="imaps+oauth://b@mail.example",
        SMTP="smtps+oauth://s@mail.example",
        **TOKEN_SETTINGS,
        OAUTH_REFRESH_TOKEN_BUERO="another",
        OAUTH_SCOPE_SMTP="smtp.send",
    )
    common = OAuth(
        token_url="https://login.example/token", client_id="mailbot", client_secret="hunter2", refresh_token="hunter2-refresh"
    )

    settings = load_settings()

    assert settings.mailbox("support").oauth == common
    assert settings.mailbox("buero").oauth == replace(common, refresh_token="another")
    assert settings.outgoing().oauth == replace(common, scope="smtp.send")
    assert strangers(["support", "buero"]) == ()
    assert "hunter2" not in repr(settings) + repr(settings.outgoing())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"OAUTH_TOKEN_URL": ""},
            "MAILBOT_OAUTH_TOKEN_URL is not set; it looks like https://login.provider.example/oauth2/token",
        ),
        (
            {"OAUTH_CLIENT_ID": ""},
            "MAILBOT_OAUTH_CLIENT_ID is not set; it is what your provider has registered the program under",
        ),
        (
            {"OAUTH_CLIENT_SECRET": "", "OAUTH_REFRESH_TOKEN": ""},
            "MAILBOT_OAUTH_REFRESH_TOKEN or MAILBOT_OAUTH_CLIENT_SECRET must be set for a login by OAuth 2",
        ),
        (
            {"OAUTH_TOKEN_URL": "http://login.example/token"},
            "MAILBOT_OAUTH_TOKEN_URL: the secrets would go over the wire in the clear; use https://",
        ),
    ],
)
def test_token_settings_that_do_not_do_are_told_once(monkeypatch: pytest.MonkeyPatch, change: dict[str, str], sentence: str):
    logins = {"IMAP_SUPPORT": "imaps+oauth://s@mail.example", "SMTP": "smtps+oauth://s@mail.example"}
    environment(monkeypatch, **logins, **{**TOKEN_SETTINGS, **change})

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value) == sentence


def test_a_misspelt_token_setting_is_told(monkeypatch: pytest.MonkeyPatch):
    environment(monkeypatch, OAUTH_REFRESH_TOKEN_SUPPROT="hunter2")

    assert strangers(["support"]) == (
        "MAILBOT_OAUTH_REFRESH_TOKEN_SUPPROT is set and means nothing; did you mean MAILBOT_OAUTH_REFRESH_TOKEN_SUPPORT?",
    )


def test_a_login_by_certificate_needs_one_that_can_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    login = {"IMAP_SUPPORT": "imaps+external://support@mail.example".replace("support@", "support%40verein.example@")}
    environment(monkeypatch, **login)
    with pytest.raises(SettingsError, match=r"^MAILBOT_CLIENT_CERTIFICATE is not set, and support@verein.example logs in by it$"):
        load_settings()

    (tmp_path / "client.pem").write_text("no certificate")
    environment(monkeypatch, CLIENT_CERTIFICATE=str(tmp_path / "client.pem"))
    with pytest.raises(SettingsError, match=r"client\.pem cannot be used \(.*\); it must be a certificate in PEM with its key"):
        load_settings()

    certificate = make_certificates(tmp_path).for_client("support@verein.example")
    environment(monkeypatch, CLIENT_CERTIFICATE=str(certificate))
    assert load_settings().mailbox("support").certificate == ClientCertificate(certificate=certificate)


@pytest.mark.parametrize("smtp", ["smtps://u:p@mail.example", None])
def test_limits_are_only_taken_off_on_loopback(monkeypatch: pytest.MonkeyPatch, smtp: str | None):
    environment(monkeypatch, LIMITS="off", **({"SMTP": smtp} if smtp else {}))

    with pytest.raises(SettingsError, match=r"^MAILBOT_LIMITS: 'off' is for drills"):
        load_settings()

    environment(monkeypatch, SMTP="smtp://127.0.0.1:2525")
    assert load_settings().limits == "off"


@pytest.mark.parametrize(
    ("address", "listener"),
    [
        ("127.0.0.1:9464", Listener(host="127.0.0.1", port=9464)),
        ("localhost:1", Listener(host="localhost", port=1)),
        ("[::1]:9464", Listener(host="::1", port=9464)),
    ],
)
def test_the_bot_may_be_asked_on_loopback(monkeypatch: pytest.MonkeyPatch, address: str, listener: Listener):
    environment(monkeypatch, METRICS=address)

    assert load_settings().metrics == listener


@pytest.mark.parametrize(
    "address", ["9464", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:99999", "me@127.0.0.1:9464", "http://[::1]:9", "[:1"]
)
def test_what_is_no_address_to_listen_at_is_refused(monkeypatch: pytest.MonkeyPatch, address: str):
    environment(monkeypatch, METRICS=address)

    with pytest.raises(SettingsError, match=r"^MAILBOT_METRICS: '.*' is no address to listen at; it looks like 127.0.0.1:9464$"):
        load_settings()


@pytest.mark.parametrize("address", ["0.0.0.0:9464", "192.0.2.1:9464", "[::]:9464", "mail.verein.example:9464"])
def test_other_machines_may_only_ask_where_that_is_said(monkeypatch: pytest.MonkeyPatch, address: str):
    environment(monkeypatch, METRICS=address)

    with pytest.raises(
        SettingsError, match=r"other machines could ask; use 127.0.0.1, or say so with MAILBOT_METRICS_FROM=anywhere"
    ):
        load_settings()

    environment(monkeypatch, METRICS_FROM="anywhere")
    assert load_settings().metrics is not None


def test_a_mailbox_may_be_delivered_to_instead(monkeypatch: pytest.MonkeyPatch):
    environment(
        monkeypatch, IMAP_SUPPORT="imaps://s:p@mail.example", LMTP_OV_KALK="127.0.0.1:8024", LMTP_VORSTANDSBUERO="unix:/run/v"
    )

    settings = load_settings()

    assert settings.way_in("support") == settings.imap["support"]
    assert settings.way_in("ov_kalk") == Listener(host="127.0.0.1", port=8024)
    assert settings.way_in("vorstandsbuero") == SocketFile(path=Path("/run/v"))
    with pytest.raises(SettingsError, match=r"^MAILBOT_IMAP_PRESSE is not set; .*; or set MAILBOT_LMTP_PRESSE, where "):
        settings.way_in("presse")
    assert strangers(["support", "ov_kalk"]) == (
        "MAILBOT_LMTP_VORSTANDSBUERO is set and means nothing; rules.yaml has no such mailbox",
    )


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"LMTP_SUPPORT": "8024"}, "MAILBOT_LMTP_SUPPORT: '8024' is no address to listen at; it looks like 127.0.0.1:9464"),
        (
            {"LMTP_SUPPORT": "0.0.0.0:8024"},
            "MAILBOT_LMTP_SUPPORT: at 0.0.0.0 other machines could deliver, and nobody asks who they are; use 127.0.0.1:8024",
        ),
        (
            {"LMTP_SUPPORT": "127.0.0.1:8024", "IMAP_SUPPORT": "imaps://s:p@mail.example"},
            "MAILBOT_IMAP_SUPPORT and MAILBOT_LMTP_SUPPORT are both set; keep one of them",
        ),
        (
            {"LMTP_SUPPORT": "127.0.0.1:8024", "LMTP_BUERO": "127.0.0.1:8024"},
            "MAILBOT_LMTP_{}: mails to '{}' are delivered there; take another port",
        ),
        (
            {"LMTP_SUPPORT": "unix:/run/s", "LMTP_BUERO": "unix:/run/s"},
            "MAILBOT_LMTP_{}: mails to '{}' are delivered there; take another path",
        ),
        (
            {"LMTP_SUPPORT": "unix:mailbot/s"},
            "MAILBOT_LMTP_SUPPORT: 'unix:mailbot/s' is no socket; it looks like unix:/var/spool/postfix/mailbot/support",
        ),
    ],
)
def test_a_mailbox_is_delivered_to_by_this_machine_alone_and_in_one_way(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], sentence: str
):
    environment(monkeypatch, **variables)

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value) in {sentence, sentence.format("BUERO", "support"), sentence.format("SUPPORT", "buero")}


def test_old_secrets_still_count(monkeypatch: pytest.MonkeyPatch):
    environment(monkeypatch, SECRET=KEY, SECRET_OLD=f"{'a' * 32} {'b' * 32}")

    assert load_settings().keys(lambda: "another") == (KEY.encode(), b"a" * 32, b"b" * 32)


def test_a_secret_is_created_once_beside_the_database_for_its_owner_alone(tmp_path: Path):
    first = secret_beside(tmp_path / "mailbot.db")

    assert len(first) >= 32
    assert secret_beside(tmp_path / "mailbot.db") == first
    assert [path.name for path in tmp_path.iterdir()] == ["mailbot.db.secret"]
    assert stat.S_IMODE((tmp_path / "mailbot.db.secret").stat().st_mode) == 0o600


def test_a_damaged_secret_is_not_silently_replaced(tmp_path: Path):
    (tmp_path / "mailbot.db.secret").write_text("oops\n")

    with pytest.raises(SettingsError, match="holds 4 characters, a secret needs at least 32; restore it from a backup"):
        secret_beside(tmp_path / "mailbot.db")


def test_where_the_rules_lie_is_known_without_looking_at_anything_else(monkeypatch: pytest.MonkeyPatch):
    assert rules_file() == Path("rules.yaml")

    environment(monkeypatch, RULES="elsewhere/rules.yaml", SMTP="nonsense")

    assert rules_file() == Path("elsewhere/rules.yaml")
