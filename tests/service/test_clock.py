"""The clock's jobs."""

import pytest

from mailbot.errors import StoreError
from mailbot.service import clock
from mailbot.service.office import Office
from tests.service.bench import Bench


@pytest.mark.parametrize("error", [StoreError("the disk is full"), RecursionError("too deep")])
def test_a_job_in_trouble_keeps_no_other_from_its_time(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception):
    done: list[str] = []

    def broken(_office: Office) -> None:
        done.append("broken")
        raise error

    def sound(_office: Office) -> None:
        done.append("sound")

    monkeypatch.setattr(clock, "JOBS", (broken, sound))

    jobs = clock.wind_up(quick_bench.office)
    for _ in range(2):
        jobs.run_all()

    assert done == ["broken", "sound"] * 2
