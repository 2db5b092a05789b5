"""What systemd hears of a running bot. It is played by a socket of the same kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from mailbot.service import parts
from mailbot.service.bells import LONG, Bells
from mailbot.service.bot import run
from mailbot.service.manager import SELDOM, Manager
from mailbot.service.pulse import Pulse
from tests.servers.manager import Ear, listening
from tests.service.bench import Bench
from tests.service.test_pulse import Seconds


@pytest.fixture
def ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    with listening(tmp_path) as ear:
        monkeypatch.setenv("NOTIFY_SOCKET", str(ear.path))
        monkeypatch.setenv("WATCHDOG_USEC", "100000")
        yield ear


def test_the_watchdog_is_fed_only_while_every_part_makes_its_turns(quick_bench: Bench, ear: Ear, monkeypatch: pytest.MonkeyPatch):
    clock, inside, gate = Seconds(), Event(), Event()
    bells = Bells(pulse=Pulse(clock))
    work = parts.work

    def stuck(office: Any) -> bool:
        inside.set()
        gate.wait(timeout=60)
        return work(office)

    running = Thread(target=run, args=(quick_bench.office,), kwargs={"bells": bells})
    running.start()
    try:
        ear.hears("READY=1")
        ear.hears("WATCHDOG=1", times=2)

        monkeypatch.setattr(parts, "work", stuck)
        inside.wait(timeout=60)
        clock.now = 600.0
        ear.hears("STATUS=stuck: worker", times=2)
        ear.forget()
        ear.hears("STATUS=stuck: worker", times=2)
        assert "WATCHDOG=1" not in ear.heard

        gate.set()
        ear.hears("WATCHDOG=1")
    finally:
        gate.set()
        bells.ring_out()
        running.join(timeout=30)

    ear.hears("STOPPING=1")
    assert ear.heard.count("READY=1") == 0


def test_a_part_that_waits_for_a_server_to_come_back_is_not_stuck():
    clock = Seconds()
    bells = Bells(pulse=Pulse(clock))

    bells.turn(pause=300.0)
    clock.now = LONG.total_seconds() + 299

    assert bells.pulse.stuck() == ()


@pytest.mark.parametrize(("told", "seconds"), [("180000000", 90.0), ("", SELDOM), ("0", SELDOM), ("soon", SELDOM)])
def test_it_is_fed_twice_as_often_as_systemd_wants(told: str, seconds: float, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WATCHDOG_USEC", told)

    assert Manager().interval == seconds


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    Manager().ready("here")
