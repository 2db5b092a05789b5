"""`mailbot run` as a process, on Dovecot and Postfix."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import make_url

from mailbot.demo.ports import free_ports
from mailbot.store.outbound import State
from tests.association import Association, association, words
from tests.servers.manager import listening
from tests.servers.process import eventually
from tests.servers.station import Station
from tests.service.bench import eml
from tests.typed import typed

ASKS = "Hallo, der OV Kalk möchte die Nextcloud nutzen. Gruß, Anna"


@pytest.fixture
def club(station: Station, tmp_path: Path) -> Association:
    return association(station, make_url(f"sqlite:///{tmp_path / 'mailbot.db'}"), tmp_path)


def mailbot(*words: str) -> list[str]:
    return [sys.executable, "-c", "from mailbot.cli import main; main()", *words]


@dataclass(frozen=True)
class Bot:
    """A process, and where it writes its log."""

    process: subprocess.Popen[str]
    log: Path

    def says(self, event: str) -> None:
        """Wait until the log has it."""

        def said() -> str:
            return self.log.read_text(encoding="utf-8")

        eventually(lambda: event in said() or None, timeout=60, failure=said)


@contextmanager
def running(club: Association, **variables: str) -> Iterator[Bot]:
    """The bot, at work until the end of the block, with these variables besides its settings."""
    log = club.settings.rules.with_name("log")
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(mailbot("run"), env={**club.environment(), **variables}, stderr=file, text=True)
    bot = Bot(process=process, log=log)
    try:
        bot.says("event=running")
        yield bot
    finally:
        process.kill()
        process.wait()


def test_a_running_bot_answers_by_itself_suffers_no_second_one_and_ends_when_it_is_told(club: Association):
    anna, (port,) = club.station.address("anna"), free_ports(1)
    variables = {"WATCHDOG_USEC": "200000", "MAILBOT_METRICS": f"127.0.0.1:{port}"}
    with listening(club.settings.rules.parent) as ear, running(club, NOTIFY_SOCKET=str(ear.path), **variables) as bot:
        ear.hears("READY=1")
        club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)
        club.newest(anna, 1)
        # Meanwhile somebody changes a text and a rule.
        _change(club.settings.templates / "de" / "answer.txt", "danke für", "hab Dank für")
        _change(club.settings.rules, "  name: Die Linke Köln\n", "  name: Die Linke in Köln\n")
        bot.says("changed rules are in force")
        club.write(f"Anna Schmidt <{anna}>", club.buero, "Nextcloud", ASKS)
        answer = words(club.newest(anna, 2))
        assert ("hab Dank für" in answer, "Die Linke in Köln" in answer) == (True, True)
        club.station.wait_for_mail(club.buero, folder="Sent")
        second = subprocess.run(mailbot("run", "--once"), env=club.environment(), capture_output=True, text=True)

        ear.hears("WATCHDOG=1", times=10)
        with urlopen(f"http://127.0.0.1:{port}/healthz") as health:
            assert json.load(health) == {"ok": True, "wrong": []}

        bot.process.send_signal(signal.SIGTERM)
        status = bot.process.wait(timeout=30)
        ear.hears("STOPPING=1")
        log = bot.log.read_text(encoding="utf-8")

    assert status == 0
    assert log.splitlines()[-1].endswith("event=stopped")
    assert anna not in log
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.startswith("mailbot: another `mailbot run` works on ")
    assert len(second.stderr.splitlines()) == 1


def _change(file: Path, old: str, new: str) -> None:
    """As editors do: in a draft, which then takes the file's place."""
    text, draft = file.read_text(encoding="utf-8"), file.with_suffix(".new")
    assert old in text
    draft.write_text(text.replace(old, new), encoding="utf-8")
    draft.replace(file)


def test_a_bot_that_drains_a_full_inbox_is_saved_stopped_and_restored_and_everybody_is_answered_once(club: Association):
    members = [club.station.address(f"anna{number}") for number in range(15)]
    for member in members:
        raw = eml(ASKS, From=f"Anna Schmidt <{member}>", To=club.support, Message_ID=f"<{member}>")
        club.station.put(raw, club.support)
    club.is_rehearsed()
    home = club.settings.rules.parent
    environment = {name: value for name, value in club.environment().items() if name != "MAILBOT_SECRET"}

    # Somebody saves the database, and then the bot is told to stop, while it is at work.
    with running(club, MAILBOT_SECRET="") as bot:
        bot.says("event=sent")
        saved = typed("backup", str(home / "saved"), environment=environment)
        bot.process.send_signal(signal.SIGTERM)
        status = bot.process.wait(timeout=30)
        log = bot.log.read_text(encoding="utf-8")
    assert (saved.status, saved.err) == (0, "")
    assert (status, log.splitlines()[-1].partition("event=")[2]) == (0, "stopped")
    assert State.SENDING not in club.outbox()

    # The next bot does the rest.
    assert typed("run", "--once", environment=environment).status == 0
    told = {member: [str(mail["Subject"]) for mail in club.mails(member)] for member in members}
    assert Counter(map(len, told.values())) == {1: len(members)}

    # The disk is lost.
    for file in home.glob("mailbot.db*"):
        file.unlink()
    for command in (("restore", str(home / "saved")), ("run", "--once"), ("status",)):
        done = typed(*command, environment=environment)
        assert done.status == 0, done.out + done.err

    assert {member: [str(mail["Subject"]) for mail in club.mails(member)] for member in members} == told
    keys = {ticket.requester.email: ticket.key for ticket in club.tickets()}
    assert all(f"[{keys[member]}]" in subject for member, (subject,) in told.items())
    assert len(club.station.inbox(club.support, "Sent")) == len(members)


STOPS = """
import time
from mailbot.cli.bot import _on_signal
_on_signal(lambda: print("stopping", flush=True))
print("on", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_second_signal_ends_it_at_once(number: signal.Signals):
    with subprocess.Popen([sys.executable, "-c", STOPS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline()]
        process.send_signal(number)
        said.append(process.stdout.readline())
        process.send_signal(number)
        status = process.wait(timeout=30)

    assert (said, status) == (["on\n", "stopping\n"], -number)


def test_once_does_all_there_is_and_status_is_content(club: Association):
    anna = club.station.address("anna")
    club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)

    checked = typed("check", environment=club.environment())
    done = subprocess.run(mailbot("run", "--once"), env=club.environment(), capture_output=True, text=True)
    status = typed("status", environment=club.environment())

    assert (checked.status, done.returncode, status.status) == (0, 0, 0), checked.out + done.stderr + status.out
    assert "everything is fine" in status.out
    club.newest(anna, 1)
