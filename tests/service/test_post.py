"""Who gets a letter, and when it may leave."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mailbot.service import desk
from mailbot.service.alarms import sound_alarms
from mailbot.service.overview import send, send_if_due
from mailbot.service.sender import deliver
from mailbot.store import absences, mailboxes
from mailbot.tickets.alarms import PATIENCE
from tests.service.bench import MONDAY, STAFF, Bench, answering, eml, proof
from tests.service.test_worker import ADDRESS, COMPLETE, signal

EVA = "eva@die-linke-koeln.de"
TWO_OF_US = {
    "    email: technik@die-linke-koeln.de\n": (
        f"    email: technik@die-linke-koeln.de\n  - id: eva\n    name: Eva Neumann\n    email: {EVA}\n"
    )
}
QUIET = {"  subdivision: NW\n": '  subdivision: NW\n  quiet: {after: "21:00", until: "07:00"}\n'}
NIGHT = MONDAY + timedelta(hours=13)  # 23:00 in Cologne
MORNING = MONDAY + timedelta(hours=21)  # 7:00


def goes_away(bench: Bench, staff: str, until: date) -> None:
    with bench.office.database.write() as connection:
        absences.go_away(connection, staff, until=until)


# --- who is away


@pytest.mark.parametrize("quick_bench", [TWO_OF_US], indirect=True)
def test_who_is_away_gets_no_mails_about_tickets_and_no_digest_until_then(quick_bench: Bench):
    goes_away(quick_bench, "technik", date(2026, 3, 3))

    signal_of_eva(quick_bench)
    send_if_due(quick_bench.office)
    deliver(quick_bench.office)
    assert (len(quick_bench.slot.to(EVA)), quick_bench.slot.to(STAFF)) == (2, [])

    quick_bench.clock.pass_by(timedelta(days=2))
    send_if_due(quick_bench.office)
    deliver(quick_bench.office)
    assert (len(quick_bench.slot.to(EVA)), len(quick_bench.slot.to(STAFF))) == (3, 1)


@pytest.mark.parametrize("quick_bench", [TWO_OF_US], indirect=True)
def test_when_everybody_is_away_everybody_gets_everything(quick_bench: Bench):
    for staff in ("technik", "eva"):
        goes_away(quick_bench, staff, date(2026, 3, 8))

    signal_of_eva(quick_bench)
    send_if_due(quick_bench.office)
    deliver(quick_bench.office)

    assert (len(quick_bench.slot.to(EVA)), len(quick_bench.slot.to(STAFF))) == (2, 2)


def signal_of_eva(bench: Bench) -> None:
    bench.arrives(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")


# --- quiet hours


def test_without_quiet_hours_everything_leaves_at_any_hour(quick_bench: Bench):
    quick_bench.clock.now = NIGHT

    signal(quick_bench)

    assert (len(quick_bench.slot.to(ADDRESS)), len(quick_bench.slot.to(STAFF))) == (1, 1)


@pytest.mark.parametrize("quick_bench", [QUIET], indirect=True)
def test_at_night_members_are_answered_and_staff_sleep(quick_bench: Bench):
    quick_bench.clock.now = NIGHT
    quick_bench.arrives(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")
    send(quick_bench.office, day=NIGHT.date())
    quick_bench.run()
    assert (len(quick_bench.slot.to(ADDRESS)), quick_bench.slot.to(STAFF)) == (1, [])

    quick_bench.clock.now = MORNING - timedelta(minutes=1)
    quick_bench.run()
    assert quick_bench.slot.to(STAFF) == []

    quick_bench.clock.now = MORNING
    quick_bench.run()
    assert [str(mail["Subject"]).partition(" ")[0] for mail in quick_bench.slot.to(STAFF)] == ["[KV-1001]", "Übersicht"]


@pytest.mark.parametrize("quick_bench", [QUIET], indirect=True)
def test_who_works_at_night_gets_answers_at_night(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    quick_bench.clock.now = NIGHT
    told = len(quick_bench.slot.to(STAFF))

    quick_bench.mail(eml("#erledigt", From=STAFF, **answering(for_staff), **proof()))
    quick_bench.run()
    send(quick_bench.office, day=NIGHT.date(), again=True)
    quick_bench.run()

    assert len(quick_bench.slot.to(STAFF)) == told + 2
    assert len(quick_bench.slot.to(ADDRESS)) == 2


@pytest.mark.parametrize("quick_bench", [QUIET], indirect=True)
def test_a_mailbox_out_of_reach_wakes_staff(quick_bench: Bench):
    quick_bench.clock.now = NIGHT - PATIENCE
    with quick_bench.office.database.write() as connection:
        mailboxes.in_trouble(connection, "support", "wrong password", now=quick_bench.clock.now)
        mailboxes.reached(connection, "buero", now=quick_bench.clock.now)
    sound_alarms(quick_bench.office)
    quick_bench.clock.now = NIGHT

    sound_alarms(quick_bench.office)
    deliver(quick_bench.office)

    assert len(quick_bench.slot.to(STAFF)) == 1


@pytest.mark.parametrize("quick_bench", [QUIET], indirect=True)
def test_a_release_at_night_tells_members_at_once_and_staff_in_the_morning(quick_bench: Bench):
    signal(quick_bench)
    desk.hold(quick_bench.office, "signal", "Signal wird gerade gewartet.")
    quick_bench.run()
    quick_bench.clock.now = NIGHT

    desk.release(quick_bench.office, "signal")
    quick_bench.run()

    assert (len(quick_bench.slot.to(ADDRESS)), len(quick_bench.slot.to(STAFF))) == (3, 1)
