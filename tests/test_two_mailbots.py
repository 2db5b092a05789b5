"""Two associations whose bots write to each other, on Dovecot and Postfix."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from tests.association import Association, association
from tests.servers.station import Station
from tests.test_running import ASKS


def club(station: Station, home: Path) -> Association:
    home.mkdir()
    return association(station, make_url(f"sqlite:///{home / 'mailbot.db'}"), home)


def test_two_mailbots_exchange_one_mail_and_no_more(station: Station, tmp_path: Path):
    ours, theirs = club(station, tmp_path / "ours"), club(station, tmp_path / "theirs")
    ours.write(theirs.support, ours.support, "Nextcloud", ASKS)

    ours.run()
    theirs.newest(theirs.support, 1)
    for _ in range(2):
        theirs.run()
        ours.run()

    assert [len(each.mails(each.support)) for each in (ours, theirs)] == [1, 1]
    assert ours.mails(ours.staff) == theirs.mails(theirs.staff) == []
