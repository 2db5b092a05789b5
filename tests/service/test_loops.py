"""Every loop ends by itself after a few mails; what nothing else ends, the limits end."""

from pathlib import Path

import pytest

from tests.service.bench import bench_in
from tests.service.loops import ENDLESS, SCENES, Scene, Tally, play, two_mailbots

FEW = 10


def outcome(home: Path, scene: Scene) -> Tally:
    here = home / "bot"
    here.mkdir()
    with bench_in(here) as bench:
        return play(bench, scene)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_loop_ends_after_a_few_mails(tmp_path: Path, scene: Scene):
    tally = outcome(tmp_path, scene)

    assert 1 <= tally.to_others <= FEW
    assert tally.to_staff <= FEW + 1  # that they have said the same before is told to them once
    assert tally.kept_back == 0


def test_two_mailbots_do_not_answer_each_other(tmp_path: Path):
    with two_mailbots(tmp_path / "other", stripped=False) as scene:
        assert outcome(tmp_path, scene) == Tally(to_others=1, to_staff=0, from_others=0, kept_back=0, tickets=1)


def test_two_mailbots_stop_even_where_every_header_is_lost_on_the_way(tmp_path: Path):
    with two_mailbots(tmp_path / "other", stripped=True) as scene:
        tally = outcome(tmp_path, scene)

    assert 1 <= tally.to_others <= FEW


def test_a_machine_that_says_something_new_each_time_is_ended_by_the_limits_for_good(tmp_path: Path):
    with bench_in(tmp_path, rules={"per_day: 40": "per_day: 12"}) as bench:
        assert play(bench, ENDLESS) == Tally(to_others=12, to_staff=0, from_others=12, kept_back=1, tickets=13)
