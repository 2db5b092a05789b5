from datetime import UTC, date, datetime, timedelta

import pytest

from mailbot.mail.message import Address
from mailbot.tickets.digest import Day, Digest, Notices, Overdue, Row, make_digest
from mailbot.tickets.ticket import State
from tests.builders import NOW, catalogue, event, person, request, service, ticket

MONDAY = date(2025, 9, 22)
FRIDAY = date(2025, 9, 19)


def days_ago(days: int, hour: int = 9) -> datetime:
    return (NOW - timedelta(days=days)).replace(hour=hour)


NOTHING = Notices()


def digest(*tickets, day=MONDAY, now=NOW, notices=NOTHING, days=(), **changes) -> Digest:
    pairs = [each if isinstance(each, tuple) else (each, ()) for each in tickets]
    return make_digest(pairs, day=day, now=now, catalogue=catalogue(**changes), notices=notices, days=days)


def keys(rows: tuple[Row, ...]) -> list[str]:
    return [row.key for row in rows]


def test_a_quiet_day_has_only_empty_sections():
    assert digest() == Digest(day=MONDAY, since=FRIDAY)


def test_a_ticket_tells_who_what_since_when_and_with_whom():
    waiting = ticket(opened=days_ago(4), assignee="kim")

    (row,) = digest(waiting).staff

    assert row == Row(
        key="KV-1042",
        service="Cloudspeicher (Nextcloud)",
        who="Anna Schmidt",
        state=State.OPEN,
        since=date(2025, 9, 18),
        age=2,
        assignee="kim",
    )


def test_who_has_no_name_is_known_by_address():
    (row,) = digest(ticket(requester=Address(email="jemand@verein.example"))).staff

    assert row.who == "jemand@verein.example"


def test_on_monday_new_is_what_came_since_friday():
    thursday, friday, sunday = (ticket(key=f"KV-{n}", opened=days_ago(n)) for n in (4, 3, 1))

    made = digest(thursday, friday, sunday)

    assert [(row.key, row.new) for row in made.staff] == [("KV-4", False), ("KV-3", True), ("KV-1", True)]
    assert made.new == 2


def test_after_a_holiday_new_is_what_came_since_the_last_working_day():
    monday_after_unity_day = digest(day=date(2025, 10, 6), now=datetime(2025, 10, 6, 6, tzinfo=UTC))

    assert monday_after_unity_day.since == date(2025, 10, 2)


def test_members_are_waited_for_with_what_they_still_have_to_say():
    asked = request(
        fields={"users": (person(email=None),)},
        missing=("admins", "group", "users.email"),
    )

    (row,) = digest(ticket(asked, state=State.ASKING)).members

    assert row.missing == ("Name der Gruppe", "E-Mail von Anna Schmidt", "Gruppenadmins (1–3)")


def test_a_second_question_does_not_make_the_waiting_look_shorter():
    history = (event("asked", at=days_ago(5)), event("received", at=days_ago(2)), event("asked", at=days_ago(2)))

    (row,) = digest((ticket(state=State.ASKING, opened=days_ago(5)), history)).members

    assert row.since == date(2025, 9, 17)


def test_a_reopened_ticket_waits_since_it_was_reopened():
    history = (event("opened", at=days_ago(30)), event("closed", at=days_ago(20)), event("reopened", at=days_ago(3)))

    (row,) = digest((ticket(opened=days_ago(30)), history)).staff

    assert row.since == FRIDAY


def test_the_oldest_waits_first_and_the_overdue_before_all():
    old = ticket(key="KV-1", opened=days_ago(4))
    new = ticket(key="KV-2", opened=days_ago(1), state=State.TRIAGE)
    too_old = ticket(key="KV-3", opened=days_ago(10))
    unlawful = ticket(request("privacy", {}), key="KV-4", opened=days_ago(2), state=State.TRIAGE, due=date(2025, 9, 21))

    made = digest(new, old, too_old, unlawful)

    assert [(row.key, row.overdue) for row in made.staff] == [
        ("KV-4", Overdue.LAW),
        ("KV-3", Overdue.WAITING),
        ("KV-1", None),
        ("KV-2", None),
    ]
    assert made.overdue == 2


def test_what_is_due_today_is_not_overdue():
    (row,) = digest(ticket(request("privacy", {}), state=State.TRIAGE, due=MONDAY)).staff

    assert row.overdue is None


@pytest.mark.parametrize(
    ("opened", "day", "age", "overdue"),
    [
        (date(2025, 9, 17), MONDAY, 3, None),  # Wednesday: Thursday, Friday, Monday
        (date(2025, 9, 16), MONDAY, 4, Overdue.WAITING),
        (date(2025, 9, 30), date(2025, 10, 6), 3, None),  # 3 October is a holiday
        (date(2025, 9, 30), date(2025, 10, 7), 4, Overdue.WAITING),
        (date(2026, 5, 29), date(2026, 6, 4), 3, None),  # Corpus Christi, a holiday in NRW
        (date(2026, 5, 29), date(2026, 6, 5), 4, Overdue.WAITING),
    ],
)
def test_days_that_are_no_working_days_make_nothing_overdue(opened, day, age, overdue):
    moment = datetime.combine(opened, NOW.timetz())

    (row,) = digest(ticket(opened=moment), day=day, now=datetime.combine(day, NOW.timetz())).staff

    assert (row.age, row.overdue) == (age, overdue)


