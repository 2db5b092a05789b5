"""`mailbot check` as a whole, and its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from mailbot.checkup import tour
from mailbot.checkup.finding import Grade
from mailbot.checkup.german import PHRASES, in_german
from mailbot.checkup.keeping import database, disk
from mailbot.checkup.tour import check_up
from mailbot.mail import smtp
from mailbot.mail.imap import errors
from mailbot.service import judgement
from mailbot.store.database import open_database
from mailbot.store.look import Look, look_at
from tests.association import PROJECT
from tests.mail.test_signing import by, key

HERE = make_url("sqlite:///mailbot.db")


def test_every_error_of_the_mail_servers_is_told_in_german():
    english = [
        *(sentence for sentence, _ in errors.SENTENCES.values()),
        *(each.split(" ({")[0] for each in smtp.SENTENCES.values()),
    ]

    assert [sentence for sentence in english if sentence not in PHRASES] == []


def test_the_words_of_an_error_that_have_no_german_stay_as_they_are():
    error = "kim at mail.example:993: login: user or password is wrong (b'[AUTHENTICATIONFAILED] no')"

    assert in_german(error) == "kim at mail.example:993: login: Name oder Passwort stimmt nicht (b'[AUTHENTICATIONFAILED] no')"
    assert (
        in_german("MAILBOT_SMTP is not set; it looks like smtps://u:p@h") == "MAILBOT_SMTP fehlt; das sieht so aus: smtps://u:p@h"
    )


@pytest.mark.parametrize(
    ("look", "grade", "text"),
    [
        (Look(version="0003", known=("0001", "0002", "0003")), Grade.OK, "sqlite:///mailbot.db, version 0003"),
        (
            Look(version="0002", known=("0001", "0002", "0003")),
            Grade.OK,
            "the next start brings it to 0003, make a backup before",
        ),
        (Look(version="0009", known=("0001", "0002", "0003")), Grade.WRONG, "install the newer mailbot again"),
        (Look(version=None, known=("0001",)), Grade.OK, "still empty"),
        (None, Grade.OK, "is made at the first start"),
    ],
)
def test_the_version_of_the_database(look: Look | None, grade: Grade, text: str):
    told = database(HERE, look)

    assert told.grade is grade
    assert text in told.text.en


def test_a_look_at_a_database_changes_nothing(empty_database_url: URL, tmp_path: Path):
    before = look_at(empty_database_url)
    open_database(empty_database_url).close()
    after = look_at(empty_database_url)

    assert before is None or before.version is None
    assert after is not None
    assert after.version == after.known[-1]
    assert (after.time is None) == (empty_database_url.drivername == "sqlite")


def test_a_disk_that_is_nearly_full_is_wrong(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    url = make_url(f"sqlite:///{tmp_path}/mailbot.db")
    (fine,) = disk(url)
    monkeypatch.setattr("mailbot.checkup.keeping.ROOM", 10**9)
    (full,) = disk(url)

    assert (fine.grade, full.grade) == (Grade.OK, Grade.WRONG)
    assert re.search(r"nur noch \d+ MB frei", full.text.de)
    assert list(disk(make_url("postgresql+psycopg://host/name"))) == []
    assert judgement.ROOM == 100


def test_where_nothing_is_yet_the_way_to_begin_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    settings, rules = check_up()

    assert (settings.grade, rules.grade) == (Grade.TIP, Grade.WRONG)
    assert all("`mailbot init`" in text for each in (settings, rules) for text in (each.text.de, each.text.en))
    assert "die Datei gibt es nicht" in rules.text.de


def test_where_the_bot_signs_its_key_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tour.rules, "rules_of", lambda *_: [])  # no examples
    ours = by()
    signing = {"DOMAIN": ours.domain, "SELECTOR": ours.selector, "KEY": key()}
    for name, value in {
        "RULES": str(PROJECT / "rules.yaml"),
        **{f"DKIM_{name}": value for name, value in signing.items()},
    }.items():
        monkeypatch.setenv(f"MAILBOT_{name}", value)

    found = {each.what.en: each.grade for each in check_up(ask={ours.name: (ours.record,)}.get)}

    assert found["dkim key verein.example"] is Grade.OK
