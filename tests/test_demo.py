"""The demo plays the main job from end to end on embedded servers."""

from __future__ import annotations

import io
import signal
import smtplib
import subprocess
import sys
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import make_url

from mailbot.demo import run_demo
from mailbot.demo.ports import free_ports
from mailbot.demo.post import samples
from mailbot.errors import MailbotError
from mailbot.store import inbound, tickets
from mailbot.store.database import open_database
from mailbot.tickets.ticket import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a demo has shown, and where it left everything."""

    shown: str
    folder: Path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo") / "kept"
    screen = io.StringIO()
    run_demo(folder, Console(file=screen, width=100))
    return Played(shown=screen.getvalue(), folder=folder)


def test_every_kind_of_mail_ends_where_it_belongs(played: Played):
    database = open_database(make_url(f"sqlite:///{played.folder / 'mailbot.db'}"))
    try:
        with database.read() as connection:
            found = {(ticket.request.service, ticket.state) for ticket in tickets.search(connection)}
            ignored = inbound.in_state(connection, inbound.State.IGNORED)
            left_over = [
                *inbound.in_state(connection, inbound.State.PENDING),
                *inbound.in_state(connection, inbound.State.QUARANTINED),
            ]
    finally:
        database.close()

    assert found == {
        ("nextcloud", State.ON_HOLD),
        ("video", State.OPEN),
        ("website", State.ASKING),
        ("zetkin", State.REFERRED),
        ("help", State.TRIAGE),
        ("email_personal", State.OPEN),
        ("email_group", State.CLOSED),
    }
    assert len(ignored) == 2
    assert left_over == []


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("Nextcloud für den OV Ehrenfeld", id="a member's mail"),
        pytest.param('because rule nextcloud: "Nextcloud" in line 3', id="why the bot understood it so"),
        pytest.param("E-Mail von Mehmet Yılmaz:", id="what the bot asks for"),
        pytest.param("> Ziel-Adresse: sofia.rossi@gmx.example", id="an answer inside the quote"),
        pytest.param("It says that it is an automatic answer", id="why it is silent"),
        pytest.param("die Adresse ist eingerichtet", id="what staff answer"),
        pytest.param("#erledigt · abgeschlossen", id="the confirmation of an order"),
        pytest.param("Übersicht vom", id="the digest"),
    ],
)
def test_the_screen_shows(played: Played, words: str):
    assert words in played.shown


def test_the_members_get_the_words_of_staff_under_the_associations_name(played: Played):
    answer = parsed(played.folder / "sent" / "tim.becker-at-posteo.example-2.eml")

    assert answer["From"] == "Büro Die Linke Köln <buero@die-linke-koeln.de>"
    assert "die Adresse ist eingerichtet" in answer.get_body(("plain",)).get_content()
    assert "Kim" not in answer.get_body(("plain",)).get_content()


def test_everything_is_kept(played: Played):
    received = sorted(path.name for path in (played.folder / "received").iterdir())
    sent = sorted(path.stem for path in (played.folder / "sent").glob("*.eml"))

    assert {sample.name for sample in samples()} < set(received)
    assert sent == sorted(path.stem for path in (played.folder / "sent").glob("*.html"))
    assert all(parsed(path).get_content_type() == "multipart/alternative" for path in (played.folder / "sent").glob("*.eml"))


def test_an_earlier_demo_is_not_overwritten(played: Played):
    with pytest.raises(MailbotError, match="an earlier demo lies there; name an empty folder"):
        run_demo(played.folder, Console(file=io.StringIO()))


def test_what_cannot_be_a_folder_is_said(tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(MailbotError, match="cannot be made a folder"):
        run_demo(tmp_path / "file", Console(file=io.StringIO()))


def test_without_its_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "mailbot.demo.play", None)

    with pytest.raises(MailbotError, match=r"pip install 'mailbot\[demo\]'"):
        run_demo(None, Console(file=io.StringIO()))


def test_the_people_are_invented():
    addresses = [sample.mail.sender.email for sample in samples()]

    assert len(addresses) >= 8
    assert all(address.endswith(".example") for address in addresses)


def parsed(path: Path) -> EmailMessage:
    mail = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_servers_to_practise_on_show_what_is_sent_until_they_are_interrupted(tmp_path: Path):
    imap, smtp = free_ports(2)
    # Where no rules lie yet, those that ship count.
    serve = [Path(sys.executable).with_name("mailbot"), "demo", "--serve", "--ports", str(imap), str(smtp)]
    with subprocess.Popen(serve, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        settings = [running.stdout.readline() for _ in range(3)]

        with smtplib.SMTP("127.0.0.1", smtp) as session:
            session.sendmail("support@die-linke-koeln.de", ["lea@posteo.example"], "Subject: Nextcloud\r\n\r\nHallo Lea!\r\n")
        shown = [running.stdout.readline() for _ in range(3)]
        running.send_signal(signal.SIGINT)

    assert settings[0] == f"MAILBOT_IMAP_SUPPORT=imap://support%40die-linke-koeln.de:demo@127.0.0.1:{imap}\n"
    assert settings[2] == f"MAILBOT_SMTP=smtp://127.0.0.1:{smtp}\n"
    assert "to lea@posteo.example: Nextcloud" in shown[0]
    assert "Hallo Lea!" in shown[1]
    assert running.returncode == 0
