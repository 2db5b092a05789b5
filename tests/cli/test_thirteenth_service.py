"""The office adds a service that nobody had in mind, by editing rules.yaml alone; templates stay as they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command
from tests.mail.eml import eml
from tests.typed import Ended

CARGO_BIKE = """
  - id: lastenrad
    label: {de: Lastenrad, en: Cargo bike}
    about: {de: zum Lastenrad, en: about the cargo bike}
    inbox: buero
    signs:
      strong:
        - lasten-?(fahr)?r(ad|äder).*
        - cargo ?bikes?
    fields:
      - id: group
        type: group
        label: {de: Name der Gruppe, en: Name of the group}
      - id: person
        type: person
        each: [given, surname, email]
        label: {de: "Wer es abholt (Vorname, Name, E-Mail)", en: "Who fetches it (given name, surname, e-mail)"}
        words: [abhol.*, holt, fetch.*]
      - id: date
        type: date
        label: {de: Tag der Abholung, en: Day of pick-up}
      - id: days
        type: number
        label: {de: Zahl der Tage, en: Number of days}
        words:
          - tage?|days?
      - id: purpose
        type: text
        label: {de: Zweck, en: Purpose}
        words: [zweck]
      - id: motor
        type: choice
        label: {de: Mit oder ohne Motor, en: With or without motor}
        options:
          - id: electric
            label: {de: Mit Motor, en: With motor}
            words: [mit motor, elektro.*, electric]
          - id: muscle
            label: {de: Ohne Motor, en: Without motor}
            words: [ohne motor, muskelkraft, without motor]
    examples:
      - text: Der OV Kalk möchte am 14.03.2026 das Lastenrad ausleihen.
        action: ask
        fields:
          group: OV Kalk
          person: {given: Kim, surname: Beispiel, email: kim.beispiel@verein.example}
          date: "2026-03-14"
        missing: [days, motor, purpose]
      - subject: Lastenrad
        text: |
          Wir bräuchten das Lastenrad für drei Dinge, mit Motor bitte.
          Gruppe: AG Musterstadt
          Tag der Abholung: 14.03.2026
          Zahl der Tage: 2
          Zweck: Infostand auf dem Markt
        action: open
        fields:
          group: AG Musterstadt
          person: {given: Kim, surname: Beispiel, email: kim.beispiel@verein.example}
          date: "2026-03-14"
          days: 2
          purpose: Infostand auf dem Markt
          motor: electric
"""

ASKS = """\
Hallo,

der OV Kalk würde gerne am 20.06.2025 das Lastenrad ausleihen. Abholen wird es Mehmet Yılmaz (mehmet.yilmaz@posteo.example).

Viele Grüße
Anna
"""
PASSED = ("Authentication-Results: mx.die-linke-koeln.de; dmarc=pass header.from=posteo.example",)
MEHMET = {"given": "Mehmet", "surname": "Yılmaz", "email": "mehmet.yilmaz@posteo.example"}

LABELS = {
    "Name der Gruppe",
    "Wer es abholt (Vorname, Name, E-Mail)",
    "Tag der Abholung",
    "Zahl der Tage",
    "Zweck",
    "Mit oder ohne Motor",
}


@pytest.fixture
def offered(folder: Path) -> Path:
    """The service stands in rules.yaml, before the one that takes everything else."""
    rules = folder / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    before = text.index("\n  - id: other\n")
    rules.write_text(text[:before] + CARGO_BIKE + text[before:], encoding="utf-8")
    return folder


def explained(mailbot: Command, folder: Path, *mails: bytes) -> list[dict[str, Any]]:
    names = [f"{number:02}.eml" for number in range(1, len(mails) + 1)]
    for name, raw in zip(names, mails, strict=True):
        (folder / name).write_bytes(raw)
    told: list[dict[str, Any]] = json.loads(mailbot("explain", "--json", *names).out)["mails"]
    return told


def test_the_rules_are_right_and_its_examples_are_kept(mailbot: Command, offered: Path):
    assert mailbot("rules", "check") == Ended(status=0, out="rules.yaml: ok, 13 services, 2 mailboxes\n", err="")

    ended = mailbot("rules", "test")
    assert (ended.status, ended.err) == (0, "")


def test_a_member_is_asked_for_exactly_what_is_missing_and_then_it_is_opened(mailbot: Command, offered: Path):
    answer = "3 Tage, ohne Motor reicht.\n\n> Zweck: Haustürwahlkampf\n> Zahl der Tage:\n"

    first, second = explained(mailbot, offered, eml(ASKS, subject="Lastenrad", headers=PASSED), eml(answer, headers=PASSED))

    (asked,) = first["requests"]
    known = {"group": "OV Kalk", "person": MEHMET, "date": "2025-06-20"}
    assert (first["action"], asked["service"], asked["fields"], asked["missing"]) == (
        "ask",
        "lastenrad",
        known,
        ["days", "motor", "purpose"],
    )
    (reply,) = first["replies"]
    blanks = [line for line in reply["text"].splitlines() if line.endswith(":") and line[:-1] in LABELS]
    assert blanks == ["Zahl der Tage:", "Zweck:", "Mit oder ohne Motor:"]
    (opened,) = second["requests"]
    assert (second["action"], opened["missing"]) == ("open", [])
    assert opened["fields"] == known | {"days": 3, "purpose": "Haustürwahlkampf", "motor": "muscle"}


def test_what_was_understood_is_shown_in_the_services_own_words(mailbot: Command, offered: Path):
    text = ASKS.replace("ausleihen.", "ausleihen, für 2 Tage und mit Motor.") + "\nZweck: Infostand\n"

    (one,) = explained(mailbot, offered, eml(text.replace("Viele Grüße\nAnna\n", ""), subject="Lastenrad", headers=PASSED))

    assert one["action"] == "open"
    (reply,) = one["replies"]
    for words in ("zum Lastenrad", "Zweck: Infostand", "Mit oder ohne Motor: Mit Motor", "Mehmet Yılmaz"):
        assert words in reply["text"]


def test_somebody_who_writes_english_is_asked_in_english(mailbot: Command, offered: Path):
    text = "Hi, we would like to have the cargo bike for 2 days. It is for OV Kalk, and I will fetch it myself.\n"

    (one,) = explained(mailbot, offered, eml(text, subject="Cargo bike", headers=PASSED))

    assert one["requests"][0]["missing"] == ["date", "motor", "purpose"]
    (reply,) = one["replies"]
    for label in ("Day of pick-up:", "Purpose:", "With or without motor:"):
        assert label in reply["text"].splitlines()


def test_the_office_may_also_change_how_it_is_said(mailbot: Command, offered: Path):
    greeting = offered / "templates" / "de" / "greeting.txt"
    greeting.write_text(greeting.read_text(encoding="utf-8").replace("Hallo", "Moin"), encoding="utf-8")

    (one,) = explained(mailbot, offered, eml(ASKS, subject="Lastenrad", headers=PASSED))

    (reply,) = one["replies"]
    assert reply["text"].startswith("Moin")


def test_everything_else_is_understood_as_before(mailbot: Command, offered: Path):
    (one,) = explained(mailbot, offered, eml("Der OV Kalk möchte die Nextcloud nutzen.", headers=PASSED))

    assert [each["service"] for each in one["requests"]] == ["nextcloud"]
