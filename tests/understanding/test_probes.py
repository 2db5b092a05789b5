"""
Many short mails, each probing one thing: which service and kind, whom a list names, which fields a request has.

`probes/README.md` tells where they come from. Floors lie a little below the figures of today, which are printed
(`pytest -rP`): some probes ask for more than the program understands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from mailbot.understanding.request import Person, Request, RequestKind
from tests.understanding.conversation import understood

PROBES = Path(__file__).parent / "probes"
MONDAY = datetime(2026, 3, 16, 10, tzinfo=UTC)


def probes(name: str) -> list[dict[str, Any]]:
    text = (PROBES / f"{name}.yaml").read_text(encoding="utf-8")
    return list(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def share(name: str, right: Iterator[bool]) -> float:
    verdicts = list(right)
    print(f"{name}: {sum(verdicts)} of {len(verdicts)}")  # noqa: T201
    return sum(verdicts) / len(verdicts)


def conversation(probe: Mapping[str, Any]) -> Iterator[tuple[tuple[Request, ...], Mapping[str, Any]]]:
    """The requests after each mail, beside what is expected of it."""
    requests: tuple[Request, ...] = ()
    for mail in probe["mails"]:
        subject = mail.get("subject", "Anfrage")
        requests = understood(mail["text"], before=requests, sender=probe["sender"], subject=subject, date=MONDAY).requests
        yield requests, mail


@pytest.mark.parametrize(("name", "floor"), [("services", 0.92), ("services_b", 0.88)])
def test_a_mail_is_about_its_service(name: str, floor: float):
    def right() -> Iterator[bool]:
        for probe in probes(name):
            reading = understood(probe["text"], subject=probe["subject"], date=MONDAY)
            yield [(each.service, each.kind.value) for each in reading.requests] == [(probe["service"], probe["kind"])]

    assert share(name, right()) >= floor


@pytest.mark.parametrize(("name", "floor"), [("people", 0.89), ("people_b", 0.87)])
def test_a_group_has_its_users_and_admins(name: str, floor: float):
    def right() -> Iterator[bool]:
        for probe in probes(name):
            for requests, mail in conversation(probe):
                cloud = next((each for each in requests if each.service == "nextcloud"), None)
                users = cloud.fields.get("users", ()) if cloud else ()
                admins = cloud.fields.get("admins", ()) if cloud else ()
                wanted = {tuple(part or None for part in user) for user in mail["users"]}
                yield (
                    isinstance(users, tuple)
                    and isinstance(admins, tuple)
                    and (
                        {(each.given, each.surname, each.email) for each in users if isinstance(each, Person)} == wanted
                        and set(admins) == set(mail.get("admins") or ())
                    )
                )

    assert share(name, right()) >= floor


@pytest.mark.parametrize(("name", "floor"), [("fields", 0.9)])
def test_a_request_has_its_fields_and_lacks_the_others(name: str, floor: float):
    def right() -> Iterator[bool]:
        for probe in probes(name):
            for requests, mail in conversation(probe):
                yield sorted(map(told, requests), key=str) == sorted(map(expected, mail["requests"]), key=str)

    assert share(name, right()) >= floor


def told(request: Request) -> Mapping[str, Any]:
    return {
        "service": request.service,
        "kind": request.kind.value,
        "fields": {name: _plain(value) for name, value in request.fields.items()},
        "missing": set(request.missing),
    }


def expected(wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "service": wanted["service"],
        "kind": RequestKind(wanted["kind"]).value,
        "fields": {name: _plain(value) for name, value in wanted["fields"].items()},
        "missing": set(wanted["missing"]),
    }


def _plain(value: Any) -> Any:
    """As it can be compared: persons by their parts, several in any order, tasks in any case."""
    if isinstance(value, Person):
        value = {"given": value.given, "surname": value.surname, "email": value.email}
    if isinstance(value, dict):
        return {part: word for part, word in value.items() if word}
    if isinstance(value, tuple | list):
        return sorted((_plain(each) for each in value), key=str)
    return value.lower() if isinstance(value, str) else value
