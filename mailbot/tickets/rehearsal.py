"""
Cases that every template must be able to say: no name, umlauts, thirty users, on hold, a stranger, two tickets …

Built from the catalogue that is in use, so a new service or field is rehearsed too. Tests look at the same cases in a
browser, so values are as long and as strange as those of mails can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import product

from mailbot.catalogue import LANGUAGES, Catalogue, FieldRule, Mailbox, Service, Staff
from mailbot.errors import TemplateError
from mailbot.mail.message import Address, Attachment
from mailbot.mail.search import wanted
from mailbot.tickets.access import Access, Handed, told
from mailbot.tickets.alarms import ALARMING
from mailbot.tickets.announcing import Turn
from mailbot.tickets.decision import ACTION_IN, Decision, Outcome, Reply
from mailbot.tickets.digest import Day, Notices, Row, make_digest
from mailbot.tickets.escalation import Cause, Urgent
from mailbot.tickets.orders.result import Result
from mailbot.tickets.person import Subject
from mailbot.tickets.report import Figures, Missing, Report, Week, month_before
from mailbot.tickets.ticket import Event, State, Ticket
from mailbot.tickets.writer import Words, Writer
from mailbot.understanding.request import Guess, Person, Request, RequestKind, Value, Why

MOMENT = datetime(2025, 9, 22, 9, 30, tzinfo=UTC)
NOBODY = Address(email="jemand@verein.example")
SOMEBODY = Address(name="Müller, Jörg", email="joerg.mueller@verein.example")
ENDLESS = "Donaudampfschifffahrtsgesellschaftskapitaenswitwe" * 3
"""No line of a phone holds it, and nothing in it says where it may be broken."""

USERS = tuple(
    Person(
        given=f"Zoë-Émilie {n}",
        surname=ENDLESS if n == 9 else "von der Größe",
        email=None if n % 7 == 0 else f"person{n}@verein.example",
    )
    for n in range(30)
)
PEOPLE = (
    Person(given="Jörg", surname="Müller", email="joerg.mueller@verein.example"),
    Person(given="Zoë-Émilie", surname="von der Größe", email="zoe@verein.example"),
)
HOSTILE = tuple(replace(person, surname='=O\'Neil "$(false)" `false`; #, [x]\\') for person in PEOPLE)
VALUES: Mapping[str, Value] = {
    "group": "OV Köln-Süd <b>",
    "person": Person(given="Jörg"),
    "persons": USERS,
    "chosen": ("person1@verein.example", "Jemand Anderes"),
    "role": "Kassierer*in",
    "choice": "unbekannt",
    "address": "ziel@verein.example",
    "addresses": ("eins@verein.example", "zwei@verein.example"),
    "date": "2025-10-03",
    "number": 150,
    "text": f"{{{{ 7 * 7 }}}}\n# Überschrift {ENDLESS}",
}
Case = Callable[[Writer], Words]
"""Makes a writer write the mail of one case."""


def rehearse(writer: Writer, catalogue: Catalogue) -> None:
    """Render every template with every case. Raises TemplateError with all complaints, one a line."""
    complaints: dict[str, None] = {}
    for case in (*cases(catalogue), *pages()):
        try:
            case(writer)
        except TemplateError as error:
            complaints[str(error)] = None
    if complaints:
        raise TemplateError("\n".join(complaints))


def pages() -> Iterator[Case]:
    """What is no mail: the text for the web page."""
    yield lambda writer: writer.page("de")
    yield lambda writer: writer.page("en")


def cases(catalogue: Catalogue) -> Iterator[Case]:
    """Every case; of each template that is used, at least one."""
    tickets = tuple(_ticket(number, service, catalogue) for number, service in enumerate(catalogue.services, start=1))
    yield from _answers(tickets, catalogue)
    for ticket in tickets:
        yield from _about(ticket, catalogue)
    yield from _waiting(tickets, catalogue)
    yield from _urgent(tickets, catalogue)
    yield from _orders()
    yield from _proposals(tickets, catalogue)
    yield from _taken(tickets, catalogue)
    yield from _digests(tickets, catalogue)
    yield from _accesses(tickets, catalogue)
    for box in catalogue.mailboxes:
        yield from _watch(box)
    for service in catalogue.services:
        yield from _handover(service, catalogue)


def _answers(tickets: tuple[Ticket, ...], catalogue: Catalogue) -> Iterator[Case]:
    for those in ((tickets[0],), tickets[:2], tickets):
        for state, language, reply in product(State, LANGUAGES, Reply):
            for known, to in ((True, SOMEBODY), (True, NOBODY), (False, SOMEBODY)):
                yield _answer(those, state, language, reply, known, to, catalogue)


def _answer(
    tickets: tuple[Ticket, ...], state: State, language: str, reply: Reply, known: bool, to: Address, catalogue: Catalogue
) -> Case:
    outcomes = tuple(
        Outcome(request=ticket.request, action=ACTION_IN[state], state=state, ticket=ticket.key) for ticket in tickets
    )
    decision = Decision(action=ACTION_IN[state], outcomes=outcomes, reply=reply, language=language)
    return lambda writer: writer.answer(
        decision, tickets, subject="AW: Größe", to=to, mailbox=catalogue.mailboxes[0], known=known
    )


def _about(ticket: Ticket, catalogue: Catalogue) -> Iterator[Case]:
    box, member = catalogue.mailbox(ticket.mailbox), _member(catalogue)
    events = (Event(at=MOMENT, kind="received", by=ticket.requester.email, text="Mail ist da"),)
    files = (
        Attachment(name=f"Liste {ENDLESS}.xlsx", media_type="application/zip", size=12_345, content=b"PK"),
        Attachment(name="Größe.exe", media_type="application/octet-stream", size=0),
    )
    original = f"Hallo,\n> äh\n<script>\n\nhttps://verein.example/{ENDLESS}"
    yield lambda writer: writer.for_staff(
        ticket, events=events, original=original, attachments=files, doubts=("Zwei Namen",), member=member
    )
    yield lambda writer: writer.for_staff(ticket, events=(), original="", attachments=(), doubts=(), member=member)
    yield lambda writer: writer.from_staff(ticket, text=f"Hallo Jörg,\n\nfertig: {ENDLESS}\n\nGruß\nKim", mailbox=box)
    yield lambda writer: writer.from_staff(ticket, text="ist eingerichtet", mailbox=box)
    yield lambda writer: writer.closed(ticket, mailbox=box)
    yield lambda writer: writer.handed_over(ticket, mailbox=box, archive=b"PK")
    yield lambda writer: writer.erased(ticket, mailbox=box)
    yield _transcript(ticket, Result.DONE)
    yield lambda writer: writer.to_look_into(ticket, archive=b"PK")
    yield lambda writer: writer.kept(ticket)
    yield lambda writer: writer.answered(ticket, text=original, mailbox=box, outdated=True)
    yield lambda writer: writer.draft(ticket, to=SOMEBODY, text=original, mailbox=box, outdated=True)
    yield lambda writer: writer.draft(ticket, to=NOBODY, text="", mailbox=box, outdated=True)
    yield lambda writer: writer.trusted(catalogue.service(ticket.request.service), unchanged=5)


def _waiting(tickets: tuple[Ticket, ...], catalogue: Catalogue) -> Iterator[Case]:
    box, day = catalogue.mailboxes[0], MOMENT.date()
    for language, known, to in product(LANGUAGES, (True, False), (SOMEBODY, NOBODY)):
        those = tuple(replace(ticket, language=language, state=State.ASKING) for ticket in tickets if ticket.request.missing)
        for some in (those[:1], those):
            yield _reminder(some, None, to, box, known)
            yield _reminder(some, day, to, box, known)
            yield _given_up(some, day, to, box, known)


def _reminder(those: tuple[Ticket, ...], closes: date | None, to: Address, box: Mailbox, known: bool) -> Case:
    return lambda writer: writer.reminder(those, closes=closes, to=to, mailbox=box, known=known)


def _given_up(those: tuple[Ticket, ...], since: date, to: Address, box: Mailbox, known: bool) -> Case:
    return lambda writer: writer.given_up(those, since=since, to=to, mailbox=box, known=known)


def _handover(service: Service, catalogue: Catalogue) -> Iterator[Case]:
    """A complete request with each option in turn; people with ordinary names, and with what a shell would obey."""
    if service.handover is None:
        return
    options = [dict(choice) for choice in product(*([(rule.id, each.id) for each in rule.options] for rule in _choices(service)))]
    for chosen, people in product(options, (PEOPLE, HOSTILE)):
        given = {rule.id: chosen.get(rule.id) or _complete(rule, people) for rule in service.fields}
        ticket = _ticket(1, service, catalogue)
        complete = replace(ticket, request=Request(service=service.id).with_fields(given), state=State.OPEN)
        yield partial(_handed_over, ticket=complete, member=_member(catalogue))


def _handed_over(writer: Writer, *, ticket: Ticket, member: Staff) -> Words:
    """In the mail itself a broken template would only be a remark."""
    writer.hand_over(ticket)
    return writer.for_staff(ticket, events=(), original="", attachments=(), doubts=(), member=member)


def _choices(service: Service) -> list[FieldRule]:
    return [rule for rule in service.fields if rule.type == "choice"]


def _complete(rule: FieldRule, people: tuple[Person, ...]) -> Value:
    first, *_ = people
    of: dict[str, Value | None] = {
        "person": first,
        "persons": people,
        "chosen": (first.email or "",),
        "group": first.surname,
        "role": first.surname,
    }
    return of.get(rule.type) or VALUES[rule.type]


def _orders() -> Iterator[Case]:
    yield from (_transcript(None, result) for result in Result)


def _transcript(ticket: Ticket | None, result: Result) -> Case:
    rows = (("#erledigt", "abgeschlossen"), (ENDLESS, "nicht verstanden"))
    return lambda writer: writer.transcript(ticket, rows=rows, result=result)


def _urgent(tickets: tuple[Ticket, ...], catalogue: Catalogue) -> Iterator[Case]:
    known = tuple((replace(ticket, state=State.OPEN), ()) for ticket in tickets)
    rows = make_digest(known, day=MOMENT.date(), now=MOMENT, catalogue=catalogue).staff
    urged = Event(at=MOMENT, kind="urged", by="mailbot", text=f"Erinnerung an {ENDLESS}")
    each = tuple(
        Urgent(ticket=ticket, row=row, cause=cause, everybody=everybody, urged=urged if everybody else None)
        for (ticket, _), row in zip(known, rows, strict=True)
        for cause, everybody in product(Cause, (True, False))
    )
    yield lambda writer: writer.urgent(each, _member(catalogue))
    for theirs, (own, alone) in product((rows[:1], rows), ((True, True), (True, False), (False, False))):
        yield partial(_away, rows=theirs, own=own, alone=alone, member=_member(catalogue))
    for one in each:
        yield _urgent_alone(one, catalogue)


def _away(writer: Writer, *, rows: tuple[Row, ...], own: bool, alone: bool, member: Staff) -> Words:
    return writer.away(member, until=MOMENT.date(), rows=rows, own=own, alone=alone)


def _urgent_alone(urgent: Urgent, catalogue: Catalogue) -> Case:
    return lambda writer: writer.urgent((urgent,), _member(catalogue))


def _taken(tickets: tuple[Ticket, ...], catalogue: Catalogue) -> Iterator[Case]:
    turns = tuple(Turn(ticket=ticket, told="übernommen und abgeschlossen") for ticket in tickets)
    nobody = Staff.model_construct(id="cli", name="Kommandozeile", email="cli", services=())
    for some, by in product((turns[:1], turns[1:2], turns), (_member(catalogue), nobody)):
        yield partial(_taken_by, turns=some, by=by, member=_member(catalogue))


def _taken_by(writer: Writer, *, turns: tuple[Turn, ...], by: Staff, member: Staff) -> Words:
    return writer.taken(turns, by=by, member=member)


def _proposals(tickets: tuple[Ticket, ...], catalogue: Catalogue) -> Iterator[Case]:
    answer = Words(subject="Re: Größe", text=f"Hallo,\n\nes fehlt: {ENDLESS}\n", html="")
    rows = (("#nehme ich", "zuständig ist jetzt Kim"), (ENDLESS, "als Notiz aufgenommen"))
    yield lambda writer: writer.proposed(tickets, answer=answer, rows=rows, doubts=("Zwei Namen",))
    for ticket in tickets[:2]:
        yield lambda writer, those=(ticket,): writer.proposed(those, answer=answer, rows=(), doubts=())  # type: ignore[misc]


def _digests(tickets: tuple[Ticket, ...], catalogue: Catalogue) -> Iterator[Case]:
    told, today = (f"Etwas ging schief: {ENDLESS}",), MOMENT.date()
    days = tuple(Day(day=today - timedelta(days=ago), opened=ago * ago, closed=ago % 3) for ago in range(14))
    full = make_digest(
        ((replace(ticket, waits_until=until), ()) for ticket in tickets for until in (None, MOMENT + timedelta(days=1))),
        day=today,
        now=MOMENT,
        catalogue=catalogue,
        days=days,
        notices=Notices(
            trouble=told, quarantined=told, proposed=told, unreachable=told, misspelt=told, kept_back=told, drafts=told
        ),
    )
    empty = make_digest((), day=today, now=MOMENT, catalogue=catalogue)
    yield from _reports(catalogue)
    yield lambda writer: writer.digest(full, _member(catalogue))
    yield lambda writer: writer.digest(full, at_most=1)
    yield lambda writer: writer.digest(empty)


def _accesses(tickets: tuple[Ticket, ...], catalogue: Catalogue) -> Iterator[Case]:
    subject = Subject(address=SOMEBODY.email, names=frozenset(), pattern=wanted([SOMEBODY.email]))
    events = (Event(at=MOMENT, kind="note", by="cli", text=f"{ENDLESS} <b>"),)
    full = Access(
        address=SOMEBODY.email,
        names=(SOMEBODY.name,),
        day=MOMENT.date(),
        tickets=tuple(told(ticket, events, subject, catalogue) for ticket in tickets),
        mails=(Handed(file="von/2025-09-22-1.eml", at=MOMENT, subject=f"Größe {ENDLESS}", sent=False),),
        named=(MOMENT.date(),),
        beside=7,
    )
    yield lambda writer: writer.access(full)
    yield lambda writer: writer.access(Access(address=NOBODY.email, names=(), day=MOMENT.date()))


def _reports(catalogue: Catalogue) -> Iterator[Case]:
    month, count = MOMENT.date().replace(day=1), len(catalogue.services)
    services = tuple((service.id, count - place) for place, service in enumerate(catalogue.services))
    missing = tuple(Missing(service=each.id, field=rule.id, times=2, of=3) for each in catalogue.services for rule in each.fields)
    weeks = (Week(first=1, last=7, opened=2), Week(first=8, last=14, closed=12345))
    counted = Figures(month=month, opened=7, closed=5, services=services, weeks=weeks, until_closed=timedelta(days=3), unasked=1)
    full = replace(counted, missing=missing)
    yield lambda writer: writer.report(Report(month=full, before=Figures(month=month_before(month))))
    yield lambda writer: writer.report(Report(month=Figures(month=month), before=full))


def _watch(box: Mailbox) -> Iterator[Case]:
    detail = f"mail.verein.example:993: nothing listens there {ENDLESS}"
    for kind in sorted(ALARMING):
        yield lambda writer, kind=kind: writer.alarm(kind, box.id, since=MOMENT, detail=detail)  # type: ignore[misc]
        yield lambda writer, kind=kind: writer.all_clear(kind, box.id, since=MOMENT, until=MOMENT)  # type: ignore[misc]
    yield lambda writer: writer.canary(box, at=MOMENT)


def _member(catalogue: Catalogue) -> Staff:
    return catalogue.staff[0] if catalogue.staff else Staff(id="someone", name="Kim Beispiel", email="kim@verein.example")


def _ticket(number: int, service: Service, catalogue: Catalogue) -> Ticket:
    states = tuple(State)
    return Ticket(
        key=f"{catalogue.organisation.ticket_prefix}-{1000 + number}",
        conversation=1,
        request=_request(service, RequestKind.CHANGE if number % 3 == 0 else RequestKind.NEW),
        state=states[number % len(states)],
        mailbox=catalogue.mailboxes[0].id,
        requester=SOMEBODY if number % 2 else NOBODY,
        subject="Größe" if number % 2 else "",
        language=LANGUAGES[number % 2],
        assignee=_member(catalogue).id if number % 2 else None,
        opened=MOMENT,
        updated=MOMENT,
        due=date(2025, 9, 12) if service.due_months else None,
    )


def _request(service: Service, kind: RequestKind) -> Request:
    """Every second field has a value; what each of the others, and of the persons, needs is missing."""
    given: dict[str, Value] = {rule.id: VALUES[rule.type] for rule in service.fields[::2]}
    missing = [name for rule in service.fields for name in _missing(rule, given)]
    return Request(
        service=service.id,
        kind=kind,
        missing=tuple(sorted(missing)),
        because=("weil es so da steht",),
        guesses=tuple(_guesses(service, missing, given)),
    ).with_fields(given)


def _guesses(service: Service, missing: Sequence[str], given: Mapping[str, Value]) -> Iterator[Guess]:
    """Everything that is missing stands there wrongly, every second with a likely value; the group is misspelt."""
    for at, name in enumerate(missing):
        meant = None if at % 2 else "2025-10-03"
        yield Guess(item=name, written="Größe <b>", why=Why.CANNOT_BE, meant=meant, of=USERS[0] if "." in name else None)
    for rule in service.fields:
        if rule.type == "group" and rule.id in given:
            yield Guess(item=rule.id, written="OV Kölln", why=Why.RESPELT, meant="OV Köln-Süd <b>")


def _missing(rule: FieldRule, given: Mapping[str, Value]) -> Iterator[str]:
    if rule.id not in given:
        yield rule.id
    else:
        yield from (f"{rule.id}.{part}" for part in rule.each if part != "given")
