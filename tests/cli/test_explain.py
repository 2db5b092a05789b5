"""`mailbot explain`: for people, for programs, and when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.mail.eml import eml
from tests.typed import Ended

ASKS = eml("Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n", subject="Nextcloud")


@pytest.fixture
def asks(folder: Path) -> str:
    (folder / "01.eml").write_bytes(ASKS)
    return "01.eml"


def test_people_see_what_a_mail_is_why_what_is_missing_and_what_would_be_answered(mailbot: Command, asks: str):
    ended = mailbot("explain", asks)

    assert (ended.status, ended.err) == (0, "")
    assert [line.strip() for line in ended.out.splitlines() if line.strip()][:7] == [
        "01.eml  Nextcloud",
        "from Anna Schmidt <anna.schmidt@posteo.example>, authentication: none",
        "ask",
        "· nextcloud → asking",
        'rule nextcloud: "Nextcloud" in line 3',
        'group: "OV Kalk" in line 3',
        "missing: admins, users",
    ]
    assert "│ Gruppenadmins (1–3):" in ended.out


def test_programs_get_one_object_on_one_line(mailbot: Command, asks: str):
    ended = mailbot("explain", "--json", "--mailbox", "buero", asks)

    assert (ended.status, ended.err, ended.out.count("\n")) == (0, "", 1)
    told = json.loads(ended.out)
    assert set(told) == {"case", "mails"}
    assert told["case"] is None
    assert [set(mail) for mail in told["mails"]] == [{"file", "action", "requests", "silence", "replies"}]


def test_programs_get_one_object_a_line_for_each_case(mailbot: Command, folder: Path):
    for name in ("b", "a"):
        (folder / "cases" / name).mkdir(parents=True)
        (folder / "cases" / name / "01.eml").write_bytes(ASKS)
        (folder / "cases" / name / "case.yaml").write_text("mails: [{file: 01.eml, mailbox: support}]\n")

    ended = mailbot("explain", "--json", "--cases", "cases")

    assert (ended.status, [json.loads(line)["case"] for line in ended.out.splitlines()]) == (0, ["a", "b"])


def test_nothing_is_stored(mailbot: Command, asks: str, folder: Path):
    before = sorted(path.name for path in folder.iterdir())

    mailbot("explain", asks)

    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("lost.eml",), "lost.eml: cannot be read: No such file or directory"),
        (("templates",), "templates: cannot be read: Is a directory"),
        (("--mailbox", "office", "01.eml"), "there is no mailbox 'office' in rules.yaml; there are: support, buero"),
        (("--cases", "nowhere"), "nowhere: there is no such folder"),
        ((), "explain takes mails (FILE…) or a folder of cases (--cases DIR), one of the two"),
        (("--cases", ".", "01.eml"), "explain takes mails (FILE…) or a folder of cases (--cases DIR), one of the two"),
    ],
)
def test_what_is_wrong_is_one_clear_sentence(mailbot: Command, asks: str, words: tuple[str, ...], sentence: str):
    assert mailbot("explain", *words) == Ended(status=1, out="", err=f"mailbot: {sentence}\n")


def test_a_template_that_is_broken_is_told_with_file_and_line(mailbot: Command, asks: str, folder: Path):
    (folder / "templates" / "de" / "greeting.txt").write_text("Hallo\n{{ nobody.knows }}\n", encoding="utf-8")

    ended = mailbot("explain", asks)

    assert (ended.status, ended.out) == (1, "")
    assert "greeting.txt:2" in ended.err
    assert "Traceback" not in ended.err
