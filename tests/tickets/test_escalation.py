"""Who of the staff is reminded of which tickets, and when it becomes everybody's business."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mailbot.tickets.calendar import is_working_day, working_days_between
from mailbot.tickets.escalation import Cause, Urgent, due, who_is_reminded
from mailbot.tickets.ticket import Event, State, Ticket
from tests import builders
from tests.builders import event, ticket

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
CATALOGUE = builders.catalogue()
KIM, ANNA = CATALOGUE.staff


def waiting(**changes: Any) -> Ticket:
    return ticket(**{"opened": MONDAY, "updated": MONDAY, **changes})


def on_day(day: float, kind: str, text: str = "") -> Event:
    return event(kind, text, at=MONDAY + day * DAY)


OPENED = (on_day(0, "received"), on_day(0, "opened"))


def told(*events: Event, day: int, of: Ticket | None = None, **rules: Any) -> list[tuple[Cause, bool]]:
    """Why staff are reminded on that day, and whether everybody is."""
    catalogue = builders.catalogue(reminders=rules)
    known = [(of or waiting(), (*OPENED, *events))]
    return [(each.cause, each.everybody) for each in due(known, catalogue, MONDAY + day * DAY)]


REMINDED, ESCALATED = [(Cause.UNANSWERED, False)], [(Cause.UNANSWERED, True)]


Course = list[tuple[int, Urgent]]


def course(known: Ticket, events: tuple[Event, ...], *, days: range, down: frozenset[int] = frozenset()) -> Course:
    """What happens when the bot looks on each working day, but for those on which it is down."""
    here, found = known, []
    for day in days:
        now = MONDAY + day * DAY
        if day in down or not is_working_day(now.date(), CATALOGUE.hours):
            continue
        heard = tuple(each for each in events if each.at <= now)
        for urgent in due([(here, heard)], CATALOGUE, now):
            found.append((day, urgent))
            if urgent.returned:
                here = replace(here, waits_until=None)
                events = (*events, event("resumed", at=now))
            events = (*events, event("urged", "Erinnerung an Kim", at=now))
    return found


def test_after_three_working_days_those_who_work_on_it_are_reminded_after_six_everybody_and_so_on():
    found = course(waiting(), OPENED, days=range(17))

    assert [(day, each.everybody, each.urged is not None) for day, each in found] == [
        (3, False, False),  # Thursday
        (8, True, True),  # Tuesday
        (11, True, True),
        (16, True, True),
    ]


def test_a_bot_that_was_down_reminds_once():
    found = course(waiting(), OPENED, days=range(17), down=frozenset(range(1, 14)))

    assert [(day, each.everybody) for day, each in found] == [(14, True), (16, True)]


@pytest.mark.parametrize("kind", ["answered", "asked", "closed", "held"])
def test_after_an_answer_nobody_is_reminded_until_the_member_writes_again(kind: str):
    assert told(on_day(1, kind), day=10) == []


def test_the_member_who_writes_after_an_answer_waits_anew():
    again = (on_day(1, "answered"), on_day(2, "received"))

    assert told(*again, day=4) == []
    assert told(*again, day=7) == REMINDED


def test_a_member_who_asks_again_and_again_gives_staff_no_more_time():
    assert told(on_day(1, "received"), on_day(2, "received"), day=3) == REMINDED


def test_what_was_asked_and_answered_first_does_not_count():
    asked_first = (on_day(0, "asked"), on_day(9, "received"), on_day(9, "opened"))

    assert told(*asked_first, day=10) == []
    assert told(*asked_first, day=14) == REMINDED


def test_who_takes_it_has_the_whole_time():
    assert told(on_day(2, "assigned"), day=4) == []
    assert told(on_day(2, "assigned"), day=7) == REMINDED


def test_a_note_is_no_answer():
    assert told(on_day(2, "note"), day=3) == REMINDED


@pytest.mark.parametrize("state", [State.ASKING, State.ON_HOLD, State.REFERRED, State.CLOSED])
def test_what_does_not_wait_for_staff_is_not_urgent(state: State):
    assert told(day=10, of=waiting(state=state)) == []


def test_reminders_can_be_left_out_and_escalation_too():
    assert told(day=20, staff_after=0) == []
    assert told(on_day(3, "urged"), day=30, escalate_after=0) == REMINDED
    assert told(on_day(3, "urged"), day=7, escalate_after=5) == ESCALATED


# --- put off


def test_what_was_put_off_comes_back_on_its_day_and_not_before():
    put_off = waiting(waits_until=datetime(2026, 3, 11, 23, tzinfo=UTC))  # the beginning of Thursday in Cologne
    events = (*OPENED, on_day(1, "waits"))

    found = course(put_off, events, days=range(17))

    assert [(day, each.cause, each.returned, each.everybody) for day, each in found] == [
        (10, Cause.RETURNED, True, False),
        (15, Cause.UNANSWERED, False, False),
    ]


def test_what_was_put_off_to_a_holiday_comes_back_after_it():
    put_off = waiting(waits_until=datetime(2026, 4, 2, 22, tzinfo=UTC))  # Good Friday

    found = course(put_off, (*OPENED, on_day(1, "waits")), days=range(40))

    assert found[0][0] == (date(2026, 4, 7) - MONDAY.date()).days


@pytest.mark.parametrize("state", [State.ASKING, State.ON_HOLD])
def test_whatever_it_waits_for_it_comes_back(state: State):
    assert told(day=5, of=waiting(state=state, waits_until=MONDAY + 5 * DAY)) == [(Cause.RETURNED, False)]


# --- deadlines


def test_a_deadline_is_told_a_week_and_two_days_before_then_to_everybody():
    legal = waiting(due=date(2026, 3, 19))  # a Thursday

    found = course(legal, (*OPENED, on_day(0.1, "answered")), days=range(30))

    assert [(day, each.cause, each.everybody) for day, each in found] == [
        (10, Cause.DEADLINE, False),
        (15, Cause.DEADLINE, True),
    ]


def test_a_warning_for_a_weekend_comes_before_it():
    legal = waiting(due=date(2026, 3, 16))  # two days before are Saturday

    found = course(legal, (*OPENED, on_day(0.1, "answered")), days=range(30))

    assert [day for day, _ in found] == [7, 11]  # Monday and Friday


def test_the_law_does_not_wait_with_those_who_put_it_off():
    legal = waiting(due=date(2026, 3, 19), state=State.ASKING, waits_until=MONDAY + 60 * DAY)

    assert told(day=10, of=legal) == [(Cause.DEADLINE, False)]


def test_when_deadline_and_return_fall_on_one_day_it_is_one_reminder():
    legal = waiting(due=date(2026, 3, 19), waits_until=MONDAY + 10 * DAY)

    (urgent,) = due([(legal, OPENED)], CATALOGUE, MONDAY + 10 * DAY)

    assert (urgent.cause, urgent.returned) == (Cause.DEADLINE, True)


# --- who is reminded


def urgent(of: Ticket | None = None, *, day: int = 3) -> Urgent:
    (found,) = due([(of or waiting(), OPENED)], CATALOGUE, MONDAY + day * DAY)
    return found


def test_who_took_it_is_reminded_or_all_who_work_on_it():
    video = KIM.model_copy(update={"services": ("video",)})
    of_us = CATALOGUE.model_copy(update={"staff": (video, ANNA)})

    assert who_is_reminded(urgent(), of_us, {}) == (ANNA,)
    assert who_is_reminded(urgent(waiting(assignee="kim")), of_us, {}) == (video,)
    assert who_is_reminded(urgent(day=8), of_us, {}) == (video, ANNA)


def test_whose_assignee_is_away_is_the_others_business():
    assert who_is_reminded(urgent(waiting(assignee="kim")), CATALOGUE, {"kim"}) == (ANNA,)
    assert who_is_reminded(urgent(day=8), CATALOGUE, {"kim"}) == (ANNA,)
    assert who_is_reminded(urgent(), CATALOGUE, {"kim", "anna"}) == (KIM, ANNA)


def test_it_can_become_the_business_of_a_few():
    chosen = builders.catalogue(reminders={"escalate_to": ("kim",)})

    assert who_is_reminded(urgent(day=8), chosen, {}) == (KIM,)
    assert who_is_reminded(urgent(day=8), chosen, {"kim"}) == (ANNA,)


# --- whatever happens

HAPPENINGS = some.lists(
    some.tuples(some.integers(0, 60), some.sampled_from(["received", "answered", "assigned", "note", "sent", "asked"])),
    max_size=6,
)


@given(happenings=HAPPENINGS, down=some.frozensets(some.integers(0, 60)))
def test_never_twice_a_day_never_before_its_time_and_never_after_an_answer(happenings, down):
    events = tuple(sorted((*OPENED, *(on_day(day + 0.1, kind) for day, kind in happenings)), key=lambda each: each.at))

    found = course(waiting(), events, days=range(100), down=down)

    days = [day for day, _ in found]
    assert all(earlier < later for earlier, later in pairwise(days))
    for day in days:
        before = [each for each in events if each.at <= MONDAY + day * DAY]
        answers = [number for number, each in enumerate(before) if each.kind in ("answered", "asked")]
        rest = before[answers[-1] + 1 :] if answers else before
        assert any(each.kind in ("received", "opened", "assigned") for each in rest)
        first = min(each.at for each in rest)
        assert working_days_between(first.date(), (MONDAY + day * DAY).date(), CATALOGUE.hours) >= 3
