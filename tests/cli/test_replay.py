"""`mailbot replay`: a shadow run over an archive, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.mail.eml import eml

ASKS = eml("Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n", subject="Nextcloud")
ANSWER = (
    eml(
        "Gern! Wer soll mitmachen?",
        sender="Support <support@die-linke-koeln.de>",
        headers=("In-Reply-To: <1@posteo.example>",),
    )
    .replace(b"Message-ID: <1@", b"Message-ID: <2@")
    .replace(b"10 Jun", b"12 Jun")
)


@pytest.fixture
def archive(folder: Path) -> Path:
    (folder / "archive").mkdir()
    (folder / "archive" / "1.eml").write_bytes(ASKS)
    (folder / "archive" / "2.eml").write_bytes(ANSWER)
    return folder / "archive"


def test_it_tells_what_the_bot_would_have_done_and_writes_a_report_for_its_owner_alone(mailbot: Command, archive: Path):
    ended = mailbot("replay", "archive", "--report", "report.html")

    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "1 mail: 1 ask, 0 triage, 0 open, 0 refer, 0 ignore",
        "  missing once: Nextcloud: Gruppenadmins",
        "  missing once: Nextcloud: Nutzer*innen",
        "people answered 1 of them, half of them within 48.0 hours; the bot would have ignored 0 of those",
        "report.html: written; it holds personal data",
    ]
    report = archive.parent / "report.html"
    assert report.stat().st_mode & 0o777 == 0o600
    assert "Gern! Wer soll mitmachen?" in report.read_text(encoding="utf-8")


def test_the_report_may_be_english(mailbot: Command, archive: Path):
    ended = mailbot("replay", "archive", "--report", "report.html", "--language", "en")

    assert "  missing once: Nextcloud: Group admins" in ended.out.splitlines()
    assert "<h2>All mails</h2>" in (archive.parent / "report.html").read_text(encoding="utf-8")


def test_it_names_the_mails_that_other_rules_would_handle_differently(mailbot: Command, archive: Path):
    rules = (archive.parent / "rules.yaml").read_text(encoding="utf-8")
    for signs in ("names: [nextcloud]", "- next-?cloud.*", '- "(.*-)?cloud"'):
        rules = rules.replace(signs, signs.replace("cloud", "wolke"))
    (archive.parent / "old.yaml").write_text(rules, encoding="utf-8")

    ended = mailbot("replay", "archive", "--against", "old.yaml")

    assert ended.out.splitlines()[-2:] == [
        "1.eml: triage (other) → ask (nextcloud admins, users)",
        "1 mail would be handled differently",
    ]


def test_programs_get_one_object_a_mail(mailbot: Command, archive: Path):
    (told,) = map(json.loads, mailbot("replay", "archive", "--json").out.splitlines())

    assert (told["name"], told["action"], told["requests"][0]["missing"]) == ("1.eml", "ask", ["admins", "users"])


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("missing",), "mailbot: missing: there is no such file or folder\n"),
        (
            ("archive", "--report", "missing/report.html"),
            "mailbot: missing/report.html: cannot be written: No such file or directory\n",
        ),
        (
            ("archive", "--rules", "missing.yaml"),
            "mailbot: missing.yaml: there is no such file; `mailbot init` writes one; "
            "or set MAILBOT_RULES, or start where rules.yaml lies\n",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence(mailbot: Command, archive: Path, words: tuple[str, ...], complaint: str):
    ended = mailbot("replay", *words)

    assert (ended.status, ended.out, ended.err) == (1, "", complaint)
