"""What several commands need."""

from __future__ import annotations

import io

import pytest

from mailbot.cli.shared import print_mail

MAIL = (
    b"From: =?utf-8?q?Anna=1B]0;yours=07?= <anna@posteo.example>\r\nTo: support@verein.example\r\nSubject: Nextcloud\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"f=C3=BCr Kalk =1B[2J=C2=9B31m=E2=80=AE\r\n"
    b'--b\r\nContent-Type: image/png; name="logo.png"\r\nContent-Disposition: attachment\r\n\r\nPNG\r\n--b--\r\n'
)


class Terminal(io.StringIO):
    """Standard output where somebody looks on."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_mail_is_readable_and_steers_nothing(monkeypatch: pytest.MonkeyPatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)

    print_mail(MAIL)

    assert terminal.getvalue().splitlines() == [
        "From: Anna]0;yours <anna@posteo.example>",
        "To: support@verein.example",
        "Subject: Nextcloud",
        "",
        "für Kalk [2J31m",
        "[logo.png, image/png, 3 bytes]",
    ]


def test_a_mail_that_cannot_be_read_is_shown_as_far_as_it_is_text(monkeypatch: pytest.MonkeyPatch):
    def broken(_raw: bytes) -> None:
        raise RecursionError("too deep")

    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr("mailbot.mail.read.read", broken)

    print_mail(b"Subject: \xff\x1b[2J\r\n\r\nHallo\r\n")

    assert terminal.getvalue() == "Subject: \ufffd [2J\n\nHallo\n"


def test_in_a_pipe_it_is_its_bytes(capfdbinary: pytest.CaptureFixture[bytes]):
    print_mail(MAIL)

    assert capfdbinary.readouterr().out == MAIL
