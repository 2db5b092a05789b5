"""What the templates for staff show: tickets, persons and history as blocks. Values only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailbot.catalogue import Catalogue, FieldRule, Service, Staff
from mailbot.mail.message import Address
from mailbot.tickets.blocks import Doubted, Facts, Table, flat
from mailbot.tickets.calendar import day_of
from mailbot.tickets.enclosing import Enclosure
from mailbot.tickets.sources import who_said
from mailbot.tickets.ticket import BOT, Event, State, Ticket
from mailbot.tickets.wording import day, facts, known_fields, label_of, missing_labels, moment
from mailbot.understanding.request import Person, Request, RequestKind, Value

STAFF_LANGUAGE = "de"

STATES = {
    State.ASKING: "wartet auf das Mitglied",
    State.OPEN: "wartet auf uns",
    State.ON_HOLD: "zurückgestellt",
    State.REFERRED: "verwiesen",
    State.TRIAGE: "wartet auf uns, bitte lesen",
    State.CLOSED: "abgeschlossen",
}


def glance(ticket: Ticket, member: Staff, catalogue: Catalogue) -> Facts:
    """Who, what, since when, where it stands: for one member of staff, in four to seven lines."""
    local = ticket.opened.astimezone(catalogue.hours.timezone)
    rows = {
        "Wer": ", ".join(dict.fromkeys(part for part in (flat(ticket.requester.name), ticket.requester.email) if part)),
        "Betreff": flat(ticket.subject),
        "Seit": f"{day(day_of(ticket.opened, catalogue.hours), STAFF_LANGUAGE)}, {local:%H:%M} Uhr",
        "Knüpft an": ticket.follows or "",
        "Art": "Änderung" if ticket.request.kind is RequestKind.CHANGE else "",
        "Stand": STATES[ticket.state],
        "Frist": day(ticket.due, STAFF_LANGUAGE) if ticket.due else "",
        "Zuständig": _assignee(ticket, member, catalogue),
    }
    return Facts(rows=tuple((label, (value,)) for label, value in rows.items() if value))


def _assignee(ticket: Ticket, member: Staff, catalogue: Catalogue) -> str:
    if ticket.assignee == member.id:
        return "du"
    return next((each.name for each in catalogue.staff if each.id == ticket.assignee), ticket.assignee or "noch niemand")


def named(requester: Address, subject: str) -> Facts:
    """Who staff are asked about."""
    rows = {"Name": flat(requester.name) or "nicht genannt", "Adresse": requester.email, "Betreff": flat(subject)}
    return Facts(rows=tuple((label, (value,)) for label, value in rows.items() if value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """One request as staff are shown it; None and "" where there is nothing to show."""

    label: str
    facts: Facts | None
    lists: tuple[Persons, ...]
    missing: str


def understood(ticket: Ticket, catalogue: Catalogue) -> Understood:
    """What was understood, and what is missing."""
    return Understood(
        label=catalogue.service(ticket.request.service).label.in_(STAFF_LANGUAGE),
        facts=other_facts(ticket, catalogue),
        lists=person_lists(ticket, catalogue),
        missing=", ".join(missing_labels(ticket.request, catalogue, STAFF_LANGUAGE)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """A list of persons under its label."""

    label: str
    table: Table


def person_lists(ticket: Ticket, catalogue: Catalogue) -> tuple[Persons, ...]:
    """Each list of persons as a table: name, address, what they are chosen for ("Admin"); and who else said so."""
    service = catalogue.service(ticket.request.service)
    return tuple(
        Persons(label=label_of(service, id, STAFF_LANGUAGE), table=_person_table(persons, id, ticket, service))
        for id, value in ticket.request.fields.items()
        if (persons := _persons(value))
    )


def _person_table(persons: tuple[Person, ...], id: str, ticket: Ticket, service: Service) -> Table:
    choices = _chosen_among(id, service.fields)
    head = ("Name", "E-Mail", "Aufgabe") if choices else ("Name", "E-Mail")
    return Table(head=head, rows=tuple(_person_row(person, id, ticket, choices)[: len(head)] for person in persons))


def _chosen_among(id: str, fields: tuple[FieldRule, ...]) -> tuple[FieldRule, ...]:
    return tuple(rule for rule in fields if rule.among == id)


def _person_row(person: Person, id: str, ticket: Ticket, choices: tuple[FieldRule, ...]) -> tuple[str, ...]:
    request, named = ticket.request, replace(person, email=None)
    chosen = [(rule, each) for rule in choices for each in _names(request.fields.get(rule.id)) if _means(each, person)]
    marks = [_sourced(_mark(rule), who_said(ticket.sources, request, rule.id, each)) for rule, each in chosen]
    return (
        _sourced(flat(named.name), who_said(ticket.sources, request, id, named)) if named.name != "?" else "fehlt",
        _sourced(person.email, who_said(ticket.sources, request, id, Person(email=person.email))) if person.email else "fehlt",
        ", ".join(marks),
    )


def _sourced(text: str, who: str) -> str:
    return f"{text} ({_from(who)})" if who else text


def _from(who: str) -> str:
    return f"von {flat(who)}"


def _mark(rule: FieldRule) -> str:
    """ "Gruppenadmins (1–3)" → "Admin": one of them, in a word that fits a narrow column."""
    return rule.label.in_(STAFF_LANGUAGE).partition(" (")[0].removeprefix("Gruppen").removesuffix("s").capitalize()


def other_facts(ticket: Ticket, catalogue: Catalogue) -> Facts | None:
    """What is known besides the lists of persons, with who said it if not the requester; who is chosen is marked there."""
    request, service = ticket.request, catalogue.service(ticket.request.service)
    rows = []
    for id, (label, words) in zip(known_fields(request, service), facts(request, catalogue, STAFF_LANGUAGE), strict=True):
        value = request.fields[id]
        if not (_persons(value) or _is_marked(request, service.field(id), value)):
            pieces = value if isinstance(value, tuple) else (value,)
            sources = (who_said(ticket.sources, request, id, piece) for piece in pieces)
            rows.append((label, tuple(_with_source(each, who) for each, who in zip(words, sources, strict=True))))
    return Facts(rows=tuple(rows)) if rows else None


def _with_source(words: str | Doubted, who: str) -> str | Doubted:
    if not who:
        return words
    if isinstance(words, Doubted):
        return replace(words, remark=f"{words.remark} – {_from(who)}")
    return Doubted(text=words, remark=_from(who))


def _is_marked(request: Request, rule: FieldRule | None, value: Value) -> bool:
    among = _persons(request.fields.get(rule.among)) if rule and rule.among else ()
    return bool(among) and all(any(_means(each, person) for person in among) for each in _names(value))


def _persons(value: Value | None) -> tuple[Person, ...]:
    return tuple(each for each in value if isinstance(each, Person)) if isinstance(value, tuple) else ()


def _names(value: Value | None) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, tuple) else ()


def _means(name: str, person: Person) -> bool:
    return name in (person.email, person.name)


def transcript(rows: tuple[tuple[str, str], ...]) -> Table:
    """What was written, and what was done about it."""
    return Table(head=("Geschrieben", "Geschehen"), rows=tuple((flat(wrote), flat(done)) for wrote, done in rows))


def history(ticket: Ticket, events: tuple[Event, ...], catalogue: Catalogue) -> Table | None:
    """When, what, who; but not that each of us has got a mail about it."""
    zone = catalogue.hours.timezone
    told = (each for each in events if not _is_mail_to_us(each, ticket, catalogue))
    rows = tuple((moment(each.at, zone), flat(each.text), _actor(each.by, ticket, catalogue)) for each in told)
    return Table(head=("Wann", "Was", "Wer"), rows=rows) if rows else None


def _is_mail_to_us(event: Event, ticket: Ticket, catalogue: Catalogue) -> bool:
    whom = event.text.removeprefix("Mail an ")
    return event.kind == "sent" and catalogue.member_of_staff(whom) is not None and whom != ticket.requester.email


def _actor(by: str, ticket: Ticket, catalogue: Catalogue) -> str:
    if by == ticket.requester.email:
        return flat(ticket.requester.name) or by
    staff = catalogue.member_of_staff(by)
    return staff.name if staff else {BOT: "Bot", "cli": "Befehlszeile"}.get(by, flat(by))


def enclosure(each: Enclosure) -> str:
    """ "liste.xlsx (12 KB)", with the reason where it is not attached."""
    return f"{each.shown}: {each.kept_back}" if each.kept_back else each.shown
