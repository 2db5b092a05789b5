from datetime import timedelta

import pytest

from mailbot.tickets.past import as_it_was
from mailbot.tickets.ticket import State
from tests.builders import AKTIVISTI, NOW, OTHER, event, service, ticket

KINDS = ("received", "asked", "note", "opened", "held", "opened", "closed", "reopened", "triaged")
HISTORY = tuple(event(kind, at=NOW + timedelta(hours=hour)) for hour, kind in enumerate(KINDS))
NOW_SO = ticket(state=State.TRIAGE)


@pytest.mark.parametrize(
    ("hour", "state"),
    list(
        enumerate(
            (
                State.TRIAGE,  # nothing is known of it
                State.ASKING,
                State.ASKING,
                State.OPEN,
                State.ON_HOLD,
                State.OPEN,
                State.CLOSED,
                State.OPEN,
                State.TRIAGE,
            )
        )
    ),
)
def test_a_ticket_stood_where_its_last_turn_had_brought_it(hour: int, state: State):
    at = NOW + timedelta(hours=hour, minutes=30)

    then, told = as_it_was(NOW_SO, HISTORY, at, service())

    assert (then.state, told) == (state, HISTORY[: hour + 1])


def test_who_reopens_what_only_a_person_can_read_brings_it_to_a_person():
    history = (event("reopened"), event("closed", at=NOW + timedelta(hours=2)))

    then, _ = as_it_was(ticket(state=State.CLOSED), history, NOW + timedelta(hours=1), service(OTHER))

    assert then.state is State.TRIAGE


def test_today_the_ticket_itself_is_right():
    history = (event("opened"),)

    assert as_it_was(ticket(state=State.REFERRED), history, NOW, service(AKTIVISTI)) == (ticket(state=State.REFERRED), history)
