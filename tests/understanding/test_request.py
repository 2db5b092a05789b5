"""Requests are values: what was said, and nothing that changes behind one's back."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from mailbot.understanding.request import Person, Request, RequestKind


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (Person(given="Anna", surname="Schmidt", email="anna@posteo.example"), "Anna Schmidt"),
        (Person(surname="Schmidt", email="anna@posteo.example"), "Schmidt"),
        (Person(email="anna@posteo.example"), "anna@posteo.example"),
        (Person(), "?"),
    ],
)
def test_a_person_is_called_by_what_is_known(person: Person, name: str):
    assert person.name == name


def test_a_request_is_for_something_new_unless_it_says_otherwise():
    assert Request(service="signal").kind is RequestKind.NEW


def test_a_request_with_other_fields_is_another_request():
    asked = Request(service="signal", fields={"group": "OV Kalk"}, because=("a rule",))

    changed = asked.with_fields({"group": "OV Porz"})

    assert (asked.fields, changed.fields, changed.because) == ({"group": "OV Kalk"}, {"group": "OV Porz"}, ("a rule",))


def test_whoever_gave_the_fields_cannot_change_them_afterwards():
    given = {"group": "OV Kalk"}
    request = Request(service="signal").with_fields(given)

    given["group"] = "OV Porz"

    assert request.fields == {"group": "OV Kalk"}
    with pytest.raises(TypeError):
        request.fields["group"] = "OV Porz"  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        request.service = "video"  # type: ignore[misc]
