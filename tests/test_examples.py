"""The examples in rules.yaml: kept or told, with what they should be and what they are."""

from __future__ import annotations

from typing import Any

import pytest

from mailbot.catalogue import Catalogue
from mailbot.examples import Broken, broken_examples
from tests.builders import NEXTCLOUD, SERVICES, catalogue

HELP: dict[str, Any] = {
    "id": "help",
    "label": {"de": "Hilfe", "en": "Help"},
    "about": {"de": "zu deiner Frage", "en": "about your question"},
    "inbox": "any",
    "complete": "triage",
}
KEPT: dict[str, Any] = {
    "text": "Der OV Kalk bräuchte bitte die Nextcloud.",
    "action": "ask",
    "fields": {"group": "OV Kalk"},
    "missing": ("admins", "users"),
}


def with_examples(*examples: dict[str, Any]) -> Catalogue:
    """A catalogue whose Nextcloud has these examples."""
    return catalogue(
        services=({**NEXTCLOUD, "examples": examples}, *SERVICES[1:], HELP),
        language={"request": {"strong": ("bräuchte(n)?",)}},
    )


def test_an_example_that_becomes_what_it_must_is_kept():
    assert broken_examples(with_examples(KEPT)) == ()


@pytest.mark.parametrize(
    ("changes", "differences"),
    [
        ({"action": "open"}, ("action should be 'open', is 'ask'",)),
        ({"fields": {"group": "OV Porz"}}, ("group should be OV Porz, is OV Kalk",)),
        ({"fields": {}}, ("group should be None, is OV Kalk",)),
        ({"missing": ("users",)}, ("missing should be ['users'], is ['admins', 'users']",)),
        ({"kind": "change"}, ("should be one request 'nextcloud' (change), is: 'nextcloud' (new)",)),
        (
            {"text": "Guten Tag."},
            (
                "action should be 'ask', is 'triage'",
                "should be one request 'nextcloud' (new), is: 'other' (new)",
            ),
        ),
    ],
)
def test_an_example_that_becomes_something_else_is_told_with_both(changes: dict[str, Any], differences: tuple[str, ...]):
    broken = broken_examples(with_examples(KEPT, {**KEPT, **changes}))

    assert broken == (Broken(service="nextcloud", number=2, differences=differences),)


def test_all_examples_that_are_not_kept_are_told_at_once():
    broken = broken_examples(with_examples({**KEPT, "action": "open"}, KEPT, {**KEPT, "missing": ()}))

    assert [(each.service, each.number) for each in broken] == [("nextcloud", 1), ("nextcloud", 3)]


def test_the_order_of_what_is_missing_does_not_count():
    assert broken_examples(with_examples({**KEPT, "missing": ("users", "admins")})) == ()


def test_an_example_is_written_by_somebody():
    mine = {
        **KEPT,
        "text": "Der OV Kalk bräuchte bitte die Nextcloud. Nutzer bin ich.",
        "sender": "Mehmet Yılmaz <Mehmet@Verein.example>",
        "fields": {
            "group": "OV Kalk",
            "users": [{"given": "Mehmet", "surname": "Yılmaz", "email": "mehmet@verein.example"}],
        },
        "missing": ("admins",),
    }

    assert broken_examples(with_examples(mine)) == ()


def test_what_is_broken_is_told_in_one_line():
    assert str(Broken(service="signal", number=2, differences=("this", "that"))) == "service signal, example 2: this; that"
