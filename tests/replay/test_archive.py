"""Mails out of whatever people keep them in."""

from __future__ import annotations

import mailbox
from contextlib import suppress
from pathlib import Path

import pytest

from mailbot.errors import NotFound
from mailbot.login import Login
from mailbot.replay.archive import name_of, open_archive, open_archives
from mailbot.settings import Settings
from tests.mail.eml import eml
from tests.servers.dovecot import Dovecot

FIRST = eml("zuerst").replace(b"Tue, 10 Jun", b"Mon, 09 Jun")
SECOND = eml("danach")


def no_settings() -> Settings:
    raise AssertionError("the settings are for servers only")


def texts(place: Path | str) -> list[str]:
    with open_archive(str(place), no_settings) as archive:
        found = [raw.rpartition(b"\n\n")[2].rpartition(b"\r\n\r\n")[2].decode().strip() for _, raw in archive.mails]
        assert len(found) == archive.size
    return found


def test_a_folder_of_mails_is_read_by_the_day_they_were_written_whatever_their_names(tmp_path: Path):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "a.eml").write_bytes(SECOND)
    (tmp_path / "deeper" / "b.eml").write_bytes(FIRST)
    (tmp_path / "notes.txt").write_text("no mail")

    assert texts(tmp_path) == ["zuerst", "danach"]


def test_a_single_mail_is_an_archive(tmp_path: Path):
    (tmp_path / "one.eml").write_bytes(FIRST)

    assert texts(tmp_path / "one.eml") == ["zuerst"]


def test_an_mbox_file_is_read(tmp_path: Path):
    box = mailbox.mbox(tmp_path / "Archiv")
    for raw in (SECOND, FIRST):
        box.add(raw)
    box.close()

    assert texts(tmp_path / "Archiv") == ["zuerst", "danach"]


def test_a_maildir_is_read_with_its_folders_for_there_lie_the_answers(tmp_path: Path):
    box = mailbox.Maildir(tmp_path / "Maildir")
    box.add(SECOND)
    box.add_folder("Sent").add(FIRST)

    assert texts(tmp_path / "Maildir") == ["zuerst", "danach"]


def test_a_mail_without_a_date_comes_first_and_is_not_lost(tmp_path: Path):
    (tmp_path / "a.eml").write_bytes(FIRST)
    (tmp_path / "b.eml").write_bytes(SECOND.replace(b"Date:", b"X-Date:"))

    assert texts(tmp_path) == ["danach", "zuerst"]


@pytest.mark.parametrize("name", ["missing", "missing.eml", "empty", "notes.txt"])
def test_what_is_no_archive_is_told_with_its_name(tmp_path: Path, name: str):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("no mail")

    with pytest.raises(NotFound, match=name):
        texts(tmp_path / name)


@pytest.mark.parametrize("place", ["imap:", "imap:support", "imap:/INBOX", "imap:support/"])
def test_a_place_on_a_server_names_mailbox_and_folder(place: str):
    with pytest.raises(NotFound, match="imap:support/INBOX"), open_archive(place, lambda: SETTINGS):
        pass


SETTINGS = Settings(smtp=Login(scheme="smtp", host="127.0.0.1", port=25))


def test_a_folder_on_the_server_is_only_read(dovecot: Dovecot, people, user: str):
    people.append("INBOX", FIRST)
    settings = SETTINGS.model_copy(update={"imap": {"support": dovecot.login(user)}})

    with open_archive("imap:support/INBOX", lambda: settings) as archive:
        ((name, raw),) = archive.mails

    assert (name, raw) == ("INBOX:1", FIRST)
    people.select_folder("INBOX")
    assert people.get_flags([1]) == {1: ()}


def test_several_archives_are_one_by_the_days_of_their_mails(tmp_path: Path, dovecot: Dovecot, people, user: str):
    last = eml("zuletzt").replace(b"Tue, 10 Jun", b"Wed, 11 Jun")
    people.append("INBOX", FIRST)
    people.append("INBOX", last)
    (tmp_path / "answers.eml").write_bytes(SECOND)
    settings = SETTINGS.model_copy(update={"imap": {"support": dovecot.login(user)}})

    with open_archives(["imap:support/INBOX", str(tmp_path)], lambda: settings) as archive:
        found = [name for name, _ in archive.mails]

    assert (archive.size, found) == (3, ["INBOX:1", "answers.eml", "INBOX:2"])


def test_an_archive_is_called_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "deeper").mkdir()
    monkeypatch.chdir(tmp_path / "deeper")

    assert [name_of(place) for place in ("../a.mbox", ".", "imap:support/INBOX")] == ["a.mbox", "deeper", "imap:support/INBOX"]


def test_an_archive_is_left_alone_when_reading_is_broken_off(tmp_path: Path):
    (tmp_path / "one.eml").write_bytes(FIRST)

    with suppress(KeyboardInterrupt), open_archive(str(tmp_path), no_settings):
        raise KeyboardInterrupt

    assert texts(tmp_path) == ["zuerst"]
