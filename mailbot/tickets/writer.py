"""
Every text that the bot sends: templates of words, rendered once, given two looks (text and HTML).

`templates/de` and `templates/en` hold what members read, `templates/staff` what staff read, `templates/look`
how it looks as HTML. What the marks in them mean stands in templates/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from traceback import walk_tb
from typing import Any
from urllib.parse import quote

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError, pass_context
from jinja2 import TemplateError as JinjaError
from jinja2.ext import Extension
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from mailbot.catalogue import Catalogue, Mailbox, Staff
from mailbot.errors import TemplateError
from mailbot.mail.message import Address, Attachment
from mailbot.tickets.blocks import (
    Action,
    Actions,
    Entries,
    Entry,
    Facts,
    Form,
    Kept,
    Link,
    Page,
    Prose,
    Quote,
    Table,
    flat,
    plain,
    read_page,
)
from mailbot.tickets.calendar import day_of
from mailbot.tickets.decision import Decision, Outcome
from mailbot.tickets.decision import Action as Does
from mailbot.tickets.digest import Digest, Row
from mailbot.tickets.greeting import bids_farewell, given_name, greets
from mailbot.tickets.ticket import Event, Ticket
from mailbot.tickets.wording import chosen, day, facts, label_of, missing_labels, moment, short_day
from mailbot.understanding.request import Person, Request, RequestKind

STAFF_LANGUAGE = "de"
SUBJECT_AT_MOST = 150  # characters of the member's own subject

_PREFIX = re.compile(r"^(?:(?:re|aw|antw|antwort|fwd?|wg|sv|tr|rif)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_STATES = {
    "asking": "wartet auf das Mitglied",
    "open": "wartet auf uns",
    "on_hold": "zurückgestellt",
    "referred": "verwiesen",
    "triage": "bitte lesen",
    "closed": "abgeschlossen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A mail's subject and its two parts, which say the same."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What the templates for members know of one ticket. `form` and `facts` are None where there is nothing to show."""

    key: str
    label: str
    about: str
    state: str
    change: bool
    form: Form | None
    facts: Facts | None
    reason: str
    introduction: bool
    due: str


class TidyLines(Extension):
    """
    A tag like `{% if … %}` alone on a line leaves no line behind; every other line stays a line.

    Jinja's `trim_blocks` alone would join a line that ends with a tag, or an `include`, with the next one.
    """

    _LONELY = re.compile(r"\s*\{%-?\s*(?!include\b)\w+(?:(?!%\}).)*%\}\s*")

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return "\n".join(line if self._LONELY.fullmatch(line) else self._kept(line) for line in source.split("\n"))

    @staticmethod
    def _kept(line: str) -> str:
        return re.sub(r"\s*%\}$", " +%}", line.rstrip())


@pass_context
def _keep(context: Context, value: object) -> str:
    kept: Kept = context["_kept"]
    return kept.keep(value)


