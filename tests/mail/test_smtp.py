"""Mails handed to a real Postfix; refusals as it gives them."""

from __future__ import annotations

import smtplib
import socket
import ssl
from pathlib import Path

import pytest

from mailbot.demo.ports import free_ports
from mailbot.errors import DeliveryError
from mailbot.login import Login
from mailbot.mail.oauth import Tokens
from mailbot.mail.smtp import SENTENCES, delivery_error, open_smtp
from tests.servers.postfix import BIGGEST, GONE, LATER, REFUSED, Postfix
from tests.servers.station import Station

MEMBER = "anna@posteo.example"


def eml(subject: str = "Nextcloud", text: str = "Hallo\r\n") -> bytes:
    return f"From: {MEMBER}\r\nSubject: {subject}\r\n\r\n{text}".encode()


def test_a_mail_arrives_in_the_recipients_mailbox(station: Station, user: str):
    with open_smtp(station.postfix.login()) as server:
        server.send(eml("Erste"), MEMBER, [user])
        server.send(eml("Zweite", ".\r\n..\r\nein Punkt allein\r\n"), MEMBER, [user])

    assert station.wait_for_mail(user, lambda mail: mail["Subject"] == "Erste")["Return-Path"] == f"<{MEMBER}>"
    second = station.wait_for_mail(user, lambda mail: mail["Subject"] == "Zweite")
    assert second.get_payload() == ".\r\n..\r\nein Punkt allein\r\n"


def test_the_null_path_stays_null(station: Station, user: str):
    with open_smtp(station.postfix.login()) as server:
        server.send(eml(), "", [user])

    assert station.wait_for_mail(user)["Return-Path"] == "<>"


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_mail_leaves_by_verified_tls_with_a_login(station: Station, user: str, scheme: str):
    login = station.postfix.login(scheme, MEMBER)

    with open_smtp(login, ca_file=station.imap.certificates.authority) as server:
        server.send(eml(), MEMBER, [user])

    assert "with ESMTPSA" in str(station.wait_for_mail(user).get_all("Received"))


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_vouches_for_ends_it(postfix: Postfix, scheme: str):
    sentence = complaint(postfix.login(scheme, MEMBER))

    assert sentence.startswith(f"localhost:{postfix.login(scheme).port}: the certificate cannot be trusted")


def test_a_certificate_for_another_host_ends_it(postfix: Postfix, tmp_path: Path):
    login = Login(scheme="smtps", host="127.0.0.1", port=postfix.smtps)

    sentence = complaint(login, postfix.imap.certificates.authority)

    assert "the certificate cannot be trusted" in sentence
    assert "127.0.0.1" in sentence


def test_authorities_may_be_named_by_the_environment(postfix: Postfix, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(postfix.imap.certificates.authority))

    with open_smtp(postfix.login("smtps")):
        pass


def test_a_wrong_password_lets_the_mails_wait(postfix: Postfix):
    login = postfix.login("smtps", MEMBER, "not-the-password")

    with pytest.raises(DeliveryError) as refused, open_smtp(login, ca_file=postfix.imap.certificates.authority):
        pass

    assert "user or password is wrong" in str(refused.value)
    assert "not-the-password" not in str(refused.value)
    assert refused.value.again


@pytest.mark.parametrize(("recipient", "words", "again"), [(REFUSED, "550", False), (LATER, "450", True)])
def test_a_refusal_says_whether_trying_again_makes_sense(postfix: Postfix, recipient: str, words: str, again: bool):
    with open_smtp(postfix.login()) as server, pytest.raises(DeliveryError, match=words) as refused:
        server.send(eml(), MEMBER, [recipient])

    assert refused.value.again is again
    assert recipient in str(refused.value)


def test_after_a_refusal_the_next_mail_goes_out(station: Station, user: str):
    with open_smtp(station.postfix.login()) as server:
        with pytest.raises(DeliveryError):
            server.send(eml(), MEMBER, [REFUSED])
        server.send(eml("Danach"), MEMBER, [user])

    assert station.wait_for_mail(user)["Subject"] == "Danach"


