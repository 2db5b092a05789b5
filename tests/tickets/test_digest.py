from datetime import UTC, date, datetime, timedelta

from mailbot.mail.message import Address
from mailbot.tickets.digest import Digest, Row, make_digest
from mailbot.tickets.ticket import State
from tests.builders import NOW, catalogue, event, person, request, service, ticket

MONDAY = date(2025, 9, 22)
FRIDAY = date(2025, 9, 19)


def days_ago(days: int, hour: int = 9) -> datetime:
    return (NOW - timedelta(days=days)).replace(hour=hour)


def digest(*tickets, trouble=(), day=MONDAY, now=NOW, **changes) -> Digest:
    pairs = [each if isinstance(each, tuple) else (each, ()) for each in tickets]
    return make_digest(pairs, trouble, day=day, now=now, catalogue=catalogue(**changes))


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
        since=date(2025, 9, 18),
        age=2,
        assignee="Kim Sommer",
    )


def test_who_has_no_name_is_known_by_address():
    (row,) = digest(ticket(requester=Address(email="jemand@verein.example"))).staff

    assert row.who == "jemand@verein.example"


def test_on_monday_new_is_what_came_since_friday():
    thursday, friday, sunday = (ticket(key=f"KV-{n}", opened=days_ago(n)) for n in (4, 3, 1))

    assert keys(digest(thursday, friday, sunday).new) == ["KV-3", "KV-1"]


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
    old = ticket(key="KV-1", opened=days_ago(10))
    new = ticket(key="KV-2", opened=days_ago(1), state=State.TRIAGE)
    overdue = ticket(request("privacy", {}), key="KV-3", opened=days_ago(2), state=State.TRIAGE, due=date(2025, 9, 21))

    assert [(row.key, row.overdue) for row in digest(new, old, overdue).staff] == [
        ("KV-3", True),
        ("KV-1", False),
        ("KV-2", False),
    ]


def test_what_is_due_today_is_not_overdue():
    (row,) = digest(ticket(request("privacy", {}), state=State.TRIAGE, due=MONDAY)).staff

    assert not row.overdue


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


def test_trouble_is_passed_on_as_it_is():
    assert digest(trouble=("Büro: keine Verbindung.",)).trouble == ("Büro: keine Verbindung.",)