def test_how_long_is_too_long_is_a_setting():
    waiting = ticket(opened=days_ago(4))

    assert [digest(waiting, digest={"overdue_after": days}).overdue for days in (1, 2)] == [1, 0]


@pytest.mark.parametrize("state", [State.ASKING, State.ON_HOLD])
def test_what_waits_for_others_is_not_our_delay(state):
    assert digest(ticket(state=state, opened=days_ago(60))).overdue == 0


def test_what_was_put_off_has_a_section_of_its_own_with_the_day():
    until = ticket(opened=days_ago(60), waits_until=NOW + timedelta(days=2))

    made = digest(until)

    assert [(row.key, row.until, row.overdue) for row in made.put_off] == [("KV-1042", date(2025, 9, 24), None)]
    assert made.staff == ()


def test_the_law_knows_no_putting_off():
    until = ticket(request("privacy"), state=State.TRIAGE, due=FRIDAY, waits_until=NOW + timedelta(days=2))

    assert digest(until).put_off[0].overdue is Overdue.LAW


def test_what_was_put_off_comes_back_on_its_day():
    assert keys(digest(ticket(waits_until=NOW)).staff) == ["KV-1042"]


def test_what_was_put_off_waits_anew_from_its_day_on():
    back = ticket(key="KV-1", opened=days_ago(14), waits_until=NOW - timedelta(hours=11, minutes=30))
    taken_back = ticket(key="KV-2", opened=days_ago(14)), (event("resumed", at=days_ago(3)),)

    assert [(row.key, row.age, row.overdue) for row in digest(back, taken_back).staff] == [("KV-2", 1, None), ("KV-1", 0, None)]


def test_what_is_done_waits_for_no_day():
    made = digest(ticket(state=State.CLOSED, waits_until=NOW + timedelta(days=2)))

    assert (keys(made.put_off), keys(made.closed)) == ([], ["KV-1042"])


def test_ones_own_are_those_that_one_is_responsible_for():
    mine = ticket(key="KV-1", assignee="kim"), ticket(key="KV-2", assignee="kim", state=State.ASKING)
    others = ticket(key="KV-3", assignee="anna"), ticket(key="KV-4"), ticket(key="KV-5", assignee="kim", state=State.CLOSED)
    made = digest(*mine, *others)

    own = made.of("kim")

    assert keys(own) == ["KV-1", "KV-2"]
    assert keys(made.without(own).unfinished) == ["KV-3", "KV-4"]
    assert keys(made.without(own).closed) == ["KV-5"]


def test_a_service_on_hold_says_why():
    broken = service(on_hold={"de": "Ein Fehler wird behoben.", "en": "A fault is being mended."})

    (row,) = digest(ticket(state=State.ON_HOLD), services=(broken,)).on_hold

    assert row.because == "Ein Fehler wird behoben."


def test_only_what_was_closed_since_the_last_working_day_is_told():
    def closed(key: str, days: int):
        return ticket(key=key, state=State.CLOSED, opened=days_ago(40)), (event("closed", "erledigt", at=days_ago(days)),)

    told = digest(closed("KV-1", 4), closed("KV-2", 3), closed("KV-3", 0))

    assert keys(told.closed) == ["KV-2", "KV-3"]
    assert told.staff == ()


def test_what_happened_later_is_not_looked_at():
    assert digest(ticket(opened=NOW + timedelta(minutes=1))) == Digest(day=MONDAY, since=FRIDAY)


def test_a_referred_ticket_is_told_once():
    new, old = ticket(state=State.REFERRED), ticket(key="KV-2", state=State.REFERRED, opened=days_ago(5))

    assert keys(digest(new, old).referred) == ["KV-1042"]


def test_notices_and_days_are_passed_on_as_they_are():
    notices, days = Notices(trouble=("Büro: keine Verbindung.",)), (Day(day=FRIDAY, opened=2),)

    assert digest(notices=notices, days=days) == Digest(day=MONDAY, since=FRIDAY, notices=notices, days=days)


def test_a_day_that_is_over_is_seen_as_it_was():
    history = (event("asked", at=days_ago(4)), event("opened", at=days_ago(3, hour=8)), event("closed", at=days_ago(1)))
    closed = (ticket(state=State.CLOSED, opened=days_ago(4)), history)

    friday = digest(closed, day=FRIDAY, now=days_ago(3, hour=20))

    assert [(row.key, row.since) for row in friday.staff] == [("KV-1042", FRIDAY)]
    assert friday.closed == ()
