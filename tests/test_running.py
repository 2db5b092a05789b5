"""`mailbot run` as a process, on Dovecot and Postfix."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.association import Association, association
from tests.servers.process import eventually
from tests.servers.station import Station

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


@contextmanager
def running(club: Association) -> Iterator[Bot]:
    """The bot, at work until the end of the block."""
    log = club.settings.rules.with_name("log")
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(mailbot("run"), env=club.environment(), stderr=file, text=True)
    try:
        eventually(
            lambda: "event=running" in log.read_text(encoding="utf-8") or None,
            timeout=60,
            failure=lambda: f"the bot does not start: {log.read_text(encoding='utf-8')}",
        )
        yield Bot(process=process, log=log)
    finally:
        process.kill()
        process.wait()


def test_a_running_bot_answers_by_itself_suffers_no_second_one_and_ends_when_it_is_told(club: Association):
    anna = club.station.address("anna")
    with running(club) as bot:
        club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)
        club.newest(anna, 1)
        club.write(f"Anna Schmidt <{anna}>", club.buero, "Nextcloud", ASKS)
        club.newest(anna, 2)
        club.station.wait_for_mail(club.buero, folder="Sent")
        second = subprocess.run(mailbot("run", "--once"), env=club.environment(), capture_output=True, text=True)

        bot.process.send_signal(signal.SIGTERM)
        status = bot.process.wait(timeout=30)
        log = bot.log.read_text(encoding="utf-8")

    assert status == 0
    assert log.splitlines()[-1].endswith("event=stopped")
    assert anna not in log
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.startswith("mailbot: another `mailbot run` works on ")
    assert len(second.stderr.splitlines()) == 1


def test_once_does_all_there_is_and_status_is_content(club: Association):
    anna = club.station.address("anna")
    club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)

    for words in (("check",), ("run", "--once"), ("status",)):
        done = subprocess.run(mailbot(*words), env=club.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    assert "everything is fine" in done.stdout
    club.newest(anna, 1)
