"""Staff are reminded of what waits for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from mailbot.service import desk
from mailbot.service.reminders import remind_if_due
from mailbot.service.sender import deliver
from mailbot.store import tickets
from tests.association import words
from tests.service.bench import MONDAY, STAFF, Bench, answering, eml, proof
from tests.service.test_post import EVA, QUIET, TWO_OF_US, goes_away
from tests.service.test_worker import ADDRESS, COMPLETE, signal

DAY = timedelta(days=1)
of_two = pytest.mark.parametrize("quick_bench", [TWO_OF_US], indirect=True)


def on_day(bench: Bench, day: float, *addresses: str) -> list[list[str]]:
    """The clock strikes so many days after Monday, ten o'clock; gives the subjects that each has got of it."""
    bench.clock.now = MONDAY + day * DAY
    before = len(bench.slot.taken)
    remind_if_due(bench.office)
    deliver(bench.office)
    new = bench.slot.taken[before:]
    return [[str(mail["Subject"]) for recipient, mail in new if recipient == address] for address in addresses or (STAFF,)]


def change(bench: Bench, **changes: object) -> None:
    with bench.office.database.write() as connection:
        tickets.save(connection, replace(tickets.lock(connection, "KV-1001"), **changes))  # type: ignore[arg-type]


def newest(bench: Bench, address: str = STAFF) -> str:
    return " ".join(words(bench.slot.to(address)[-1]).split())


ONE = ["[KV-1001] Erinnerung: Signal-Gruppe – Anna Schmidt"]


@of_two
def test_who_took_a_ticket_is_reminded_and_at_last_everybody(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")
    desk.carry_out(quick_bench.office, "KV-1001", "assign", "eva")
    deliver(quick_bench.office)  # both hear of it

    found = {day: on_day(quick_bench, day, STAFF, EVA) for day in range(9)}

    assert {day: mails for day, mails in found.items() if mails != [[], []]} == {3: [[], ONE], 8: [ONE, ONE]}
    told = newest(quick_bench)
    assert "deshalb geht das jetzt an alle" in told
    assert "Do 5.3.: Erinnerung an Eva Neumann" in told
    assert [event.text for event in quick_bench.history() if event.kind == "urged"] == [
        "Erinnerung an Eva Neumann",
        "Erinnerung an Technik-Team, Eva Neumann",
    ]


def test_several_tickets_are_one_mail(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.arrives(COMPLETE.replace("Kalk", "Nippes"), Subject="Signal-Gruppe für den OV Nippes")

    assert on_day(quick_bench, 3) == [["Erinnerung: 2 Vorgänge warten auf eine Antwort"]]
    assert on_day(quick_bench, 3.1) == [[]]
    for key in ("KV-1001", "KV-1002"):
        assert key in newest(quick_bench)
        assert "urged" in quick_bench.kinds(key)


def test_a_reminder_of_several_says_how_to_answer_and_plain_words_open_no_ticket(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.arrives(COMPLETE.replace("Kalk", "Nippes"), Subject="Signal-Gruppe für den OV Nippes")
    on_day(quick_bench, 3)
    reminder = quick_bench.slot.to(STAFF)[-1]
    assert "„1001 nehme ich“ übernimmt ihn" in newest(quick_bench)

    quick_bench.arrives("Den Vorgang von Lea nehme ich.", From=STAFF, **answering(reminder))
    assert "„17 nehme ich“" in newest(quick_bench)
    quick_bench.arrives("1001 nehme ich", From=STAFF, **answering(reminder))

    assert "KV-1001 (Anna Schmidt): zuständig ist jetzt Technik-Team" in newest(quick_bench)
    assert len(quick_bench.tickets()) == 2


def test_once_staff_have_answered_there_is_no_reminder(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    on_day(quick_bench, 3)

    quick_bench.mail(eml("Hallo Anna,\n\nmorgen!", From=STAFF, **answering(for_staff)))
    quick_bench.run()

    assert "morgen!" in newest(quick_bench, ADDRESS)
    assert [on_day(quick_bench, day) for day in (8, 11)] == [[[]], [[]]]


@of_two
def test_the_tickets_of_who_is_away_are_the_others_business(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")
    desk.carry_out(quick_bench.office, "KV-1001", "assign", "eva")
    deliver(quick_bench.office)  # both hear of it
    goes_away(quick_bench, "eva", date(2026, 3, 6))

    assert on_day(quick_bench, 3, STAFF, EVA) == [ONE, []]


def test_what_was_put_off_comes_back_once(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.mail(eml("#warten 7 Tage", From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1]), **proof()))
    quick_bench.run()

    assert [on_day(quick_bench, day)[0] for day in (3, 4, 7, 8)] == [[], [], ONE, []]

    assert "Wiedervorlage" in newest(quick_bench)
    assert quick_bench.tickets()[0].waits_until is None
    assert [kind for kind in quick_bench.kinds() if kind in ("waits", "resumed", "urged")] == ["waits", "resumed", "urged"]


def test_a_legal_deadline_is_told(quick_bench: Bench):
    text = "Guten Tag,\n\nwelche Daten habt ihr über mich gespeichert? Ich bitte um Auskunft nach Art. 15 DSGVO.\n"
    quick_bench.arrives(text, Subject="Auskunft")
    change(quick_bench, due=date(2026, 3, 19))
    quick_bench.mail(eml("Kommt!", From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1])))
    quick_bench.run()

    assert [bool(on_day(quick_bench, day)[0]) for day in (9, 10, 11, 15)] == [False, True, False, True]
    assert "Die gesetzliche Frist läuft ab" in newest(quick_bench)
    assert "Frist: 19. März 2026" in newest(quick_bench)


@pytest.mark.parametrize("quick_bench", [{**QUIET, 'at: "09:00"': 'at: "06:00"'}], indirect=True)
def test_reminders_wait_for_the_end_of_quiet_hours(quick_bench: Bench):
    signal(quick_bench)
    six = datetime(2026, 3, 5, 6, tzinfo=quick_bench.office.catalogue.hours.timezone)

    assert on_day(quick_bench, (six - MONDAY) / DAY) == [[]]

    quick_bench.clock.now = six + timedelta(hours=1)
    deliver(quick_bench.office)
    assert str(quick_bench.slot.to(STAFF)[-1]["Subject"]) == ONE[0]


def test_hostile_names_stay_names(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, From='"{{ 7*7 }} <script>\\"" <anna.schmidt@posteo.example>', Subject="Signal {% for %}")
    on_day(quick_bench, 3)

    mail = quick_bench.slot.to(STAFF)[-1]

    assert "{{ 7*7 }} <script>" in str(mail["Subject"])
    assert "<script>" not in mail.get_body(("html",)).get_content()
