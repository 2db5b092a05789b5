"""What one part of rules.yaml has to do with another: what is named must be there, and names stand for one thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from mailbot.catalogue.values import ALWAYS

Complaint = tuple[tuple[str | int, ...], str]
"""Where it stands in the file, and a sentence."""


def loose_ends(content: Mapping[str, Any]) -> Iterator[Complaint]:
    """What names another part of the file that is not there, or names its own a second time: where, and a sentence."""
    boxes = _ids(content, "mailboxes") | {"any"}
    offered = _ids(content, "services")
    for key, what in (("mailboxes", "mailbox"), ("staff", "staff member"), ("services", "service")):
        seen = set()
        for at, entry in _entries(content, key):
            id = entry.get("id")
            if isinstance(id, str) and id in seen:
                yield (key, at, "id"), f"two entries for the {what} '{id}'"
            seen.add(str(id))
    inboxes = {str(box["address"]).lower() for _, box in _entries(content, "mailboxes") if "address" in box}
    for at, box in _entries(content, "mailboxes"):
        if (notes := str(box.get("notes", "")).lower()) in inboxes:
            yield ("mailboxes", at, "notes"), f"'{notes}' is an inbox; notes need an address of their own, like support+notiz@…"
    for id, why in ALWAYS.items():
        if id not in offered:
            yield ("services",), f"there is no service '{id}', which takes {why}"
    for at, service in _entries(content, "services"):
        inbox = service.get("inbox", "any")
        if isinstance(inbox, str) and inbox not in boxes:
            there = ", ".join(sorted(boxes))
            yield ("services", at, "inbox"), f"service '{service.get('id')}': no mailbox '{inbox}', there are: {there}"
        known = _ids(service, "fields")
        for number, field in _entries(service, "fields"):
            only_if = field.get("only_if")
            named = [("among", field["among"])] if "among" in field else []
            named += [("only_if", other) for other in only_if] if isinstance(only_if, dict) else []
            for key, other in named:
                if isinstance(other, str) and other not in known:
                    place = ("services", at, "fields", number, key)
                    yield place, f"service '{service.get('id')}', field '{field.get('id')}': there is no field '{other}'"
    for part, key in (("reminders", "escalate_to"), ("alarms", "to")):
        rules = content.get(part)
        asked = rules.get(key) if isinstance(rules, dict) else None
        for number, id in enumerate(asked if isinstance(asked, list) else []):
            if isinstance(id, str) and id not in _ids(content, "staff"):
                yield (part, key, number), f"{part}: there is no '{id}' among the staff"
    for at, person in _entries(content, "staff"):
        works_on = person.get("services")
        for id in works_on if isinstance(works_on, list) else []:
            if isinstance(id, str) and id not in offered:
                yield ("staff", at, "services"), f"staff '{person.get('id')}': there is no service '{id}'"


def unknown_handovers(content: Mapping[str, Any], there: Set[str] | None) -> Iterator[Complaint]:
    """What services want to hand over, and no template is there for; with `there` None nobody knows."""
    for at, service in _entries(content, "services"):
        named = service.get("handover")
        if isinstance(named, str) and there is not None and named not in there:
            offered = ", ".join(sorted(there)) or "none"
            sentence = f"service '{service.get('id')}': no '{named}' in templates/handover/, there are: {offered}"
            yield ("services", at, "handover"), sentence


def _entries(content: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The entries of a list in the file, whatever else may be wrong with it."""
    entries = content.get(key)
    for at, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield at, entry


def _ids(content: Mapping[str, Any], key: str) -> set[str]:
    return {id for _, entry in _entries(content, key) if isinstance(id := entry.get("id"), str)}
