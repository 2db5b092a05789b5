"""A person has answered past the bot: who asks what from then on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.tickets.decide import decide
from mailbot.tickets.decision import Action, Reply
from mailbot.tickets.takeover import ANSWERED, TAKEN_OVER, left_to_person, taken_over
from mailbot.tickets.ticket import State
from tests.builders import NOW, catalogue, decision, outcome, reading, request, ticket

RULES = catalogue()
HALF = request(fields={"group": "OV Kalk"}, missing=("admins",))


@pytest.mark.parametrize("state", State)
def test_only_what_the_bot_asked_for_changes_hands(state: State):
    later = NOW + timedelta(hours=1)

    after = taken_over(ticket(HALF, state=state), now=later)

    assert after.state is (State.OPEN if state is State.ASKING else state)
    assert after.updated == later


def test_what_is_still_missing_is_a_persons_to_ask_for():
    mine = ticket(HALF, state=State.OPEN)

    made = decide(reading(request(fields={"group": "OV Nippes"}, missing=("admins",))), (mine,), RULES)

    assert (made.reply, made.silence, made.tell_staff) == (None, TAKEN_OVER, (0,))
    assert [(each.state, each.action, each.changed) for each in made.outcomes] == [(State.OPEN, Action.OPEN, False)]


def test_another_request_of_the_member_is_asked_about_as_ever():
    mine = ticket(HALF, state=State.OPEN)

    made = decide(reading(HALF, request(fields={}, missing=("group",))), (mine,), RULES)

    assert made.reply is Reply.ANSWER
    assert [each.state for each in made.outcomes] == [State.OPEN, State.ASKING]


def test_what_is_complete_at_last_is_confirmed():
    mine = ticket(HALF, state=State.OPEN)

    made = decide(reading(request()), (mine,), RULES)

    assert (made.reply, made.silence) == (Reply.ANSWER, None)


def test_of_a_mail_that_is_answered_already_the_tickets_are_the_same_and_nothing_is_said():
    asks = outcome(HALF, action=Action.ASK, state=State.ASKING)
    reads = outcome(request("other"), action=Action.TRIAGE, state=State.TRIAGE)

    left = left_to_person(decision(asks, reads, tell_staff=(1,)))

    assert (left.reply, left.silence, left.tell_staff) == (None, ANSWERED, (1,))
    assert [each.state for each in left.outcomes] == [State.OPEN, State.TRIAGE]
