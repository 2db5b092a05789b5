"""Which parts of the bot are alive."""

from __future__ import annotations

from dataclasses import dataclass

from mailbot.service.pulse import Pulse


@dataclass
class Seconds:
    """A clock that is set by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_part_that_is_not_back_in_time_is_stuck_until_it_is():
    clock = Seconds()
    pulse = Pulse(clock)
    pulse.beat("worker", within=300)
    pulse.beat("clock", within=3600)

    clock.now = 300.0
    assert pulse.stuck() == ()

    clock.now = 301.0
    assert pulse.stuck() == ("worker",)

    pulse.beat("worker", within=300)
    assert pulse.stuck() == ()