class Writer:
    """
    Writes mails for one catalogue.

    Args:
        templates: the folder `templates/`.

    Raises:
        TemplateError: a template is missing or broken, as `templates/…:line: what`; here all that cannot be
            compiled at once, later the one that did not render.
    """

    def __init__(self, catalogue: Catalogue, templates: Path) -> None:
        if not templates.is_dir():
            raise TemplateError(f"{templates}: there is no such folder; it belongs beside rules.yaml")
        self._catalogue = catalogue
        self._folder = templates
        loader = FileSystemLoader(templates, encoding="utf-8")
        options: dict[str, Any] = {"loader": loader, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
        self._words = SandboxedEnvironment(autoescape=False, finalize=_keep, extensions=[TidyLines], **options)
        self._look = SandboxedEnvironment(autoescape=True, **options)
        self._inliner = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
        self._compile_all()

    def answer(
        self,
        decision: Decision,
        tickets: tuple[Ticket, ...],
        *,
        subject: str,
        to: Address,
        mailbox: Mailbox,
        known: bool,
    ) -> Words:
        """
        One mail to the member about everything that follows from theirs.

        Args:
            tickets: parallel to `decision.outcomes`, as they are after the decision.
            subject: of the mail that is answered, as it came.
            known: whether the sender is proven. If not, nothing that the mail said stands in the answer.

        Raises:
            ValueError: the decision is to be silent.
        """
        if decision.reply is None:
            raise ValueError("a decision without a reply has no words")
        pairs = list(zip(decision.outcomes, tickets, strict=True))
        worth = [(outcome, ticket) for outcome, ticket in pairs if outcome.changed or outcome.action is Does.ASK] or pairs
        if decision.reply == "answer":
            worth.sort(key=lambda pair: tuple(Does).index(pair[0].action))
        persons = [person for ticket in tickets for person in _persons(ticket.request)]
        return self._member(
            decision.reply,
            decision.language,
            [ticket.key for _, ticket in worth],
            mailbox,
            subject=bare_subject(subject) if known else "",
            given=given_name(to, persons) if known else "",
            parts=[self._part(outcome, ticket, decision.language, known) for outcome, ticket in worth],
            several=len(worth) > 1,
        )

    def from_staff(self, ticket: Ticket, *, text: str, mailbox: Mailbox) -> Words:
        """Staff's words to the member, under the association's name; greeting and farewell are added where they have none."""
        return self._member(
            "reply",
            ticket.language,
            [ticket.key],
            mailbox,
            subject=bare_subject(ticket.subject),
            given=given_name(ticket.requester, _persons(ticket.request)),
            words=Prose(text=text),
            greets=greets(text),
            bids=bids_farewell(text),
        )

    def closed(self, ticket: Ticket, *, mailbox: Mailbox) -> Words:
        """The member is told that it is done."""
        return self._member(
            "closed",
            ticket.language,
            [ticket.key],
            mailbox,
            subject=bare_subject(ticket.subject),
            given=given_name(ticket.requester, _persons(ticket.request)),
            label=self._label(ticket, ticket.language),
        )

    def for_staff(
        self,
        ticket: Ticket,
        *,
        events: tuple[Event, ...],
        original: str,
        attachments: tuple[Attachment, ...],
        doubts: tuple[str, ...],
        member: Staff,
    ) -> Words:
        """All there is to know about a ticket, for one member of staff."""
        service = self._catalogue.service(ticket.request.service)
        return self._staff(
            "ticket",
            ticket,
            given=member.name.split()[0],
            who=_who(ticket.requester),
            glance=self._glance(ticket),
            doubts=doubts,
            facts=self._simple_facts(ticket.request),
            tables=self._person_tables(ticket.request),
            missing=missing_labels(ticket.request, service, STAFF_LANGUAGE),
            actions=self._actions(ticket),
            because=ticket.request.because,
            history=self._history(events),
            original=Quote(text=original) if original.strip() else None,
            attachments=[f"{flat(each.name) or 'ohne Namen'} ({_size(each.size)})" for each in attachments],
        )

    def transcript(self, ticket: Ticket, *, lines: tuple[tuple[str, str], ...]) -> Words:
        """To staff: what stood in their mail, and what was done about it."""
        table = Table(head=("Geschrieben", "Geschehen"), rows=tuple((flat(wrote), flat(done)) for wrote, done in lines))
        return self._staff("transcript", ticket, lines=table)

    def digest(self, digest: Digest) -> Words:
        """The daily overview for staff."""
        return self._write(
            "staff/digest.txt",
            STAFF_LANGUAGE,
            day=day(digest.day, STAFF_LANGUAGE),
            since=short_day(digest.since),
            summary=_summary(digest),
            counts=_counts(digest),
            trouble=digest.trouble,
            **{name: _entries(getattr(digest, name)) for name in ("new", "staff", "members", "on_hold", "closed")},
        )

    def check(self) -> None:
        """Render every template with every case of `rehearsal`. Raises TemplateError with all complaints, one a line."""
        from mailbot.tickets.rehearsal import rehearsals

        complaints: dict[str, None] = {}
        for write in rehearsals(self._catalogue):
            try:
                write(self)
            except TemplateError as error:
                complaints[str(error)] = None
        if complaints:
            raise TemplateError("\n".join(complaints))

    def _member(self, template: str, language: str, keys: list[str], mailbox: Mailbox, **values: Any) -> Words:
        return self._write(f"{language}/{template}.txt", language, key=keys[0], keys=", ".join(keys), mailbox=mailbox, **values)

    def _staff(self, template: str, ticket: Ticket, **values: Any) -> Words:
        return self._write(
            f"staff/{template}.txt",
            STAFF_LANGUAGE,
            key=ticket.key,
            label=self._label(ticket, STAFF_LANGUAGE),
            mailbox=self._catalogue.mailbox(ticket.mailbox),
            **values,
        )

    def _write(self, template: str, language: str, **values: Any) -> Words:
        kept = Kept()
        shared = {"organisation": self._catalogue.organisation, "website": self._website, "_kept": kept}
        rendered = self._guarded(template, lambda: self._words.get_template(template).render(**values, **shared))
        page = self._guarded(template, lambda: read_page(rendered, kept))
        return Words(subject=page.subject, text=plain(page), html=self._html(page, language))

    def _html(self, page: Page, language: str) -> str:
        values = {"page": page, "language": language, "organisation": self._catalogue.organisation}
        html = self._guarded("look/mail.html", lambda: self._look.get_template("look/mail.html").render(**values))
        return self._inliner.inline(html)

    def _guarded(self, template: str, render: Callable[[], Any]) -> Any:
        """Whatever an edited template does wrong becomes one sentence with its place."""
        try:
            return render()
        except (JinjaError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
            raise TemplateError(self._complaint(template, error)) from error

    def _complaint(self, template: str, error: Exception) -> str:
        name = self._folder.name
        if isinstance(error, TemplateSyntaxError):
            return f"{name}/{error.name or template}:{error.lineno}: {error.message}"
        places = [
            (Path(frame.f_code.co_filename), line)
            for frame, line in walk_tb(error.__traceback__)
            if Path(frame.f_code.co_filename).is_relative_to(self._folder)
        ]
        path, line = places[-1] if places else (self._folder / template, 1)
        what = f"there is no template '{error}'" if type(error).__name__ == "TemplateNotFound" else str(error)
        return f"{name}/{path.relative_to(self._folder).as_posix()}:{line}: {what}"

    def _compile_all(self) -> None:
        complaints = [
            complaint
            for environment, ending in ((self._words, ".txt"), (self._look, ".html"))
            for name in environment.list_templates(filter_func=lambda name, ending=ending: name.endswith(ending))
            if (complaint := self._broken(environment, name))
        ]
        if complaints:
            raise TemplateError("\n".join(complaints))

    def _broken(self, environment: Environment, name: str) -> str | None:
        try:
            environment.get_template(name)
        except (JinjaError, UnicodeDecodeError) as error:
            return self._complaint(name, error)
        return None

    @cached_property
    def _website(self) -> Link:
        website = self._catalogue.organisation.website
        shown = re.sub(r"^https?://", "", website)
        return Link(href=website if website != shown else f"https://{website}", label=shown)

    def _label(self, ticket: Ticket, language: str) -> str:
        return self._catalogue.service(ticket.request.service).label.in_(language)

    def _part(self, outcome: Outcome, ticket: Ticket, language: str, known: bool) -> Part:
        request, service = outcome.request, self._catalogue.service(outcome.request.service)
        labels = missing_labels(request, service, language, known=known)
        rows = facts(request, self._catalogue, language) if known else ()
        return Part(
            key=ticket.key,
            label=service.label.in_(language),
            about=service.about.in_(language),
            state=outcome.state.value,
            change=request.kind is RequestKind.CHANGE,
            form=Form(labels=labels) if labels else None,
            facts=Facts(rows=rows) if rows else None,
            reason=service.on_hold.in_(language) if service.on_hold else "",
            introduction=service.introduction and request.kind is RequestKind.NEW,
            due=day(ticket.due, language) if ticket.due else "",
        )

    def _glance(self, ticket: Ticket) -> Facts:
        zone = self._catalogue.hours.timezone
        assignee = next((each.name for each in self._catalogue.staff if each.id == ticket.assignee), "noch niemand")
        rows = {
            "Wer": ", ".join(dict.fromkeys(part for part in (flat(ticket.requester.name), ticket.requester.email) if part)),
            "Betreff": flat(ticket.subject),
            "Seit": day(day_of(ticket.opened, self._catalogue.hours), STAFF_LANGUAGE)
            + f", {ticket.opened.astimezone(zone):%H:%M} Uhr",
            "Stand": _STATES[ticket.state] + (", Änderung" if ticket.request.kind is RequestKind.CHANGE else ""),
            "Frist": day(ticket.due, STAFF_LANGUAGE) if ticket.due else "",
            "Zuständig": assignee,
        }
        return Facts(rows=tuple((label, (value,)) for label, value in rows.items() if value))

    def _simple_facts(self, request: Request) -> Facts | None:
        """What is no list of persons; who is chosen among persons is marked in their table."""
        service = self._catalogue.service(request.service)
        shown = {
            label_of(service, id, STAFF_LANGUAGE)
            for id, value in request.fields.items()
            if not _are_persons(value) and not self._marked(request, id)
        }
        rows = tuple(row for row in facts(request, self._catalogue, STAFF_LANGUAGE) if row[0] in shown)
        return Facts(rows=rows) if rows else None

    def _marked(self, request: Request, id: str) -> bool:
        rule = self._catalogue.service(request.service).field(id)
        among = request.fields.get(rule.among) if rule and rule.among else None
        value = request.fields[id]
        return _are_persons(among) and isinstance(value, tuple) and all(_holder(each, among) for each in value)

    def _person_tables(self, request: Request) -> list[Mapping[str, object]]:
        service = self._catalogue.service(request.service)
        return [
            {"label": label_of(service, id, STAFF_LANGUAGE), "persons": self._persons_table(request, id, value)}
            for id, value in request.fields.items()
            if isinstance(value, tuple) and _are_persons(value)
        ]

    def _persons_table(self, request: Request, id: str, persons: tuple[Any, ...]) -> Table:
        choices = [rule for rule in self._catalogue.service(request.service).fields if rule.among == id]
        rows = []
        for person in persons:
            marks = [
                rule.label.in_(STAFF_LANGUAGE).partition(" (")[0].removeprefix("Gruppen").removesuffix("s").capitalize()
                for rule in choices
                if any(_holder(each, (person,)) for each in _texts(request.fields.get(rule.id)))
            ]
            name = " ".join(part for part in (person.given, person.surname) if part)
            rows.append((flat(name) or "–", person.email or "fehlt", ", ".join(marks)))
        return Table(head=("Name", "E-Mail", ""), rows=tuple(rows))

    def _actions(self, ticket: Ticket) -> Actions:
        to = self._catalogue.mailbox(ticket.mailbox).address

        def action(label: str, command: str, how: str) -> Action:
            href = f"mailto:{quote(to, safe='@')}?subject={quote(f'Re: [{ticket.key}]')}&body={quote(command)}"
            return Action(label=label, how=f"{command.strip()} – {how}", href=href)

        return Actions(
            actions=(
                action("Abschließen", "#erledigt\r\n", "das Mitglied erfährt, dass es erledigt ist"),
                action("Übernehmen", "#nehme ich\r\n", "du kümmerst dich darum"),
                action("Notiz", "#notiz ", "was danach steht, bleibt unter euch"),
            )
        )

    def _history(self, events: tuple[Event, ...]) -> Table | None:
        zone = self._catalogue.hours.timezone
        rows = tuple((moment(each.at, zone), flat(each.text), self._actor(each.by)) for each in events)
        return Table(head=("Wann", "Was", "Wer"), rows=rows) if rows else None

    def _actor(self, by: str) -> str:
        staff = self._catalogue.member_of_staff(by)
        return staff.name if staff else {"mailbot": "Bot", "cli": "Befehlszeile"}.get(by, flat(by))


def bare_subject(subject: str) -> str:
    """The subject without "Re:", "AW:", "Fwd:" … and without ticket keys, on one line, at most 150 characters."""
    bare = flat(re.sub(r"\[[A-Z]{1,8}-\d+\]", " ", flat(subject)))
    while bare != (bare := _PREFIX.sub("", bare).strip()):
        pass
    return bare if len(bare) <= SUBJECT_AT_MOST else bare[: SUBJECT_AT_MOST - 1].rstrip() + "…"


def _persons(request: Request) -> Iterator[Person]:
    for value in request.fields.values():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Person):
                yield each


def _are_persons(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(each, Person) for each in value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, tuple) else ()


def _holder(chosen: object, persons: object) -> bool:
    """Whether one of the persons has that address or name."""
    return isinstance(persons, tuple) and any(isinstance(each, Person) and chosen in (each.email, each.name) for each in persons)


def _who(address: Address) -> str:
    return flat(address.name) or address.email


def _size(octets: int) -> str:
    return f"{octets} Byte" if octets < 1024 else f"{octets / 1024:.0f} KB" if octets < 1024**2 else f"{octets / 1024**2:.1f} MB"


def _summary(digest: Digest) -> str:
    overdue = sum(row.overdue for row in digest.staff)
    parts = [f"{len(digest.new)} neu", f"{len(digest.staff)} warten auf uns"]
    return ", ".join(parts + ([f"{overdue} überfällig"] if overdue else []))


def _counts(digest: Digest) -> str:
    return (
        f"{len(digest.new)} neu · {len(digest.staff)} warten auf uns · {len(digest.members)} warten auf Mitglieder · "
        f"{len(digest.on_hold)} zurückgestellt · {len(digest.closed)} abgeschlossen"
    )


def _entries(rows: tuple[Row, ...]) -> Entries | None:
    return Entries(entries=tuple(_entry(row) for row in rows)) if rows else None


def _entry(row: Row) -> Entry:
    days = "seit heute" if row.age == 0 else "seit 1 Arbeitstag" if row.age == 1 else f"seit {row.age} Arbeitstagen"
    lines = [
        ", ".join(part for part in (row.who, f"bei {row.assignee}" if row.assignee else "") if part),
        f"Fehlt: {', '.join(row.missing)}" if row.missing else "",
        (f"Überfällig: Frist war am {day(row.due, 'de')}" if row.overdue else f"Frist: {day(row.due, 'de')}") if row.due else "",
        row.because,
    ]
    return Entry(
        key=row.key,
        title=row.service,
        lines=tuple(flat(line) for line in lines if line),
        age=f"{days} ({short_day(row.since)})",
        urgent=row.overdue,
    )
