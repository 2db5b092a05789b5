"""What a scene says about the fields of a service: each field is read by what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailbot.catalogue import Catalogue, FieldRule, Service
from mailbot.expression import Marked
from mailbot.understanding.choosing import choose
from mailbot.understanding.form import plain
from mailbot.understanding.guessing import guess
from mailbot.understanding.heard import Heard
from mailbot.understanding.particulars import (
    hear_address,
    hear_addresses,
    hear_choice,
    hear_date,
    hear_group,
    hear_number,
    hear_text,
)
from mailbot.understanding.people import hear_person, hear_persons
from mailbot.understanding.scene import Scene
from mailbot.understanding.task import hear_role

_STATEMENT = Marked(":\t=", re.compile(r"([^:\t=@]{2,60}?)\s*[:\t=]\s*(\S.*)$"))


def hear(service: Service, scene: Scene, catalogue: Catalogue) -> Heard:
    """The fields of a first mail (or of a new request in a later one)."""
    heard = Heard()
    for rule in in_order(service.fields):
        hear_field(rule, service, scene, catalogue, heard)
    guess(service.fields, service, scene, catalogue, heard)
    return heard


def in_order(rules: Iterable[FieldRule]) -> tuple[FieldRule, ...]:
    """The fields so that each comes after those it is read with: a task after its person, the chosen after all."""
    return tuple(sorted(rules, key=lambda rule: {"role": 1, "chosen": 2}.get(rule.type, 0)))


def hear_field(rule: FieldRule, service: Service, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    """Read one field from the scene into `heard`; what the scene does not say stays as it is."""
    stated = _stated(rule, scene)
    if stated is not None and rule.type not in ("group", "text"):
        scene = _with_statement(rule, scene, stated)
    match rule.type:
        case "group":
            hear_group(rule, scene, catalogue, heard)
        case "persons":
            hear_persons(rule, service, scene, heard)
        case "person":
            hear_person(rule, scene, heard)
        case "chosen":
            choose(rule, scene, heard)
        case "role":
            hear_role(rule, service, scene, heard)
        case "choice":
            hear_choice(rule, scene, heard)
        case "date":
            hear_date(rule, service, scene, heard)
        case "number":
            hear_number(rule, scene, heard)
        case "address":
            hear_address(rule, scene, catalogue, heard)
        case "addresses":
            hear_addresses(rule, scene, catalogue, heard)
        case "text":
            hear_text(rule, scene, heard)


def _stated(rule: FieldRule, scene: Scene) -> int | None:
    """The passage that gives the field as a form does: "Aufgabe: Kassiererin", "Datum<TAB>14. März 2026"."""
    for at, passage in enumerate(scene.passages):
        match = _STATEMENT.match(passage.text)
        if match and any(
            plain(match[1]) in (plain(label), plain(re.sub(r"\(.*\)", "", label))) for label in (rule.label.de, rule.label.en)
        ):
            return at
    return None


def _with_statement(rule: FieldRule, scene: Scene, at: int) -> Scene:
    """The scene where only the statement speaks for a plain value; persons are also told elsewhere."""
    return scene if rule.type in ("persons", "person", "chosen") else scene.only([at])