def test_the_first_gets_it_whatever_the_server_says_of_the_others(station: Station, user: str):
    with open_smtp(station.postfix.login()) as server:
        refused = server.send(eml("Mit Kopien"), MEMBER, [user, REFUSED, LATER])

    assert station.wait_for_mail(user)["Subject"] == "Mit Kopien"
    assert list(refused) == [REFUSED, LATER]
    assert "it refuses the recipient (550" in refused[REFUSED]


def test_where_the_first_does_not_get_it_nobody_does(station: Station, user: str):
    with open_smtp(station.postfix.login()) as server:
        with pytest.raises(DeliveryError):
            server.send(eml("An zwei"), MEMBER, [REFUSED, user])
        server.send(eml("An einen"), MEMBER, [user])

    assert station.wait_for_mail(user)["Subject"] == "An einen"
    assert len(station.inbox(user)) == 1


def test_a_mail_that_is_too_big_is_refused_for_good(postfix: Postfix, user: str):
    with open_smtp(postfix.login()) as server, pytest.raises(DeliveryError, match=f"it takes at most {BIGGEST}") as refused:
        server.send(eml(text="x" * 70 + "\r\n") + b"y\r\n" * BIGGEST, MEMBER, [user])

    assert not refused.value.again


def test_what_cannot_be_said_in_ascii_is_refused_for_good(postfix: Postfix):
    with open_smtp(postfix.login()) as server, pytest.raises(DeliveryError) as refused:
        server.send(eml(), MEMBER, ["jürgen@posteo.example"])

    assert not refused.value.again


def test_a_mailbox_that_does_not_exist_comes_back_as_a_report(station: Station, user: str):
    station.send(eml("Verloren"), GONE, sender=user)

    report = station.wait_for_mail(user)

    assert report.get_content_type() == "multipart/report"
    assert report["Return-Path"] == "<>"


def test_nobody_listens():
    (port,) = free_ports(1)

    assert complaint(Login(scheme="smtp", host="127.0.0.1", port=port)) == (
        f"127.0.0.1:{port}: nothing listens there; see that host and port are right and that the server runs"
    )


def test_a_host_that_does_not_exist():
    assert "the host 'mail.invalid' is unknown" in complaint(Login(scheme="smtps", host="mail.invalid", port=465))


def test_tls_to_a_server_without_tls(postfix: Postfix):
    assert "no TLS" in complaint(Login(scheme="smtps", host="127.0.0.1", port=postfix.smtp))


def test_a_server_that_never_speaks():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sentence = complaint(Login(scheme="smtp", host="127.0.0.1", port=silent.getsockname()[1]), timeout=0.2)

    assert "127.0.0.1" in sentence


@pytest.mark.parametrize("error", sorted((each for each in vars(smtplib).values() if isinstance(each, type)), key=str))
def test_every_error_of_the_library_has_a_sentence(error: type):
    if issubclass(error, smtplib.SMTPException):
        assert error in SENTENCES


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (smtplib.SMTPDataError(554, b"spam"), False),
        (smtplib.SMTPDataError(451, b"greylisted"), True),
        (smtplib.SMTPServerDisconnected("gone"), True),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"no")}), False),
        (TimeoutError(), True),
        (ssl.SSLCertVerificationError("x"), False),
        (UnicodeEncodeError("ascii", "ü", 0, 1, "x"), False),
    ],
)
def test_what_is_worth_another_try(error: Exception, again: bool):
    translated = delivery_error(error, Login(scheme="smtp", host="127.0.0.1", port=25))

    assert translated.again is again
    assert str(translated).startswith("127.0.0.1:25: ")


def complaint(login: Login, ca_file: Path | None = None, timeout: float = 10, tokens: Tokens | None = None) -> str:
    with pytest.raises(DeliveryError) as refused, open_smtp(login, timeout=timeout, ca_file=ca_file, tokens=tokens):
        pass
    assert refused.value.again
    return str(refused.value)
