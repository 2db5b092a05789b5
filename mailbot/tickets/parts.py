"""What the templates for members show: a part of the mail for each ticket. Values only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailbot.catalogue import Catalogue
from mailbot.mail.subject import PREFIXES
from mailbot.tickets.blocks import Facts, Form, flat
from mailbot.tickets.decision import Outcome
from mailbot.tickets.ticket import Ticket
from mailbot.tickets.wording import day, facts, form_lines
from mailbot.understanding.form import asked_back
from mailbot.understanding.request import Person, Request, RequestKind

SUBJECT_AT_MOST = 150  # characters of the member's own subject
_KEY = re.compile(r"\[[A-Z]{1,8}-\d+\]")


def bare_subject(subject: str) -> str:
    """The subject without "Re:", "AW:", "Fwd:" … and without ticket keys, on one line, at most 150 characters."""
    bare = PREFIXES.sub("", flat(_KEY.sub(" ", flat(subject))))
    return bare if len(bare) <= SUBJECT_AT_MOST else bare[: SUBJECT_AT_MOST - 1].rstrip() + "…"


def persons_of(request: Request) -> Iterator[Person]:
    """Everybody named in the request."""
    for value in request.fields.values():
        yield from (each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Person))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What the templates for members know of one ticket. `form` and `facts` are None where there is nothing to show."""

    key: str
    label: str
    about: str
    state: str
    change: bool
    added: bool  # the member was asked before, and this mail told more
    asked_again: bool
    form: Form | None
    proposes: bool  # a line of the form asks "Meintest du …?"
    facts: Facts | None
    reason: str
    introduction: bool
    due: str


def part_of(outcome: Outcome, ticket: Ticket, catalogue: Catalogue, language: str, *, known: bool) -> Part:
    """`known` False: the sender is not proven, so nothing of what the mail said is shown."""
    request, service = outcome.request, catalogue.service(outcome.request.service)
    lines = form_lines(request, catalogue, language, known=known)
    rows = facts(request, catalogue, language) if known else ()
    return Part(
        key=ticket.key,
        label=service.label.in_(language),
        about=service.about.in_(language),
        state=outcome.state.value,
        change=request.kind is RequestKind.CHANGE,
        added=outcome.ticket is not None and outcome.changed,
        asked_again=outcome.ticket is not None,
        form=Form(lines=lines) if lines else None,
        proposes=known and any(guess.proposed for guess in asked_back(request, catalogue)),
        facts=Facts(rows=rows) if rows else None,
        reason=ticket.held or (service.on_hold.in_(language) if service.on_hold else ""),
        introduction=service.introduction and request.kind is RequestKind.NEW,
        due=day(ticket.due, language) if ticket.due else "",
    )
