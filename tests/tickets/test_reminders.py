"""When a member who does not answer is reminded, and when their tickets are closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mailbot.tickets.calendar import is_working_day
from mailbot.tickets.reminders import GiveUp, Known, Remind, Step, absent, due
from mailbot.tickets.ticket import Event, State, Ticket
from tests import builders
from tests.builders import event, ticket

CATALOGUE = builders.catalogue()
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)  # nine o'clock in Cologne
DAY = timedelta(days=1)


def asking(**changes: Any) -> Ticket:
    return ticket(**{"state": State.ASKING, "opened": MONDAY, "updated": MONDAY, **changes})


def on_day(day: float, kind: str, **changes: Any) -> Event:
    return event(kind, at=MONDAY + day * DAY, **changes)


ASKED = (on_day(0, "received"), on_day(0, "asked"))


def step(*events: Event, day: float, of: Ticket | None = None, **rules: Any) -> Step | None:
    """What is due on that day for a ticket with these events besides the first question."""
    catalogue = builders.catalogue(reminders=rules)
    found = list(due([(of or asking(), (*ASKED, *events))], catalogue, MONDAY + day * DAY))
    return found[0].step if found else None


def daily(known: Known, *, days: range, skipped: frozenset[int] = frozenset()) -> list[tuple[int, Step]]:
    """What happens when the bot looks each working day at nine, but for those on which it is down."""
    (here, events), told = known, []
    for day in days:
        now = MONDAY + day * DAY
        if day in skipped or not is_working_day(now.date(), CATALOGUE.hours) or here.state is State.CLOSED:
            continue
        for waiting in due([(here, events)], CATALOGUE, now):
            told.append((day, waiting.step))
            if isinstance(waiting.step, GiveUp):
                here = replace(here, state=State.CLOSED)
            else:
                events = (*events, event("reminded", at=now))
    return told


def test_a_member_is_reminded_twice_and_then_the_ticket_is_closed():
    told = daily((asking(), ASKED), days=range(30))

    assert told == [
        (7, Remind()),  # the fifth day is a Saturday
        (14, Remind(closes=date(2026, 3, 23))),
        (21, GiveUp(since=date(2026, 3, 2))),
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [(4, None), (5, Remind()), (11, Remind()), (12, Remind(closes=date(2026, 3, 23))), (40, Remind(closes=date(2026, 4, 18)))],
)
def test_the_first_reminder_is_due_after_five_days_and_nobody_is_given_up_without_one(day: float, expected: Step | None):
    assert step(day=day) == expected


def test_a_bot_that_was_down_for_a_week_sends_one_reminder_not_two():
    told = daily((asking(), ASKED), days=range(40), skipped=frozenset(range(5, 14)))

    assert [(day, type(each)) for day, each in told] == [(14, Remind), (21, GiveUp)]


def test_a_bot_that_was_down_for_a_month_reminds_before_it_gives_up():
    told = daily((asking(), ASKED), days=range(60), skipped=frozenset(range(1, 36)))  # Easter Monday is the last day

    assert told == [(36, Remind(closes=date(2026, 4, 14))), (43, GiveUp(since=date(2026, 3, 2)))]


@pytest.mark.parametrize("kind", ["received", "asked", "answered", "reopened", "resumed"])
def test_a_mail_from_or_to_the_member_starts_the_count_anew(kind: str):
    assert step(on_day(5, "reminded"), on_day(6, kind), day=10) is None
    assert step(on_day(5, "reminded"), on_day(6, kind), day=11) == Remind()


def test_what_staff_note_among_themselves_changes_nothing():
    assert step(on_day(3, "note"), on_day(4, "assigned"), day=5) == Remind()


@pytest.mark.parametrize("state", [each for each in State if each is not State.ASKING])
def test_only_who_was_asked_is_reminded(state: State):
    assert step(day=5, of=asking(state=state)) is None


def test_what_staff_have_put_off_is_left_alone_until_then():
    put_off = asking(waits_until=MONDAY + 9 * DAY)

    assert step(day=8, of=put_off) is None
    assert step(day=9, of=put_off) == Remind()


def test_who_is_away_is_reminded_after_they_are_back():
    note = absent(date(2026, 3, 12), at=MONDAY, by="anna.schmidt@posteo.example")

    assert note.text == "Abwesenheitsnotiz: wieder da am 12.03.2026"
    assert step(note, day=14) is None
    assert step(note, day=15) == Remind()


def test_tickets_of_one_conversation_and_member_are_one_matter_and_those_of_another_member_another():
    mine, too, theirs = (
        asking(),
        asking(key="KV-1043"),
        asking(key="KV-1044", requester=replace(ticket().requester, email="b@x.example")),
    )

    found = list(due([(each, ASKED) for each in (theirs, mine, too)], CATALOGUE, MONDAY + 5 * DAY))

    assert sorted([each.key for each in waiting.tickets] for waiting in found) == [["KV-1042", "KV-1043"], ["KV-1044"]]


def test_a_second_ticket_that_was_asked_about_later_waits_with_the_first():
    later = (on_day(4, "asked"),)

    assert list(due([(asking(), ASKED), (asking(key="KV-1043"), later)], CATALOGUE, MONDAY + 6 * DAY)) == []


def test_reminders_and_closing_can_be_left_out():
    assert step(day=100, member_after=(), close_after=0) is None
    assert step(day=21, member_after=()) == GiveUp(since=date(2026, 3, 2))
    assert step(on_day(12, "reminded"), day=100, close_after=0) is None
    assert step(day=12, close_after=0) == Remind()


# --- whatever happens

HAPPENINGS = some.lists(
    some.tuples(some.integers(0, 100), some.sampled_from(["received", "asked", "answered", "note", "assigned", "sent"])),
    max_size=6,
)
DOWN = some.frozensets(some.integers(0, 60))


@given(happenings=HAPPENINGS, down=DOWN)
def test_never_two_reminders_within_days_never_soon_after_an_answer_always_closed_at_last(happenings, down):
    events = tuple(sorted((*ASKED, *(on_day(day + 0.1, kind) for day, kind in happenings)), key=lambda each: each.at))

    told, here, history = [], asking(), ()
    for day in range(200):
        now = MONDAY + day * DAY
        history = tuple(sorted((*history, *(each for each in events if now - DAY < each.at <= now)), key=lambda each: each.at))
        if day in down or not is_working_day(now.date(), CATALOGUE.hours) or here.state is State.CLOSED:
            continue
        for waiting in due([(here, history)], CATALOGUE, now):
            told.append((now, waiting.step))
            if isinstance(waiting.step, GiveUp):
                here = replace(here, state=State.CLOSED)
            else:
                history = (*history, event("reminded", at=now))

    answers = [each.at for each in events if each.kind in ("received", "asked", "answered")]
    moments = [now for now, _ in told]
    for earlier, later in pairwise(moments):
        anew = any(earlier < answer < later for answer in answers)
        assert later - earlier >= (5 if anew else 7) * DAY
    assert not any(timedelta() <= now - answer < 4 * DAY for now in moments for answer in answers)
    assert [type(each) for _, each in told][-2:] == [Remind, GiveUp]
