from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.tickets.report import (
    Figures,
    Missing,
    Week,
    asked_for,
    figures,
    month_after,
    month_before,
)
from mailbot.tickets.ticket import State
from mailbot.tickets.wording import lasted
from tests.builders import VIDEO, catalogue, event, request, service, ticket

OCTOBER = date(2025, 10, 1)
FIRST = datetime(2025, 10, 1, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asked(*labels: str, at: datetime = FIRST):
    return event("asked", f"gefragt nach: {', '.join(labels)}", at=at)


def of(*opened, closed=()) -> Figures:
    return figures(OCTOBER, opened, closed, catalogue())


def test_a_month_without_anything():
    weeks = tuple(Week(first=first, last=last) for first, last in ((1, 7), (8, 14), (15, 21), (22, 28), (29, 31)))

    assert of() == Figures(month=OCTOBER, weeks=weeks)


def test_a_month_is_counted_by_service_and_week():
    video = request("video", {})
    opened = [
        (ticket(opened=FIRST), ()),
        (ticket(video, opened=FIRST + 6 * DAY), ()),
        (ticket(video, opened=FIRST + 7 * DAY), ()),
    ]

    counted = of(*opened, closed=[(FIRST, FIRST + 30 * DAY)])

    assert (counted.opened, counted.closed, counted.services) == (3, 1, (("video", 2), ("nextcloud", 1)))
    assert [(week.opened, week.closed) for week in counted.weeks] == [(2, 0), (1, 0), (0, 0), (0, 0), (0, 1)]


def test_a_ticket_of_the_last_night_belongs_to_the_day_where_the_association_works():
    midnight = datetime(2025, 9, 30, 22, 30, tzinfo=UTC)

    assert of((ticket(opened=midnight), ())).weeks[0].opened == 1


def test_how_long_it_took_is_told_by_the_middle_one():
    opened = [
        (ticket(opened=FIRST), (event("opened", at=FIRST), event("opened", at=FIRST + 9 * DAY))),
        (ticket(opened=FIRST), (asked("Name der Gruppe"), event("held", at=FIRST + 2 * DAY))),
        (ticket(opened=FIRST), (asked("Name der Gruppe"), event("opened", at=FIRST + 5 * DAY))),
        (ticket(opened=FIRST, state=State.ASKING), (asked("Name der Gruppe"),)),
        (ticket(request("privacy"), opened=FIRST), (event("opened", at=FIRST + 30 * DAY),)),  # nothing was to be completed
    ]

    counted = of(*opened, closed=[(FIRST, FIRST + HOUR), (FIRST, FIRST + 3 * HOUR)])

    assert (counted.until_complete, counted.until_closed) == (2 * DAY, 2 * HOUR)


def test_questions_are_counted_and_what_the_first_one_asked_for():
    admins, group = "Gruppenadmins (1–3)", "Name der Gruppe"
    opened = [
        (ticket(), (asked(admins, group), asked(admins, at=FIRST + DAY))),
        (ticket(), (asked(admins), asked(group, at=FIRST + DAY))),
        (ticket(), (event("opened"),)),
        (ticket(request("video")), (asked("Aufgabe in der Gruppe"),)),
    ]

    counted = of(*opened)

    assert (counted.asked, counted.unasked) == (5, 1)
    assert counted.missing == (
        Missing(service="nextcloud", field="admins", times=2, of=3),
        Missing(service="nextcloud", field="group", times=1, of=3),
        Missing(service="video", field="role", times=1, of=1),
    )


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("gefragt nach: Name der Gruppe", ("group",)),
        ("gefragt nach: Nutzer*innen (Vorname, Name, E-Mail), Gruppenadmins (1–3)", ("users", "admins")),
        ("gefragt nach: E-Mail von Mehmet Yılmaz", ("users",)),
        ("gefragt nach: Name der Gruppe, Nachname von Elif", ("group", "users")),
        ("gefragt nach: Gruppenadmins (1–3)", ("admins",)),
        ("", ()),  # forgotten
    ],
)
def test_fields_are_known_by_their_labels(text: str, fields: tuple[str, ...]):
    assert asked_for(text, service()) == fields


def test_a_label_that_holds_another_is_not_both():
    assert asked_for("gefragt nach: Aufgabe in der Gruppe, Vorname, Name, E-Mail", service(VIDEO)) == ("person", "role")


def test_months_follow_each_other_over_the_year():
    assert [month_before(date(2026, 1, 31)), month_after(date(2025, 12, 1)), month_after(date(2024, 1, 31))] == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2024, 2, 1),
    ]


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(), "1 Minute"),
        (timedelta(minutes=59), "59 Minuten"),
        (timedelta(minutes=80), "1 Stunde"),
        (timedelta(hours=23), "23 Stunden"),
        (timedelta(days=1, hours=3), "1 Tag"),
        (timedelta(days=12), "12 Tage"),
    ],
)
def test_how_long_it_took_is_said_in_one_unit(time: timedelta, words: str):
    assert lasted(time) == words
