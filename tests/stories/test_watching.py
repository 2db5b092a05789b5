"""The bot looks after itself, on Dovecot and Postfix."""

from __future__ import annotations

from datetime import timedelta

from mailbot.service.bot import run_once
from mailbot.service.canary import send_if_due
from mailbot.service.health import Health, examine
from mailbot.service.lookout import Lookout
from mailbot.service.office import open_office, utc_now
from mailbot.store import inbound
from tests.association import Association

HOUR = timedelta(hours=1)


def looks(club: Association, *, later: timedelta) -> Health:
    """What a running bot does and finds so much later."""
    with open_office(club.settings, clock=lambda: utc_now() + later) as office:
        run_once(office)
        Lookout(office).look()
        run_once(office)
        return examine(office)


def until_the_hour_strikes() -> timedelta:
    """So that half an hour later it is the same hour still."""
    now = utc_now()
    return now.replace(minute=0, second=0, microsecond=0) + HOUR - now


def test_a_canary_comes_back_and_one_that_somebody_takes_away_is_told_of(club: Association):
    rules = club.settings.rules
    rules.write_text(rules.read_text(encoding="utf-8").replace("canary: off", "canary: hourly"), encoding="utf-8")
    start = until_the_hour_strikes()
    looks(club, later=start)
    for box in (club.support, club.buero):
        club.newest(box, 1)
    there = looks(club, later=start)

    assert there.wrong == ()
    assert all(box.canary is not None for box in there.mailboxes)
    assert club.books() == {id: {inbound.State.IGNORED: 1} for id in ("support", "buero")}
    assert club.station.inbox(club.support, "Sent") == []

    # A filter takes the next one away before the bot has seen it.
    with open_office(club.settings, clock=lambda: utc_now() + start + HOUR) as office:
        send_if_due(office)
    for box in (club.support, club.buero):
        club.newest(box, 2)
    with club.station.imap.seen_by_people(club.support) as people:
        people.select_folder("INBOX")
        people.delete_messages(people.search()[-1:])
        people.expunge()
    missing = looks(club, later=start + HOUR + timedelta(minutes=31))

    assert [trouble.name for trouble in missing.troubles] == ["canary support"]
    alarm = club.newest(club.staff, 1)
    assert alarm["Subject"] == f"Störung: Eine Kontrollmail an {club.support} ist nicht angekommen"
