"""How values are said: labels of what is missing, names, dates, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailbot.catalogue import Catalogue, FieldRule, Label, Service
from mailbot.tickets.blocks import Doubted, flat
from mailbot.understanding.form import Blank, blanks
from mailbot.understanding.identity import is_about
from mailbot.understanding.request import Guess, Person, Request, Value, Why

TOOL = Label(de="Betrifft", en="Concerns")
MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
WEEKDAYS = {"de": "Mo Di Mi Do Fr Sa So", "en": "Mon Tue Wed Thu Fri Sat Sun"}


def missing_labels(request: Request, catalogue: Catalogue, language: str, *, known: bool = True) -> tuple[str, ...]:
    """
    One label for each thing that is missing, without its colon, in the order of the service's fields.

    They are those of `understanding.form`, which reads the filled-in lines back. `known` False: the sender is
    not proven, so no name out of the mail stands in a label.
    """
    return tuple(label for label, _ in form_lines(request, catalogue, language, known=known))


def form_lines(request: Request, catalogue: Catalogue, language: str, *, known: bool) -> tuple[tuple[str, str], ...]:
    """The same labels, each with the question for what was written already, "" where nothing was or `known` is False."""
    asked = blanks(request, catalogue, language)
    return tuple(
        line
        for rule in catalogue.service(request.service).fields
        for line in _lines(rule, [blank for blank in asked if blank.field == rule.id], request, language, known)
    )


def _lines(rule: FieldRule, asked: Sequence[Blank], request: Request, language: str, known: bool) -> Iterator[tuple[str, str]]:
    if asked and (known or rule.type != "persons"):
        yield from ((flat(blank.label), flat(blank.question) if known else "") for blank in asked)
    elif any(name.partition(".")[0] == rule.id for name in request.missing):
        yield rule.label.in_(language), ""


def facts(request: Request, catalogue: Catalogue, language: str) -> tuple[tuple[str, tuple[str | Doubted, ...]], ...]:
    """
    What is known: (short label, values as people say them), in the order of the service's fields.

    What was not written quite so has a remark.
    """
    service = catalogue.service(request.service)
    return tuple(
        (label_of(service, id, language), _with_remarks(id, request, service.field(id), catalogue, language))
        for id in known_fields(request, service)
    )


def known_fields(request: Request, service: Service) -> tuple[str, ...]:
    """Ids of the fields that have a value, in the order of the service's."""
    asked = [rule.id for rule in service.fields]
    return (*(id for id in asked if id in request.fields), *(id for id in request.fields if id not in asked))


_REMARKS = {
    "de": {Why.RESPELT: "aus „{written}“ – richtig?", Why.ORDER: "Vorname {given}, Nachname {surname} – richtig?"},
    "en": {Why.RESPELT: "from “{written}” – right?", Why.ORDER: "given name {given}, surname {surname} – right?"},
}


def _with_remarks(
    id: str, request: Request, rule: FieldRule | None, catalogue: Catalogue, language: str
) -> tuple[str | Doubted, ...]:
    value = request.fields[id]
    each = value if isinstance(value, tuple) else (value,)
    words = said(value, rule, request.fields, catalogue, language)
    guesses = [guess for guess in request.guesses if guess.field == id and not guess.why.asks]
    return tuple(_doubted(word, one, guesses, language) for word, one in zip(words, each, strict=True))


def _doubted(words: str, value: Value, guesses: Sequence[Guess], language: str) -> str | Doubted:
    """The words, with the remark of a guess that is about this value."""
    for guess in guesses:
        if not isinstance(value, Person) or is_about(guess, value):
            of = guess.of or Person()
            remark = _REMARKS[language][guess.why].format(written=guess.written, given=of.given, surname=of.surname)
            return Doubted(text=words, remark=flat(remark))
    return words


def label_of(service: Service, id: str, language: str) -> str:
    """The field's label without what stands in brackets behind it: "Nutzer*innen"."""
    rule = service.field(id)
    if rule is None:
        return TOOL.in_(language) if id == "tool" else id
    return rule.label.in_(language).partition(" (")[0]


def said(
    value: Value, rule: FieldRule | None, fields: Mapping[str, Value], catalogue: Catalogue, language: str
) -> tuple[str, ...]:
    """A field's value in words, one string for each person or address."""
    match value:
        case Person():
            return (person(value),)
        case tuple():
            among = fields.get(rule.among, ()) if rule and rule.among else ()
            return tuple(person(each) if isinstance(each, Person) else flat(chosen(each, among)) for each in value)
        case int():
            return (str(value),)
    if rule and rule.type == "choice":
        return (next((option.label.in_(language) for option in rule.options if option.id == value), value),)
    if rule and rule.type == "date":
        return (day(value, language),)
    tool = next((service for service in catalogue.services if rule is None and service.id == value), None)
    return (tool.label.in_(language) if tool else flat(value),)


def person(value: Person) -> str:
    """ "Anna Schmidt, anna.schmidt@posteo.example", as far as known."""
    return flat(", ".join(dict.fromkeys(part for part in (value.name, value.email) if part)))


def chosen(value: str, among: Value) -> str:
    """The name of the one who is meant by an address; what stands there where it fits nobody."""
    persons = among if isinstance(among, tuple) else ()
    return next((each.name for each in persons if isinstance(each, Person) and each.email == value), value)


def day(value: date | str, language: str) -> str:
    """ "13. September 2025", "13 September 2025"; a text that is no ISO date stays as it is."""
    when = value if isinstance(value, date) else _iso_day(value)
    if when is None:
        return flat(str(value))
    dot = "." if language == "de" else ""
    return f"{when.day}{dot} {MONTHS[language].split()[when.month - 1]} {when.year}"


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_LENGTHS = ((1440, "Tag", "Tage"), (60, "Stunde", "Stunden"), (1, "Minute", "Minuten"))


def lasted(time: timedelta) -> str:
    """ "12 Minuten", "5 Stunden", "1 Tag": in the largest unit of which there is one."""
    minutes = max(1, round(time.total_seconds() / 60))
    length, unit, units = next(each for each in _LENGTHS if minutes >= each[0])
    number = round(minutes / length)
    return f"{number} {unit if number == 1 else units}"


def short_day(value: date, language: str = "de") -> str:
    """ "Mo 22.9." for lists."""
    return f"{WEEKDAYS[language].split()[value.weekday()]} {value.day}.{value.month}."


def moment(value: datetime, zone: ZoneInfo, language: str = "de") -> str:
    """ "Mo 22.9., 14:05" in the association's zone."""
    local = value.astimezone(zone)
    return f"{short_day(local.date(), language)}, {local:%H:%M}"
