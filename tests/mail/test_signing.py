"""Mails signed by DKIM, as they arrive behind a real Postfix; the receiver's resolver knows one key."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from sqlalchemy import make_url

from mailbot.dkim import Dkim
from mailbot.errors import SettingsError
from mailbot.mail.signing import signed
from mailbot.service.office import open_office
from mailbot.settings import Settings, load_settings
from tests.association import PROJECT
from tests.servers.station import Station

MAIL = (
    b"From: Support <support@verein.example>\r\nTo: anna@posteo.example\r\nSubject: =?utf-8?q?F=C3=BCr_Anna?=\r\n"
    b"Date: Mon, 02 Mar 2026 10:00:00 +0100\r\nMessage-ID: <1@verein.example>\r\nIn-Reply-To: <0@posteo.example>\r\n"
    b"References: <0@posteo.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\nX-Unsigned: 1\r\n\r\n"
    b"Liebe Anna,\r\n\r\n. am Anfang  ein Punkt\r\n"
)


@cache
def key(bits: int = 2048) -> str:
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return generate_private_key(public_exponent=65537, key_size=bits).private_bytes(*form).decode()


def by(domain: str = "verein.example") -> Dkim:
    return Dkim.of(domain, "mailbot2026", key())


def is_good(raw: bytes) -> bool:
    """What a receiver finds who asks the DNS for our key."""
    public = load_pem_private_key(key().encode(), None).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def resolver(name: bytes, timeout: float = 5) -> bytes | None:
        ours = name.rstrip(b".") == b"mailbot2026._domainkey.verein.example"
        return b"v=DKIM1; k=rsa; p=" + b64encode(public) if ours else None

    return bool(dkim.verify(raw, dnsfunc=resolver))


def test_a_mail_arrives_with_a_signature_that_holds(station: Station, tmp_path: Path):
    to = station.address("anna")
    settings = Settings(
        rules=PROJECT / "rules.yaml",
        database=make_url(f"sqlite:///{tmp_path / 'mailbot.db'}"),
        smtp=station.postfix.login(),
        dkim_domain="verein.example",
        dkim_selector="mailbot2026",
        dkim_key=key(),
    )

    with open_office(settings) as office, office.open_smtp(settings.outgoing()) as server:
        server.send(MAIL, "support@verein.example", [to])
    station.wait_for_mail(to)

    (arrived,) = station.inbox(to)
    assert is_good(arrived)
    (names,) = re.findall(rb"; h=([^;]+);", re.sub(rb"\r\n[ \t]", b"", arrived))
    assert [name.strip() for name in names.split(b":")] == [
        *(b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references", b"auto-submitted"),
        *(b"mime-version", b"content-type", b"content-transfer-encoding", b"from"),
    ]


@pytest.mark.parametrize(
    ("then", "now", "good"),
    [
        (b"Received", b"Received", True),
        (b"X-Unsigned: 1", b"X-Unsigned: 2", True),
        (b"Liebe Anna", b"Lieber Bo", False),
        (b"auto-replied", b"no", False),
        (b"Subject: ", b"Subject: [extern] ", False),
        (b"From: Support", b"From: chef@verein.example\r\nFrom: Support", False),
    ],
)
def test_what_is_changed_on_the_way_is_noticed_if_it_matters(then: bytes, now: bytes, good: bool):
    assert is_good(b"Received: by mx.posteo.example\r\n" + signed(MAIL, by()).replace(then, now, 1)) is good


def test_another_domain_cannot_be_claimed():
    assert not is_good(signed(MAIL, by("other.example")))


def test_a_bot_signs_if_it_is_told_by_what(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "dkim.pem").write_text(key())
    monkeypatch.chdir(tmp_path)
    assert load_settings().dkim is None

    monkeypatch.setenv("MAILBOT_DKIM_DOMAIN", "köln.example")
    monkeypatch.setenv("MAILBOT_DKIM_SELECTOR", "mailbot2026")
    monkeypatch.setenv("MAILBOT_DKIM_KEY_FILE", str(tmp_path / "dkim.pem"))

    settings = load_settings()
    assert settings.dkim is not None
    assert (settings.dkim.domain, settings.dkim.selector) == ("xn--kln-sna.example", "mailbot2026")
    assert "PRIVATE" not in repr(settings) + repr(settings.dkim)


def with_password() -> str:
    form = (Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hunter2"))
    return load_pem_private_key(key().encode(), None).private_bytes(*form).decode()


@pytest.mark.parametrize(
    ("domain", "selector", "pem", "sentence"),
    [
        ("verein.example", "", "", "MAILBOT_DKIM_SELECTOR and MAILBOT_DKIM_KEY must be set, too, for mails to be signed"),
        ("verein example", "s", "key", "MAILBOT_DKIM_DOMAIN: 'verein example' cannot stand in the DNS; use letters, digits"),
        ("verein..example", "s", "key", "MAILBOT_DKIM_DOMAIN: 'verein..example' is no domain; it looks like verein.example"),
        ("verein.example", "s; p=", "key", "MAILBOT_DKIM_SELECTOR: 's; p=' cannot stand in the DNS; use letters, digits"),
        ("verein.example", "s", "/etc/dkim.pem", "MAILBOT_DKIM_KEY: is no private key in PEM without a password"),
        ("verein.example", "s", "with password", "MAILBOT_DKIM_KEY: is no private key in PEM without a password"),
    ],
)
def test_settings_that_do_not_do_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, domain: str, selector: str, pem: str, sentence: str
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILBOT_DKIM_DOMAIN", domain)
    monkeypatch.setenv("MAILBOT_DKIM_SELECTOR", selector)
    monkeypatch.setenv("MAILBOT_DKIM_KEY", {"key": key(), "with password": with_password()}.get(pem, pem))

    with pytest.raises(SettingsError) as refused:
        load_settings()

    assert str(refused.value).startswith(sentence)
    assert "PRIVATE" not in str(refused.value)
