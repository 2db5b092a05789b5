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
from mailbot.service.heart import beating
from mailbot.service.manager import SELDOM, Manager
from mailbot.service.pulse import Pulse
from mailbot.service.receiver import hand_over, receive
from mailbot.service.worker import work
from tests.servers.manager import Ear, listening
from tests.service.bench import Bench, eml
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


def test_each_mail_that_leaves_is_a_turn_of_the_sender(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bells, turns, send = Bells(), list[int](), quick_bench.slot.send
    box = quick_bench.office.catalogue.mailboxes[0]
    for name in ("anna", "berta", "carla"):
        quick_bench.mail(eml(From=f"{name}@posteo.example"))
    receive(quick_bench.office, box, quick_bench.support)  # type: ignore[arg-type]
    hand_over(quick_bench.office, box)
    while work(quick_bench.office):
        pass

    def until_the_third(*words: Any) -> Any:
        if len(quick_bench.slot.taken) == 2:
            bells.ring_out()
        return send(*words)

    monkeypatch.setattr(quick_bench.slot, "send", until_the_third)
    monkeypatch.setattr(Pulse, "beat", lambda *_, **__: turns.append(len(quick_bench.slot.taken)))
    with beating(quick_bench.office.database) as heart:
        parts.sender(quick_bench.office, bells, heart)()

    assert sorted(set(turns)) == [0, 1, 2, 3]


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
