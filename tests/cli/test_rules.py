"""`mailbot rules check` and `mailbot rules test`, as whoever edits rules.yaml uses them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.typed import Ended


def edit(folder: Path, old: str, new: str) -> int:
    """Change rules.yaml where the text stands first; the line of the change."""
    rules = folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    assert old in text
    rules.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_rules_that_are_as_they_must_be(mailbot: Command):
    assert mailbot("rules", "check") == Ended(status=0, out="rules.yaml: ok, 12 services, 2 mailboxes\n", err="")


def test_rules_that_keep_their_examples(mailbot: Command):
    ended = mailbot("rules", "test")

    assert (ended.status, ended.err) == (0, "")
    assert re.fullmatch(r"rules\.yaml: ok, \d+ examples\n", ended.out)


def test_a_file_can_be_named(mailbot: Command, folder: Path):
    (folder / "rules.yaml").rename(folder / "draft.yaml")

    assert mailbot("rules", "check", "draft.yaml").out.startswith("draft.yaml: ok")


def test_programs_are_told_the_same(mailbot: Command, folder: Path):
    right = mailbot("rules", "check", "--json")
    line = edit(folder, "send_delay: 0", "send_delay: bald")
    wrong = mailbot("rules", "test", "--json")

    assert json.loads(right.out) == {"file": "rules.yaml", "ok": True, "complaints": [], "services": 12, "mailboxes": 2}
    told = json.loads(wrong.out)
    assert (wrong.status, wrong.err, told["ok"]) == (1, "", False)
    assert told["complaints"][0].startswith(f"rules.yaml:{line}: send_delay: ")


def test_editors_are_given_the_schema(mailbot: Command):
    assert json.loads(mailbot("rules", "schema").out)["title"] == "rules.yaml of mailbot"


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_mistake_is_told_with_its_line(mailbot: Command, folder: Path, command: str):
    line = edit(folder, "send_delay: 0", "send_delay: bald")

    ended = mailbot("rules", command)

    sentence = "send_delay: should be a time like '15 minutes', '2 hours' or '1 day', not 'bald'"
    assert ended == Ended(status=1, out="", err=f"mailbot: rules.yaml:{line}: {sentence}\n")


def test_an_example_that_is_not_kept_is_told(mailbot: Command, folder: Path):
    edit(folder, "Kann ich einen Account haben?\n        action: refer", "Kann ich einen Account haben?\n        action: open")

    assert mailbot("rules", "test") == Ended(
        status=1, out="", err="mailbot: rules.yaml: service zetkin, example 1: action should be 'open', is 'refer'\n"
    )


def test_where_there_are_no_rules_it_is_told_what_to_do(mailbot: Command, folder: Path):
    (folder / "rules.yaml").unlink()

    ended = mailbot("rules", "check")

    assert ended == Ended(
        status=1,
        out="",
        err="mailbot: rules.yaml: there is no such file; `mailbot init` writes one; "
        "or set MAILBOT_RULES, or start where rules.yaml lies\n",
    )


def test_a_misspelt_command_is_told_with_status_2(mailbot: Command):
    ended = mailbot("rules", "chekc")

    assert (ended.status, ended.out) == (2, "")
    assert "chekc" in ended.err
    assert "Traceback" not in ended.err


def test_the_text_for_the_web_page_is_printed(mailbot: Command):
    text, html = mailbot("rules", "page"), mailbot("rules", "page", "--html", "--language", "en")

    assert (text.status, text.err) == (0, "")
    assert "Nextcloud\n\nWir brauchen: Name der Gruppe; Nutzer*innen (Vorname, Name, E-Mail);" in text.out
    assert html.out.startswith('<section lang="en">\n<h2>What we need from you</h2>\n')
