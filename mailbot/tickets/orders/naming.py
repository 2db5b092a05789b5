"""Finding what staff mean: a field, a service, a mailbox, by any of its names. What is none is refused with the nearest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import TypeVar

from mailbot.catalogue import LANGUAGES, Catalogue, FieldRule, Label, Mailbox, Service
from mailbot.tickets.orders.order import Refused
from mailbot.understanding.form import plain

SERVICE = "diesen Dienst gibt es nicht{}; es gibt {}"
FIELD = "dieses Feld gibt es hier nicht{}; es gibt {}"
SEVERAL = "was ist gemeint, {}?"
NO_FIELDS = "bei diesem Dienst wird nach nichts gefragt"
MAILBOX = "dieses Postfach gibt es nicht{}; es gibt {}"
MEANT = ", meintest du {}?"

GROUP = ("Gruppe", "group")
"""What staff call the field for it, whatever its label."""

_BETWEEN = re.compile(r"([,;]|\bund\b|\band\b)")
_PARTS_AT_MOST = 5  # a label that lists what it is about: "Vorname, Name, E-Mail"

Thing = TypeVar("Thing", Service, FieldRule, Mailbox)
_Names = Callable[[Thing], Iterable[str]]


def service_named(text: str, catalogue: Catalogue) -> Service:
    """By id or label. Raises Refused."""
    tiers: Sequence[_Names[Service]] = (
        lambda service: (service.id, *_labels(service.label)),
        lambda service: (*_words(service.label), *service.signs.names),
    )
    return _named(text, catalogue.services, tiers, SERVICE, lambda service: service.label.de)


def field_named(text: str, service: Service) -> FieldRule:
    """By id, label, what everybody calls it, the label's first word, or another word of it. Raises Refused."""
    if not service.fields:
        raise Refused(NO_FIELDS)
    tiers: Sequence[_Names[FieldRule]] = (
        lambda rule: (rule.id, *_labels(rule.label)),
        lambda rule: GROUP if rule.type == "group" else (),
        lambda rule: (words[0] for language in LANGUAGES if (words := _bare(rule.label.in_(language)))),
        lambda rule: _words(rule.label),
    )
    return _named(text, service.fields, tiers, FIELD, lambda rule: rule.label.de.partition(" (")[0])


def fields_named(text: str, service: Service) -> tuple[FieldRule, ...]:
    """
    Several, with commas or "und" between them; a label may have such, too, so the longest name counts.

    Raises Refused: one of them is none.
    """
    parts, at, found = _BETWEEN.split(text), 0, list[FieldRule]()  # every second part is what stands between
    while not found or any(part.strip() for part in parts[at:]):
        rule, length = _longest(parts[at : at + 2 * _PARTS_AT_MOST - 1], service)
        found.append(rule)
        at += length + 1
    return tuple(found)


def _longest(parts: Sequence[str], service: Service) -> tuple[FieldRule, int]:
    """The field that as many as possible of the first parts name, and how many these are. Raises Refused."""
    for length in range(len(parts), 1, -2):
        with suppress(Refused):
            return field_named("".join(parts[:length]), service), length
    return field_named("".join(parts[:1]), service), 1


def mailbox_named(text: str, catalogue: Catalogue) -> Mailbox:
    """By id, address or name. Raises Refused."""
    tiers: Sequence[_Names[Mailbox]] = (lambda box: (box.id, box.address, box.name),)
    return _named(text, catalogue.mailboxes, tiers, MAILBOX, lambda box: box.id)


def _named(text: str, things: Sequence[Thing], tiers: Sequence[_Names[Thing]], why: str, told: Callable[[Thing], str]) -> Thing:
    wanted = plain(text)
    for names in tiers:
        fits = [thing for thing in things if wanted and wanted in {plain(name) for name in names(thing)}]
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise Refused(SEVERAL.format(" oder ".join(f"„{told(thing)}“" for thing in fits)))
    by_name = {plain(name): thing for names in reversed(tiers) for thing in things for name in names(thing)}
    near = get_close_matches(wanted, by_name, n=1, cutoff=0.75)
    meant = MEANT.format(f"„{told(by_name[near[0]])}“") if near else ""
    raise Refused(why.format(meant, ", ".join(f"„{told(thing)}“" for thing in things)))


def _labels(label: Label) -> Iterable[str]:
    """ "Gruppenadmins (1–3)", and without what stands in brackets."""
    return (each for language in LANGUAGES for each in (label.in_(language), label.in_(language).partition(" (")[0]))


def _words(label: Label) -> Iterable[str]:
    """Each word of a label that may stand for it alone."""
    return (word for language in LANGUAGES for word in _bare(label.in_(language)) if len(word) > 3)


def _bare(label: str) -> list[str]:
    return re.findall(r"[\w-]+", label)
