"""A trial is over: what becomes of tickets whose members have heard nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.tickets.ticket import Event, State
from mailbot.tickets.trial import ANSWERED, UNANSWERED, laid_down
from tests.builders import NOW, ticket

LATER = NOW + timedelta(days=14)


def events(*kinds: str) -> tuple[Event, ...]:
    """A history; the mails that brought it are numbered."""
    return tuple(Event(at=NOW, kind=kind, by="somebody", text="", mail=number) for number, kind in enumerate(kinds, start=1))


@pytest.mark.parametrize("state", [state for state in State if state is not State.CLOSED])
def test_what_nobody_has_answered_is_for_a_person_and_no_question_was_asked(state: State):
    mine = ticket(state=state, questions=2)

    after, event = laid_down(mine, events("received", "asked", "shadow"), (), LATER)

    assert after == replace(mine, state=State.TRIAGE, questions=0, updated=LATER)
    assert (event.at, event.kind, event.text) == (LATER, "triaged", UNANSWERED)


def test_what_a_person_has_answered_is_closed():
    after, event = laid_down(ticket(state=State.OPEN), events("received", "asked", "answered", "shadow"), (), LATER)

    assert after.state is State.CLOSED
    assert (event.kind, event.text) == ("closed", ANSWERED)


def test_who_wrote_again_after_the_answer_waits_for_one_unless_it_was_thanks():
    history = events("received", "answered", "received")

    assert laid_down(ticket(), history, (), LATER)[0].state is State.TRIAGE
    assert laid_down(ticket(), history, (3,), LATER)[0].state is State.CLOSED
