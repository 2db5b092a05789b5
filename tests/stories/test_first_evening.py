"""The first evening: somebody answers the questions at a terminal, and the bot can begin."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from smtplib import SMTP

import pexpect
import pytest
from typer.testing import CliRunner

from mailbot.cli import app
from tests.association import words
from tests.servers.station import Station, parsed
from tests.stories.test_shared_mailbox import ASKS, mail_of

MAILBOT = ["-c", "from mailbot.cli import main; main()"]


def test_what_is_typed_at_a_terminal_makes_a_bot_that_works(station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    support, kim, anna = (station.address(name) for name in ("support", "kim", "anna"))
    imap, smtp = f"imap://127.0.0.1:{station.imap.imap}", station.smtp_url
    with SMTP("127.0.0.1", station.postfix.smtp) as server:
        server.ehlo()
        takes_logins = server.has_extn("auth")  # Postfix asks Dovecot, where that is the mail server
    terminal = pexpect.spawn(sys.executable, [*MAILBOT, "init", "--language", "de"], cwd=tmp_path, encoding="utf-8", timeout=30)
    for question, answer in (
        ("Name des Vereins", "Verein Beispiel"),
        ("Eure Domain", "verein.example"),
        ("Internetseite", ""),
        ("du oder sie", ""),
        ("Vorgänge heißen", ""),
        ("Adresse eines gemeinsamen Postfachs", support),
        ("Name daneben", ""),
        ("IMAP-Server", imap),
        ("Benutzername dort", ""),
        ("Passwort", "secret"),
        ("Noch ein gemeinsames Postfach", ""),
        ("SMTP-Server", smtp),
        *([("Benutzername dort", ""), ("Passwort", "secret")] if takes_logins else [("Benutzername dort", "-")]),
        ("Wer bearbeitet die Anfragen", "Kim Muster"),
        ("E-Mail-Adresse", kim),
        ("Noch jemand", ""),
        ("Was können Mitglieder", ""),
    ):
        terminal.expect(question)
        terminal.sendline(answer)
    terminal.expect("Wie es weitergeht")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert "secret" not in str(terminal.before)

    station.put(mail_of(anna, support, ASKS), support)
    monkeypatch.chdir(tmp_path)
    for command in (["rules", "check"], ["rules", "test"], ["check"], ["run", "--once"], ["outbox", "--json"]):
        ended = CliRunner().invoke(app, command)
        assert ended.exit_code == 0, ended.output

    assert [(mail["to"], mail["state"]) for mail in json.loads(ended.stdout)] == [(anna, "shadow")]
    assert station.inbox(anna) == []
    assert [words(parsed(raw)).strip() for raw in station.inbox(support)] == [ASKS]
