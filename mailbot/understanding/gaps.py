"""What a request still lacks, by the catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from mailbot.catalogue import FieldRule, Service
from mailbot.understanding.request import Person, RequestKind, Value


def needed(service: Service, kind: RequestKind, fields: Mapping[str, Value]) -> tuple[FieldRule, ...]:
    """
    The fields this request has to have: all whose `only_if` holds.

    A change needs the group alone, or the person alone where the service knows no group.
    """
    if kind is RequestKind.CHANGE:
        groups = tuple(rule for rule in service.fields if rule.type == "group")
        return groups or tuple(rule for rule in service.fields if rule.type == "person")
    return tuple(rule for rule in service.fields if all(fields.get(other) == wanted for other, wanted in rule.only_if.items()))


def missing(
    service: Service, kind: RequestKind, fields: Mapping[str, Value], broken: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """
    Sorted dotted names of what is missing: a field's id, or id and part ("users.email").

    `broken` are ids of fields that hold good values but were also given one that cannot be or is in doubt.
    """
    found: set[str] = set()
    for rule in needed(service, kind, fields):
        value = fields.get(rule.id)
        if value in (None, "", ()) or rule.id in broken:
            found.add(rule.id)
        elif rule.each:
            people = value if isinstance(value, tuple) else (value,)
            found |= {
                f"{rule.id}.{part}"
                for part in rule.each
                for one in people
                if isinstance(one, Person) and getattr(one, part) is None
            }
    return tuple(sorted(found))
