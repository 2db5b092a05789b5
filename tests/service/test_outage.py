"""Staff hear of a mailbox that is out of reach."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from mailbot.service.clock import wind_up
from mailbot.service.outage import PATIENCE, tell_of_outages
from mailbot.service.sender import deliver
from mailbot.store import mailboxes
from tests.association import words
from tests.service.bench import STAFF, Bench

MINUTE = timedelta(minutes=1)
TROUBLE = "support at mail.verein.example:993: login: user or password is wrong"


def is_away(bench: Bench, server: str = "support") -> None:
    with bench.office.database.write() as connection:
        mailboxes.in_trouble(connection, server, TROUBLE, now=bench.clock.now)


def is_there(bench: Bench) -> None:
    with bench.office.database.write() as connection:
        mailboxes.reached(connection, "support", now=bench.clock.now)


def subjects(bench: Bench) -> list[str]:
    deliver(bench.office)
    return [str(mail["Subject"]) for mail in bench.slot.to(STAFF)]


GONE = "Störung: support@die-linke-koeln.de ist nicht erreichbar"
BACK = "Wieder da: support@die-linke-koeln.de ist erreichbar"


def test_after_half_an_hour_staff_are_told_once_and_once_more_when_it_is_back(bench: Bench):
    told = []
    for _ in range(90):
        is_away(bench)
        tell_of_outages(bench.office)
        told.append(len(subjects(bench)))
        bench.clock.pass_by(MINUTE)
    is_there(bench)
    for _ in range(3):
        tell_of_outages(bench.office)
        bench.clock.pass_by(MINUTE)

    assert told == [0] * 30 + [1] * 60
    assert subjects(bench) == [GONE, BACK]
    gone, back = (" ".join(words(mail).split()) for mail in bench.slot.to(STAFF))
    assert "seit Mo 2.3., 10:00 Uhr" in gone
    assert TROUBLE in gone
    assert "von Mo 2.3., 10:00 Uhr bis Mo 2.3., 11:30 Uhr" in back


def test_a_server_that_is_back_in_time_is_nobodys_business(bench: Bench):
    for _ in range(3):
        is_away(bench)
        bench.clock.pass_by(PATIENCE - MINUTE)
        tell_of_outages(bench.office)
        is_there(bench)
        bench.clock.pass_by(MINUTE)
        tell_of_outages(bench.office)

    assert subjects(bench) == []


def test_the_next_outage_is_told_again(bench: Bench):
    for _ in range(2):
        is_away(bench)
        bench.clock.pass_by(PATIENCE)
        tell_of_outages(bench.office)
        is_there(bench)
        tell_of_outages(bench.office)

    assert subjects(bench) == [GONE, BACK, GONE, BACK]


def test_however_many_bots_there_are_staff_get_one_mail(bench: Bench):
    is_away(bench)
    bench.clock.pass_by(PATIENCE)

    with ThreadPoolExecutor(4) as bots:
        told = list(bots.map(lambda _: tell_of_outages(bench.office), range(4)))

    assert sorted(told) == [0, 0, 0, 1]
    assert subjects(bench) == [GONE]


def test_a_mailbox_that_has_left_the_rules_and_a_server_that_sends_are_not_told_of(bench: Bench):
    is_away(bench, "smtp")
    is_away(bench, "presse")
    bench.clock.pass_by(PATIENCE)

    assert tell_of_outages(bench.office) == 0


def test_it_is_a_job_of_the_clock(bench: Bench):
    is_away(bench)
    bench.clock.pass_by(PATIENCE)

    wind_up(bench.office).run_all()

    assert GONE in subjects(bench)
