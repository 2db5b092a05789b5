"""`mailbot init`: the questions, and what is done with the answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.catalogue import load_catalogue
from mailbot.cli import app

ASSOCIATION = ["", "Verein Beispiel", "verein beispiel", "verein.example", "", "Sie", "sie", ""]
MAILBOX = ["", "", "mail verein", "", "", "geheim#1"]
SECOND = ["y", "", "Büro", "imap+starttls://imap.verein.example", "office", "geheim#2"]
SMTP = ["", "", "geheim#3"]
STAFF = ["Kim Muster", "kim", "kim@verein.example", "n"]


def run(folder: Path, *words: str, typed: list[str] = []) -> tuple[int, str]:  # noqa: B006
    ended = CliRunner().invoke(app, ["init", "--dir", str(folder), *words], input="\n".join([*typed, ""]))
    return ended.exit_code, ended.output if ended.exception is None or ended.exit_code != 1 else str(ended.exception)


def test_answers_are_asked_for_until_they_can_be_right(tmp_path: Path):
    typed = [*ASSOCIATION, *MAILBOX, *SECOND, "n", *SMTP, *STAFF, "99", "2,9-10"]

    status, told = run(tmp_path, "--language", "en", typed=typed)

    assert status == 0, told
    for complaint in (
        "please do not leave it empty",
        "it looks like verein.example",
        "du or sie",
        "a name like mail.verein.example",
        "it looks like support@",
        "numbers of the",
    ):
        assert f"That cannot be: {complaint}" in told
    assert "geheim" not in told
    assert "A shared mailbox is an address where members ask" in told
    rules = load_catalogue(tmp_path / "rules.yaml")
    assert (rules.organisation.ticket_prefix, rules.organisation.website) == ("VB", "https://www.verein.example")
    assert [(box.id, box.name) for box in rules.mailboxes] == [("support", "Support Verein Beispiel"), ("buero", "Büro")]
    assert [service.id for service in rules.services] == ["website", "zetkin", "privacy", "help", "other"]
    assert (tmp_path / ".env").read_text(encoding="utf-8").splitlines()[-3:] == [
        "MAILBOT_IMAP_SUPPORT=imaps://support%40verein.example:geheim%231@mail.verein.example",
        "MAILBOT_IMAP_BUERO=imap+starttls://office:geheim%232@imap.verein.example",
        "MAILBOT_SMTP=smtps://support%40verein.example:geheim%233@mail.verein.example",
    ]


def test_a_server_once_named_is_proposed_again_with_its_kind_and_port(tmp_path: Path):
    mailbox = ["", "", "imap://127.0.0.1:1143", "", "geheim#1"]
    second = ["y", "", "", "", "", "geheim#2"]
    typed = ["Verein", "verein.example", "", "", "", *mailbox, *second, "n", *SMTP, "Kim", "kim@verein.example", "n", "1"]

    status, told = run(tmp_path, "--language", "de", typed=typed)

    assert status == 0, told
    assert "IMAP-Server [imap://127.0.0.1:1143]: " in told
    assert "SMTP-Server [smtp://127.0.0.1]: " in told
    assert [line.rpartition("@")[2] for line in (tmp_path / ".env").read_text(encoding="utf-8").splitlines()[-3:]] == [
        "127.0.0.1:1143",
        "127.0.0.1:1143",
        "127.0.0.1",
    ]


def test_who_gives_up_halfway_leaves_nothing_behind(tmp_path: Path):
    status, _ = run(tmp_path, "--language", "de", typed=ASSOCIATION)

    assert status == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [".env", "rules.yaml"])
def test_what_is_there_is_never_overwritten_and_nobody_is_asked_in_vain(tmp_path: Path, name: str):
    (tmp_path / name).write_text("mine", encoding="utf-8")

    status, told = run(tmp_path)

    assert status == 1
    assert told.startswith(f"{tmp_path / name}: there already, and never overwritten")
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
