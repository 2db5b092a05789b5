"""Staff hear of trouble with the bot once, and once more when it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest

from mailbot.errors import MailbotError, StoreError, TokenError
from mailbot.service import judgement
from mailbot.service.alarms import sound_alarms
from mailbot.service.health import examine
from mailbot.service.lookout import Lookout, beat, rest
from mailbot.service.sender import deliver
from mailbot.service.survey import draw_up
from mailbot.store import mailboxes
from mailbot.tickets.alarms import PATIENCE
from tests.association import words
from tests.service.bench import LATER, STAFF, Bench

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TROUBLE = "support at mail.verein.example:993: login: user or password is wrong"
GONE = "Störung: support@die-linke-koeln.de ist nicht erreichbar"
BACK = "Behoben: support@die-linke-koeln.de ist wieder erreichbar"


def is_away(bench: Bench, server: str = "support") -> None:
    with bench.office.database.write() as connection:
        mailboxes.in_trouble(connection, server, TROUBLE, now=bench.clock.now)


def is_there(bench: Bench, *servers: str) -> None:
    with bench.office.database.write() as connection:
        for server in servers or ("support", "buero"):
            mailboxes.reached(connection, server, now=bench.clock.now)


def looks(bench: Bench, after: timedelta = MINUTE) -> int:
    """What the bot does so much later, while all other mailboxes are fine; tells of how much."""
    bench.clock.pass_by(after)
    is_there(bench, "buero")
    return sound_alarms(bench.office)


def lasts(bench: Bench) -> int:
    """What the bot does when something is so now, and still is half an hour later."""
    return looks(bench) + looks(bench, PATIENCE)


def subjects(bench: Bench) -> list[str]:
    deliver(bench.office)
    return [str(mail["Subject"]) for mail in bench.slot.to(STAFF)]


# --- a mailbox


def test_after_half_an_hour_staff_are_told_once_and_once_more_when_it_is_back(bench: Bench):
    told = []
    for _ in range(9):
        is_away(bench)
        told.append(looks(bench, 10 * MINUTE))
    is_there(bench)
    told += [looks(bench) for _ in range(3)]

    assert told == [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0]
    assert subjects(bench) == [GONE, BACK]
    gone, back = (" ".join(words(mail).split()) for mail in bench.slot.to(STAFF))
    assert "seit Mo 2.3., 10:00 Uhr" in gone
    assert TROUBLE in gone
    assert "von Mo 2.3., 10:00 Uhr bis Mo 2.3., 11:31 Uhr" in back


def test_a_server_that_is_back_in_time_is_nobodys_business(quick_bench: Bench):
    for _ in range(3):
        is_away(quick_bench)
        looks(quick_bench)
        looks(quick_bench, PATIENCE - MINUTE)
        is_there(quick_bench)
        looks(quick_bench)

    assert subjects(quick_bench) == []


def test_the_next_outage_is_told_again(quick_bench: Bench):
    for _ in range(2):
        is_away(quick_bench)
        lasts(quick_bench)
        is_there(quick_bench)
        looks(quick_bench)

    assert subjects(quick_bench) == [GONE, BACK, GONE, BACK]


def test_however_many_bots_there_are_staff_get_one_mail(bench: Bench):
    is_away(bench)
    looks(bench)
    bench.clock.pass_by(PATIENCE)
    is_there(bench, "buero")

    with ThreadPoolExecutor(4) as bots:
        list(bots.map(lambda _: sound_alarms(bench.office), range(4)))

    assert subjects(bench) == [GONE]


def test_a_mailbox_that_has_left_the_rules_and_a_server_that_sends_are_not_told_of(quick_bench: Bench):
    is_there(quick_bench)
    is_away(quick_bench, "smtp")
    is_away(quick_bench, "presse")

    assert lasts(quick_bench) == 0
    assert [trouble.name for trouble in examine(quick_bench.office).troubles] == ["sending"]


def test_more_than_so_many_mails_a_day_there_are_not_and_the_end_of_a_told_one_comes_later(quick_bench: Bench):
    for _ in range(10):
        is_away(quick_bench)
        lasts(quick_bench)
        is_there(quick_bench)
        looks(quick_bench)
    assert subjects(quick_bench) == [GONE, BACK] * 3

    is_away(quick_bench)
    lasts(quick_bench)
    assert len(subjects(quick_bench)) == 6
    looks(quick_bench, 24 * HOUR)
    assert subjects(quick_bench)[6:] == [GONE]


KIM = "\nstaff:\n  - {id: kim, name: Kim, email: kim@verein.example}\n"


@pytest.mark.parametrize("quick_bench", [{"\nstaff:\n": KIM, "  # to: [technik]": "  to: [technik]"}], indirect=True)
def test_rules_say_whom_alarms_go_to(quick_bench: Bench):
    quick_bench.change_rules("staff:\n", "staff:\n  - {id: kim, name: Kim, email: kim@verein.example}\n")
    is_away(quick_bench)
    lasts(quick_bench)

    assert subjects(quick_bench) == [GONE]
    assert quick_bench.slot.to("kim@verein.example") == []


# --- everything else that is wrong


def test_mails_in_quarantine_are_told_of(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailbot.service.readers.read", lambda raw: 1 / 0)
    quick_bench.arrives()
    is_there(quick_bench)

    assert lasts(quick_bench) == 1
    assert subjects(quick_bench) == ["Störung: Mails an support@die-linke-koeln.de sind in Quarantäne"]


def test_a_disk_that_is_nearly_full_is_told_of_and_stands_in_the_digest(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judgement, "disk_usage", lambda folder: SimpleNamespace(free=1_999_999))
    for after in (MINUTE, PATIENCE, MINUTE):
        is_there(quick_bench)
        looks(quick_bench, after)

    assert subjects(quick_bench) == ["Störung: Die Festplatte des Bots ist fast voll"]
    assert digest_says(quick_bench) == ("Die Festplatte des Bots ist fast voll, seit Mo 2.3., 10:01 Uhr",)

    monkeypatch.undo()
    is_there(quick_bench)
    looks(quick_bench)
    assert subjects(quick_bench)[1:] == ["Behoben: Auf der Festplatte des Bots ist wieder Platz"]
    assert digest_says(quick_bench) == ()


def digest_says(bench: Bench) -> tuple[str, ...]:
    with bench.office.database.read() as connection:
        return draw_up(connection, bench.office.catalogue, day=bench.clock.now.date(), now=bench.clock.now).notices.trouble


def test_a_clock_that_stands_still_is_told_of_but_not_one_that_was_stopped(quick_bench: Bench):
    beat(quick_bench.office)
    told = []
    for after in (HOUR, MINUTE, PATIENCE):
        looks(quick_bench, after)
        is_there(quick_bench)
        told.append(subjects(quick_bench))
    assert told == [[], [], ["Störung: Die Uhr des Bots steht"]]

    beat(quick_bench.office)
    looks(quick_bench)
    assert subjects(quick_bench)[1:] == ["Behoben: Die Uhr des Bots geht wieder"]

    rest(quick_bench.office)
    quick_bench.clock.pass_by(2 * HOUR)
    is_there(quick_bench)
    assert examine(quick_bench.office).wrong == ()


def test_a_bot_that_starts_after_hours_does_not_tell_of_what_it_is_about_to_deal_with(quick_bench: Bench):
    beat(quick_bench.office)
    is_there(quick_bench)
    looks(quick_bench, 5 * HOUR)
    is_there(quick_bench)
    beat(quick_bench.office)

    assert looks(quick_bench) == 0
    assert subjects(quick_bench) == []


# --- the database itself


@contextmanager
def without_database(bench: Bench) -> Iterator[None]:
    """As when its server is down."""

    def away() -> None:
        raise StoreError("database postgresql://…: connection refused")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.office.database, "read", away)
        patch.setattr(bench.office.database, "write", away)
        yield


def test_without_its_database_the_bot_tells_past_the_outbox_once_a_day(quick_bench: Bench):
    lookout, told = Lookout(quick_bench.office), []
    with without_database(quick_bench):
        for _ in range(26 * 6):
            with pytest.raises(StoreError):
                lookout.look()
            told.append(len(quick_bench.slot.to(STAFF)))
            quick_bench.clock.pass_by(10 * MINUTE)
    is_there(quick_bench)
    lookout.look()
    lookout.look()

    assert [told.count(number) for number in range(3)] == [3, 24 * 6, 9]
    assert subjects(quick_bench) == [
        *["Störung: Die Datenbank des Bots ist nicht erreichbar"] * 2,
        "Behoben: Die Datenbank des Bots ist wieder erreichbar",
    ]


def test_that_its_database_is_back_is_told_as_soon_as_that_can_be_written(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    lookout = told_that_the_database_is_away(quick_bench)

    with monkeypatch.context() as patch:
        patch.setattr("mailbot.service.lookout.tell", refused(StoreError("database is locked")))
        with pytest.raises(StoreError):
            lookout.look()
    lookout.look()
    lookout.look()

    assert subjects(quick_bench)[1:] == ["Behoben: Die Datenbank des Bots ist wieder erreichbar"]


def told_that_the_database_is_away(bench: Bench) -> Lookout:
    """It was away for half an hour, staff have heard of it, and now it is back."""
    lookout = Lookout(bench.office)
    with without_database(bench):
        for _ in range(4):
            with pytest.raises(StoreError):
                lookout.look()
            bench.clock.pass_by(10 * MINUTE)
    is_there(bench)
    return lookout


def refused(error: Exception) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise error

    return refuse


@pytest.mark.parametrize("error", [StoreError("it is away"), TokenError("it has ended", again=False)])
def test_what_the_login_lacks_meanwhile_does_not_hide_that_the_database_is_away(
    quick_bench: Bench, monkeypatch: pytest.MonkeyPatch, error: MailbotError
):
    monkeypatch.setattr("mailbot.service.lookout.send_now", refused(error))
    with without_database(quick_bench):
        lookout = Lookout(quick_bench.office, away_since=quick_bench.clock.now - PATIENCE)
        with pytest.raises(StoreError, match="connection refused"):
            lookout.look()

    assert lookout.told_at is None


def test_that_its_database_is_away_is_told_as_soon_as_a_mail_can_leave(quick_bench: Bench):
    lookout = Lookout(quick_bench.office)
    quick_bench.slot.errors = [LATER]
    with without_database(quick_bench):
        for _ in range(5):
            with pytest.raises(StoreError):
                lookout.look()
            quick_bench.clock.pass_by(10 * MINUTE)

    assert subjects(quick_bench) == ["Störung: Die Datenbank des Bots ist nicht erreichbar"]


def test_a_database_that_is_back_soon_is_nobodys_business(quick_bench: Bench):
    lookout = Lookout(quick_bench.office)
    with without_database(quick_bench), pytest.raises(StoreError):
        lookout.look()
    quick_bench.clock.pass_by(PATIENCE)
    is_there(quick_bench)
    lookout.look()

    assert subjects(quick_bench) == []
