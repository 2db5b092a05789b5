"""Form lines: what we ask for as `Label:`, and what members write behind or below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbot.catalogue import LANGUAGES, Catalogue, FieldRule
from mailbot.mail.message import Body, Kind, Line
from mailbot.understanding.lexicon import fold
from mailbot.understanding.request import Person, Request

PART_LABELS: Mapping[str, Mapping[str, str]] = {
    "de": {"given": "Vorname", "surname": "Name", "email": "E-Mail"},
    "en": {"given": "Given name", "surname": "Surname", "email": "E-mail"},
}
OF_LABELS: Mapping[str, Mapping[str, str]] = {
    "de": {"given": "Vorname von {}", "surname": "Nachname von {}", "email": "E-Mail von {}"},
    "en": {"given": "Given name of {}", "surname": "Surname of {}", "email": "E-mail of {}"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One line that a member is asked to fill in: the label without colon, and what it stands for."""

    label: str
    field: str
    part: str | None = None
    person: Person | None = None


def blanks(request: Request, catalogue: Catalogue, language: str) -> tuple[Blank, ...]:
    """The lines that ask for what the request lacks, in the order of the catalogue."""
    service = catalogue.service(request.service)
    return tuple(blank for rule in service.fields for blank in _of_field(rule, request, language))


def _of_field(rule: FieldRule, request: Request, language: str) -> Iterator[Blank]:
    if rule.id in request.missing:
        yield Blank(label=rule.label.in_(language), field=rule.id)
        return
    parts = [part for part in rule.each if f"{rule.id}.{part}" in request.missing]
    value = request.fields.get(rule.id)
    if isinstance(value, Person):
        for part in parts:
            yield Blank(label=PART_LABELS[language][part], field=rule.id, part=part, person=value)
    elif isinstance(value, tuple):
        for person in value:
            for part in parts:
                if isinstance(person, Person) and getattr(person, part) is None:
                    yield Blank(label=OF_LABELS[language][part].format(person.name), field=rule.id, part=part, person=person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form line with the member's words behind it."""

    blank: Blank
    text: str
    line: int


def filled(body: Body, requests: Sequence[Request], catalogue: Catalogue) -> tuple[tuple[int, Filled], ...]:
    """
    What members wrote behind, or below, the lines that ask for what is missing: (index of the request, line).

    Looks everywhere in the mail: people answer above, inside and below the quoted question. An empty form line
    in our own quoted words is no answer.
    """
    wanted = [
        (at, blank)
        for at, request in enumerate(requests)
        for language in LANGUAGES
        for blank in blanks(request, catalogue, language)
    ]
    found: list[tuple[int, Filled]] = []
    seen: set[tuple[int, Blank]] = set()
    lines = [line for line in body.lines if line.kind not in (Kind.SIGNATURE, Kind.FOOTER, Kind.ATTRIBUTION)]
    for number, line in enumerate(lines):
        if ":" not in line.text:
            continue
        for at, blank in wanted:
            text = _behind(blank.label, line.text)
            if text is None or (at, blank) in seen:
                continue
            answer = text or _below(lines, number, wanted)
            if answer:
                seen.add((at, blank))
                found.append((at, Filled(blank=blank, text=answer, line=line.number)))
    return tuple(found)


def _behind(label: str, text: str) -> str | None:
    """The words behind the label and its colon, "" where none stand there, None where it is another line."""
    head, _, rest = _cut(label, text)
    if plain(head) != plain(label) and plain(re.sub(r"\b(?:frau|herrn?|dr|prof)\b\.?", "", head, flags=re.IGNORECASE)) != plain(
        label
    ):
        return None
    return rest.strip(" \t_.*")


def _cut(label: str, text: str) -> tuple[str, str, str]:
    """The label itself may hold a colon."""
    at = text.find(":", max(0, label.count(":") and text.find(":") + 1))
    return text[:at], ":", text[at + 1 :]


def _below(lines: Sequence[Line], at: int, wanted: Sequence[tuple[int, Blank]]) -> str:
    """The line right below, where it is no form line and no sentence of our own."""
    if at + 1 >= len(lines):
        return ""
    following = lines[at + 1]
    text = following.text.strip()
    if (
        not text
        or any(_behind(blank.label, text) is not None for _, blank in wanted)
        or re.match(r"[\w*() –,-]{3,50}:\s*$", text)
    ):
        return ""
    taken = [text]
    for line in lines[at + 2 :]:
        if not line.text.strip() or ":" in line.text or len(taken) > 30:
            break
        taken.append(line.text.strip())
    return "\n".join(taken)


def plain(text: str) -> str:
    """Letters and digits alone, for comparing labels."""
    return re.sub(r"[^a-z0-9]", "", fold(text))
