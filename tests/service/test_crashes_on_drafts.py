"""The bot dies at each of its effects: no draft lies there twice, and what people have sent or written is noted once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from mailbot.service import sender
from mailbot.service.rulebook import Rulebook
from mailbot.store import drafts
from mailbot.store.outbound import State
from mailbot.tickets.ticket import State as Stands
from tests.association import PROJECT
from tests.servers.station import parsed
from tests.service.bench import ANNA, Bench, Clock, Shelf, answering, eml
from tests.service.test_crashes import Crash, Ground, Life, ground, world

__all__ = ["ground"]

STRIDE = 8
"""A world costs a third of a second; 1 tries every moment."""

MODES = {"send": "", "draft": "replies: draft\n"}


@pytest.fixture
def in_each_mode(ground: Ground) -> Ground:
    return Ground(rulebooks={mode: rulebook(ground, mode) for mode in MODES}, empty=ground.empty)


def rulebook(ground: Ground, mode: str) -> Rulebook:
    home = ground.empty.parent / mode
    home.mkdir()
    text = (PROJECT / "rules.yaml").read_text(encoding="utf-8")
    (home / "rules.yaml").write_text(MODES[mode] + text, encoding="utf-8")
    return Rulebook(home / "rules.yaml", PROJECT / "templates", rehearse=False)


def at_each_moment(ground: Ground, mode: str, story: Callable[[Bench, Life, int], None]) -> int:
    """A world for each of these moments; tells how many effects the bot has in all."""
    moment, effects = 0, 1
    while moment < effects:
        life = Life()
        with world(ground, mode, life, Clock()) as bench:
            bench.run()
            story(bench, life, moment)
        moment, effects = moment + STRIDE, life.passed
    return effects


def lives_and_dies(bench: Bench, life: Life, moment: int) -> None:
    """At that one of its effects, then again with all the time it needs: what answers a mail waits until that is done."""
    life.end = life.passed + moment
    with suppress(Crash):
        bench.run()
    life.end = None
    for _ in range(2):
        bench.clock.pass_by(sender.LEASE)
        bench.run()


def test_a_draft_is_put_there_once_and_found_in_sent_once(in_each_mode: Ground):
    def story(bench: Bench, life: Life, moment: int) -> None:
        asked = eml()
        bench.mail(asked)
        lives_and_dies(bench, life, moment)
        (draft,) = bench.support.drafts
        bench.support.others.setdefault("Sent", Shelf()).put(draft, bench.clock.now)
        lives_and_dies(bench, life, moment)

        with bench.office.database.read() as connection:
            assert drafts.sent_unchanged(connection, "nextcloud") == 1
        assert [mail.state for mail in bench.outbox()] == [State.SENT, State.SENT]
        assert [bench.kinds().count(kind) for kind in ("asked", "drafted")] == [1, 1]
        assert [event.text for event in bench.history() if "unverändert" in event.text] == [
            "Entwurf an anna.schmidt@posteo.example abgeschickt, unverändert"
        ]

    assert at_each_moment(in_each_mode, "draft", story) > 20


def test_what_a_person_has_written_is_noted_once_whenever_the_bot_dies(in_each_mode: Ground):
    def story(bench: Bench, life: Life, moment: int) -> None:
        asked = eml()
        bench.mail(asked)
        by_hand = eml("Ich rufe dich an.", **{"From": "support@die-linke-koeln.de", "To": ANNA, **answering(parsed(asked))})
        bench.support.others.setdefault("Sent", Shelf()).put(by_hand, bench.clock.now)
        lives_and_dies(bench, life, moment)

        assert [ticket.state for ticket in bench.tickets()] == [Stands.OPEN]
        assert [bench.kinds().count(kind) for kind in ("asked", "answered")] == [0, 1]
        assert "anna.schmidt@posteo.example" not in {mail.recipient for mail in bench.outbox()}

    assert at_each_moment(in_each_mode, "send", story) > 10
