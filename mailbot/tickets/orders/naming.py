"""Finding what staff mean: a field, a service, a mailbox, by any of its names. What is none is refused with the nearest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar

from mailbot.catalogue import LANGUAGES, Catalogue, FieldRule, Label, Mailbox, Service
from mailbot.tickets.orders.order import Refused
from mailbot.understanding.form import plain

SERVICE = "diesen Dienst gibt es nicht{}; es gibt {}"
FIELD = "dieses Feld gibt es hier nicht{}; es gibt {}"
NO_FIELDS = "bei diesem Dienst wird nach nichts gefragt"
MAILBOX = "dieses Postfach gibt es nicht{}; es gibt {}"
MEANT = ", meintest du {}?"

Thing = TypeVar("Thing", Service, FieldRule, Mailbox)
_Names = Callable[[Thing], Iterable[str]]


def service_named(text: str, catalogue: Catalogue) -> Service:
    """By id or label. Raises Refused."""
    tiers: Sequence[_Names[Service]] = (
        lambda service: (service.id, *_labels(service.label)),
        lambda service: (*_words(service.label), *service.signs.names),
    )
    return _named(text, catalogue.services, tiers, SERVICE, lambda service: service.id)


def field_named(text: str, service: Service) -> FieldRule:
    """By id, label, the label's first word, or another word of it. Raises Refused."""
    if not service.fields:
        raise Refused(NO_FIELDS)
    tiers: Sequence[_Names[FieldRule]] = (
        lambda rule: (rule.id, *_labels(rule.label)),
        lambda rule: (words[0] for language in LANGUAGES if (words := _bare(rule.label.in_(language)))),
        lambda rule: _words(rule.label),
    )
    return _named(text, service.fields, tiers, FIELD, lambda rule: rule.label.de.partition(" (")[0])


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
    by_name = {plain(name): thing for names in reversed(tiers) for thing in things for name in names(thing)}
    near = get_close_matches(wanted, by_name, n=1, cutoff=0.6)
    meant = MEANT.format(told(by_name[near[0]])) if near else ""
    raise Refused(why.format(meant, ", ".join(told(thing) for thing in things)))


def _labels(label: Label) -> Iterable[str]:
    """ "Gruppenadmins (1–3)", and without what stands in brackets."""
    return (each for language in LANGUAGES for each in (label.in_(language), label.in_(language).partition(" (")[0]))


def _words(label: Label) -> Iterable[str]:
    """Each word of a label that may stand for it alone."""
    return (word for language in LANGUAGES for word in _bare(label.in_(language)) if len(word) > 3)


def _bare(label: str) -> list[str]:
    return re.findall(r"[\w-]+", label)
