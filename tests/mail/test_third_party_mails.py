"""
929 mails that other projects test with, and the corpus of requests. They are no part of this project: without
the folder beside it, these tests are skipped.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailbot.explain import explain_files
from mailbot.mail.body import split
from mailbot.mail.message import Kind
from mailbot.mail.origin import origin
from mailbot.mail.read import read
from mailbot.mail.report import delivery_report
from tests.whole_way import association

SHARED = Path(__file__).parents[3] / "shared"
OWN = frozenset({"support@die-linke-koeln.de", "buero@die-linke-koeln.de"})

mails = pytest.mark.skipif(not (SHARED / "mails").is_dir(), reason="the folder ../shared/mails is not there")
corpus = pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the folder ../shared/corpus is not there")


def manifest() -> Iterator[tuple[dict[str, Any], bytes]]:
    for line in (SHARED / "mails" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row, (SHARED / "mails" / row["path"]).read_bytes()


def cases() -> Iterator[tuple[str, bytes, str]]:
    for file in sorted((SHARED / "corpus").glob("*/case.yaml")):
        for mail in yaml.safe_load(file.read_text(encoding="utf-8"))["mails"]:
            yield f"{file.parent.name}/{mail['file']}", (file.parent / mail["file"]).read_bytes(), mail["expect"]["action"]


def is_machine(raw: bytes) -> bool:
    return origin(read(raw), own=OWN, authserv_ids=()).machine is not None


@mails
def test_every_mail_is_explained_without_an_error():
    catalogue, writer = association()
    for row, raw in manifest():
        (explained,) = explain_files([SHARED / "mails" / row["path"]], None, catalogue, writer)
        said = json.dumps(explained.as_json(), ensure_ascii=False)
        delivery_report(explained.mail, raw)
        assert "\\u0000" not in said
        assert said.encode()


@mails
def test_machines_are_recognised_and_no_person_is_taken_for_one():
    known = [(row, raw) for row, raw in manifest() if row["format"] == "eml"]
    machines = [raw for row, raw in known if (row.get("expected") or {}).get("is_machine")]
    people = [(row["path"], raw) for row, raw in known if row["kind"] == "reply-quote"]

    assert sum(map(is_machine, machines)) >= 0.98 * len(machines)
    assert [path for path, raw in people if is_machine(raw)] == []


@mails
def test_subjects_and_senders_are_those_that_the_sources_name():
    wrong = []
    for row, raw in manifest():
        expected = row.get("expected") or {}
        if row["format"] == "eml" and "subject" in expected and " ".join(expected["subject"].split()) != read(raw).subject:
            wrong.append(row["path"])

    assert len(wrong) <= 1


@mails
def test_the_new_part_of_a_reply_is_found():
    exact = total = 0
    for row, raw in manifest():
        expected = (row.get("expected") or {}).get("reply_text")
        if expected is None or row["format"] == "html":
            continue
        body = read(raw).body if row["format"] == "eml" else split(raw.decode("utf-8", "replace").replace("\r\n", "\n"))
        total += 1
        exact += " ".join(line.text for line in body.of(Kind.OWN)).split() == expected.split()

    assert exact >= 0.65 * total  # mail-parser-reply: 42 %


@corpus
def test_of_the_corpus_exactly_the_mails_to_ignore_are_by_machines():
    assert [name for name, raw, action in cases() if is_machine(raw) != (action == "ignore")] == []
