"""The JSON Schema of rules.yaml, as editors use it: what is right passes, what is wrong is underlined."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from mailbot import catalogue
from mailbot.catalogue import Rule, parse_catalogue
from mailbot.errors import CatalogueError
from mailbot.schema import meanings, rules_schema

RULES = (Path(__file__).parent.parent / "rules.yaml").read_text(encoding="utf-8")
SCHEMA: Any = rules_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
MODELS = [model for model in vars(catalogue).values() if isinstance(model, type) and issubclass(model, Rule)]


def underlined(rules: str) -> set[str]:
    """Where an editor underlines something."""
    return {error.json_path for error in VALIDATOR.iter_errors(yaml.safe_load(rules))}


def changed(old: str, new: str) -> str:
    assert old in RULES, "this test changes something that is not there"
    return RULES.replace(old, new, 1)


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_our_own_rules_are_right():
    assert underlined(RULES) == set()


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("\norganisation:", "\norganisatoin:", "$"),
        ("ticket_prefix: KV", "ticket_prefix: köln", "$.organisation.ticket_prefix"),
        ("first_ticket: 1001", "first_ticket: 0", "$.organisation.first_ticket"),
        ("address_as: du", "address_as: Sie", "$.organisation.address_as"),
        ("ticket_prefix: KV", "colour: red", "$.organisation"),
        ("address: support@die-linke-koeln.de", "address: support", "$.mailboxes[0].address"),
        ("id: support", "id: Support", "$.mailboxes[0].id"),
        ("\nfirst_run: 1 day", "\nfirst_run: a day", "$.first_run"),
        ("\nfirst_run: 1 day", "\nfirst_run: 86400", "$.first_run"),
        ('at: "08:00"', "at: noon", "$.digest.at"),
        ("1 hour: 25", "1 hour: many", "$.limits.per_ticket['1 hour']"),
        ("member_after: [5 days, 12 days]", "member_after: 5 days", "$.reminders.member_after"),
        ("\nservices:", "\nservices: []\nold:", "$.services"),
    ],
)
def test_what_is_wrong_is_underlined_and_refused_at_the_start(old: str, new: str, place: str):
    assert place in underlined(changed(old, new))
    with pytest.raises(CatalogueError):
        parse_catalogue(changed(old, new))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_says_what_it_means(model: type[Rule]):
    assert set(meanings(model)) == set(model.model_fields)
    assert all(words.endswith((".", "?", "!", '"')) for words in meanings(model).values())


def test_defaults_are_written_as_in_rules_yaml():
    limits = SCHEMA["$defs"]["Limits"]["properties"]

    assert limits["per_ticket"]["default"]["30 minutes"] == 15
    assert SCHEMA["properties"]["first_run"]["default"] == "1 day"
