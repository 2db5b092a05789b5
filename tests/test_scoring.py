"""The figures mean what they say: each mail is judged once, and only in what can be said of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scoring import PROJECT, main, shares, verdict

ANNA = {"given": "Anna", "surname": "Schmidt", "email": "anna.schmidt@posteo.example"}
PAUL = {"given": "Paul", "surname": "Meier"}
RIGHT = {"service": True, "action": True, "fields": True, "missing": True, "exact": True, "needless": False, "deaf": False}


def request(service: str = "nextcloud", *missing: str, kind: str = "new", **fields: Any) -> dict[str, Any]:
    return {"service": service, "kind": kind, "fields": fields, "missing": list(missing)}


def mail(action: str, *requests: dict[str, Any]) -> dict[str, Any]:
    return {"action": action, "requests": list(requests)}


def test_what_is_expected_is_right():
    want = mail("open", request(group="OV Kalk", users=[ANNA]))

    assert verdict(want, want) == RIGHT


@pytest.mark.parametrize(
    ("want", "have"),
    [
        (request(users=[ANNA, PAUL]), request(users=[PAUL, ANNA])),
        (request(group="OV Kalk"), request(group="ov  kalk")),
        (request(role="Sprecherin"), request(role="die Sprecherin")),
        (request(users=[]), request()),
    ],
    ids=["the order of lists", "case and spacing", "articles of a task", "an empty value"],
)
def test_does_not_count(want: dict[str, Any], have: dict[str, Any]):
    assert verdict(mail("open", want), mail("open", have)) == RIGHT


def test_an_invented_field_is_wrong():
    found = verdict(mail("open", request(group="OV Kalk")), mail("open", request(group="OV Kalk", role="Kassier")))

    assert found == RIGHT | {"fields": False, "exact": False}


def test_asking_for_what_was_given_is_needless():
    want = mail("open", request(group="OV Kalk"))

    found = verdict(want, mail("ask", request("nextcloud", "group")))

    assert found == RIGHT | dict.fromkeys(("action", "fields", "missing", "exact"), False) | {"needless": True}


@pytest.mark.parametrize(("action", "premature"), [("open", True), ("refer", True), ("triage", False), ("ask", False)])
def test_opening_what_is_incomplete_is_premature(action: str, premature: bool):
    found = verdict(mail("ask", request("nextcloud", "group")), mail(action, request("nextcloud", "group")))

    assert found["premature"] is premature


def test_of_a_machines_mail_there_is_only_whether_it_was_left_alone():
    assert verdict(mail("ignore"), mail("ignore")) == {"service": True, "action": True, "exact": True, "noisy": False}
    assert verdict(mail("ignore"), mail("triage", request("other")))["noisy"]


def test_of_two_requests_for_the_same_service_each_is_compared_with_its_like():
    want = mail("ask", request(group="OV Kalk", users=[ANNA]), request(group="AG Frieden", users=[PAUL]))

    assert verdict(want, {**want, "requests": want["requests"][::-1]})["fields"]


def test_a_share_counts_the_mails_that_it_can_be_said_of():
    assert shares([{"action": True, "noisy": False}, {"action": False, "deaf": True}]) == {"action": 0.5, "noisy": 0, "deaf": 1}


def test_people_get_one_line_a_folder(capsys: pytest.CaptureFixture[str]):
    assert main([str(PROJECT / "tests" / "conversations" / "known")]) == 0

    out = capsys.readouterr().out
    assert out.startswith("known ")
    assert out.endswith(" mails\n")
    assert out.count("\n") == 1
