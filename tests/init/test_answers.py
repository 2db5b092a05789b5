"""What is known of an association when the bot begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.errors import SettingsError
from mailbot.init.answers import id_of, prefix_of, read_answers, url
from mailbot.login import Login

ANSWERS = """\
name: Verein Beispiel
domain: verein.example
website: https://www.verein.example
ticket_prefix: VB
mailboxes:
  - {address: info@verein.example, name: Verein Beispiel, imap: "imaps://info%40verein.example:hunter2@mail.verein.example"}
smtp: smtps://info%40verein.example:hunter2@mail.verein.example
staff: [{name: Kim Muster, email: kim@verein.example}]
services: [website, video]
"""


def answers(tmp_path: Path, old: str = "", new: str = "") -> Path:
    assert old in ANSWERS
    file = tmp_path / "answers.yaml"
    file.write_text(ANSWERS.replace(old, new), encoding="utf-8")
    return file


def test_a_file_of_answers_is_read_and_tells_no_password(tmp_path: Path):
    read = read_answers(answers(tmp_path))

    assert (read.name, read.address_as, read.services) == ("Verein Beispiel", "du", ("website", "video"))
    assert read.mailboxes[0].imap.endswith("@mail.verein.example")
    assert "hunter2" not in repr(read)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("domain: verein.example", "domain: verein beispiel", "domain: should be a domain in plain letters"),
        ("smtp: smtps", "smtp: imaps", "smtp: should begin with smtps:// or smtp+starttls://"),
        ("ticket_prefix: VB\n", "", "'ticket_prefix' is missing"),
        ("imaps://info", "imap://info", "mailboxes.0.imap: imap:// sends the password in the clear"),
        ("name: Verein Beispiel\n", "name: [\n", "is no YAML in UTF-8"),
        ("- {address:", "- {adress:", "'mailboxes.0.address' is missing"),
        ("website:", "webpage:", "'website' is missing"),
        ("name: Kim Muster", "name: 1860", "staff.0.name: should be text; put it in quotes if it has a colon or is a number"),
    ],
)
def test_a_wrong_answer_is_told_with_file_and_place_and_without_passwords(tmp_path: Path, old: str, new: str, complaint: str):
    file = answers(tmp_path, old, new)

    with pytest.raises(SettingsError) as refused:
        read_answers(file)

    assert str(refused.value).startswith(f"{file}: {complaint}")
    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"missing\.yaml: cannot be read: No such file"):
        read_answers(tmp_path / "missing.yaml")


def test_a_login_holds_any_password():
    password = "p@ss/w:ö#rt [1] %"

    login = Login.parse(url("imap+starttls", "mail.verein.example:1143", "info@verein.example", password))

    assert (login.host, login.port, login.user, login.password) == ("mail.verein.example", 1143, "info@verein.example", password)


@pytest.mark.parametrize(
    ("words", "taken", "id"),
    [("support", (), "support"), ("Büro", (), "buero"), ("info", ("info",), "info_2"), ("1-post", (), "box_1_post")],
)
def test_a_name_becomes_an_id_that_nobody_has(words: str, taken: tuple[str, ...], id: str):
    assert id_of(words, taken) == id


@pytest.mark.parametrize(("name", "prefix"), [("Die Linke Köln", "DLK"), ("Ökoverein", "O"), ("1860", "KV")])
def test_numbers_of_tickets_begin_with_the_first_letters(name: str, prefix: str):
    assert prefix_of(name) == prefix
