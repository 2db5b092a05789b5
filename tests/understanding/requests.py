"""Any request that can have been understood before, for properties."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from mailbot.catalogue import FieldRule, Service
from mailbot.understanding.chosen import normal
from mailbot.understanding.gaps import missing, needed
from mailbot.understanding.identity import merged
from mailbot.understanding.request import Person, Request, RequestKind
from tests.understanding.conversation import rules

GIVEN = st.sampled_from([None, "Anna", "Ben", "Paul", "Ayşe", "X"])
SURNAME = st.sampled_from([None, "Schmidt", "Krüger", "von der Heide", "Paul"])
EMAIL = st.sampled_from([None, "anna@posteo.example", "paul@posteo.example", "x@y.example"])
PARTS = {"given": GIVEN, "surname": SURNAME, "email": EMAIL}
LANGUAGE = st.sampled_from(
    [
        *("Hallo,", "", "Der OV Kalk möchte die Nextcloud nutzen.", "Unsere AG", "Frieden", "ich", "Admin bin ich.", "beide"),
        *("Anna Schmidt, anna@posteo.example", "Paul Krüger <paul@posteo.example>", "Paul doch nicht, statt Anna.", "40"),
        *("> Name der Gruppe: OV Porz", "> Gruppenadmins (1–3): Paul", "Vorname: Paul", "Nachname: Krüger", "am 14. März"),
        *("Danke!", "hat sich erledigt", "Korrektur: Weiterleitung statt Postfach an kim@verein.example", "Kassiererin"),
        *("Bitte Paul entfernen", "Zetkin", "Passwort vergessen", "a;b;c", "a\tb@c.example", "|x|y|", "- ", "(", "[at]", "…"),
        *(
            "ja",
            "Nein, x@y.example",
            "stimmt, danke",
            "Paul, paul@gmial.com",
            "jörg@posteo.example",
            "am 31.2.2026",
            "Heißt Müller, nicht Krüger",
        ),
        *(
            "Porz, nicht Kalk",
            "60 statt 40",
            "Admin: Paull",
            "Vor- und Nachname sind vertauscht",
            "die Adresse von Paul ist p@x.example",
        ),
        *("Außerdem brauchen wir eine Signalgruppe.", "-- ", "Von: Paul <p@x.example>", "\x00", "@", "\u202e", "😀", "İ"),
    ]
)
"""Lines that mean something to the rules, and some that mean nothing."""


def persons(rule: FieldRule) -> st.SearchStrategy[Person]:
    """Persons with what such a field keeps of them."""
    return st.builds(Person, **{part: PARTS[part] for part in rule.each}).filter(lambda person: person != Person())


def values(rule: FieldRule) -> st.SearchStrategy[Any]:
    """Values that such a field can have."""
    match rule.type:
        case "person":
            return persons(rule)
        case "persons":
            return st.lists(persons(rule), min_size=1, max_size=4).map(merged)
        case "addresses":
            return st.lists(EMAIL.filter(bool), min_size=1, max_size=3, unique=True).map(tuple)
        case "number":
            return st.integers(min_value=0, max_value=99999)
        case "choice":
            return st.sampled_from([option.id for option in rule.options])
        case "date":
            return st.dates().map(lambda day: day.isoformat())
        case _:
            return st.sampled_from(["OV Kalk", "AG Frieden", "Kassiererin", "paul@posteo.example"])


@st.composite
def _requests(draw: st.DrawFn, service: Service) -> Request:
    kind = draw(st.sampled_from(RequestKind)) if service.fields else RequestKind.NEW
    asked = needed(service, kind, {}) if kind is RequestKind.CHANGE else service.fields
    said = {rule.id: values(rule) for rule in asked if rule.type != "chosen"}
    fields: dict[str, Any] = draw(st.fixed_dictionaries({}, optional=said))
    for rule in asked:
        if rule.among in fields and draw(st.booleans()):
            among = sorted({normal(person) for person in fields[rule.among]})
            fields[rule.id] = tuple(draw(st.lists(st.sampled_from(among), min_size=1, max_size=rule.most, unique=True)))
        if any(fields.get(other) != wanted for other, wanted in rule.only_if.items()):
            fields.pop(rule.id, None)
    hints = draw(
        st.fixed_dictionaries({}, optional={rule.id: st.sampled_from(["AG", "Paul", "Admin wird Anna"]) for rule in asked})
    )
    request = Request(service=service.id, kind=kind, hints=MappingProxyType(hints)).with_fields(fields)
    return replace(request, missing=missing(service, kind, fields))


REQUESTS: st.SearchStrategy[Request] = st.sampled_from(rules().services).flatmap(_requests)
