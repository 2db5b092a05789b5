"""
What a person is told of their data (GDPR, Art. 15), as a value. Pure.

Art. 15(4): nothing of others goes along. Of somebody else's ticket they see their own entry, and when what kind of thing
happened, without a word. Of their own tickets they see the history, with everybody else blackened and without what others
said; what staff noted for themselves only where somebody has looked at it. A mail of somebody else that names them is told
by its day alone. Their own mails, and ours to them, they know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from mailbot.catalogue import Catalogue
from mailbot.mail.search import wanted
from mailbot.tickets.blocks import Facts, Table, flat
from mailbot.tickets.person import BLACK, Subject, is_theirs, only, others_in
from mailbot.tickets.ticket import BOT, Event, Ticket
from mailbot.tickets.views import STAFF_LANGUAGE, STATES
from mailbot.tickets.wording import day as in_words
from mailbot.tickets.wording import facts, short_day
from mailbot.understanding.record import fields_to_json
from mailbot.understanding.request import Request

_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[\w-]+(?:\.[\w-]+)+")


ANOTHER = "eine andere Person"
"""Who did something and is neither they nor we."""

INTERNAL = ("note", "waits")
"""Lines of a history that staff or the bot wrote for staff."""

UNSAID = {"received": "Mail eingegangen", "answered": "beantwortet", "sent": "Mail verschickt", "note": "Notiz", "told": "Angabe"}
"""How a line is shown whose words are not, by its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A mail that is handed over whole: `file` is its name in the archive; `sent`: by us, to them."""

    file: str
    at: datetime
    subject: str
    sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    A ticket as they may see it: `request` holds their own entries alone, `events` speak of nobody else.

    `unsaid` is how many internal lines are there without their words.
    """

    ticket: Ticket
    own: bool
    request: Request
    events: tuple[Event, ...]
    unsaid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    All that a person is told.

    `named` are the days of mails of others that name them; `beside` is how many mails of ours to others do.
    """

    address: str
    names: tuple[str, ...]
    day: date
    tickets: tuple[Told, ...] = ()
    mails: tuple[Handed, ...] = ()
    named: tuple[date, ...] = ()
    beside: int = 0

    @property
    def unsaid(self) -> int:
        """How many internal lines are there without their words."""
        return sum(each.unsaid for each in self.tickets)


def told(ticket: Ticket, events: tuple[Event, ...], subject: Subject, catalogue: Catalogue, *, with_notes: bool = False) -> Told:
    """The ticket without everybody else. `with_notes`: with the words of what is internal."""
    own = is_theirs(ticket, subject)
    addresses, names = others_in(ticket, events, subject)
    others = wanted(addresses, (*names, *(member.name for member in catalogue.staff)))

    def is_said(event: Event) -> bool:
        return own and (with_notes or event.kind not in INTERNAL) and _actor(event.by, subject, catalogue) != ANOTHER

    def blackened(text: str) -> str:
        text = others.sub(BLACK, text)
        return _ADDRESS.sub(lambda found: found[0] if _is_known(found[0], subject, catalogue) else BLACK, text)

    def theirs(event: Event) -> Event:
        text = blackened(event.text) if is_said(event) else ""
        return replace(event, by=_actor(event.by, subject, catalogue), text=text)

    return Told(
        ticket=ticket if own else replace(ticket, subject=""),
        own=own,
        request=replace(ticket.request, fields=only(ticket.request, subject, own=own), because=(), guesses=()),
        events=tuple(theirs(event) for event in events),
        unsaid=sum(own and event.kind in INTERNAL and not is_said(event) for event in events),
    )


def _is_known(address: str, subject: Subject, catalogue: Catalogue) -> bool:
    return address.lower() == subject.address or address.lower() in catalogue.own_addresses


def _actor(by: str, subject: Subject, catalogue: Catalogue) -> str:
    if by == subject.address:
        return by
    if by == "cli" or by in catalogue.own_addresses or catalogue.member_of_staff(by) is not None:
        return "Team"
    return "Programm" if by == BOT else ANOTHER if by else ""


def numbers(access: Access) -> Facts:
    """How much there is of what."""
    count = {
        "Eigene Vorgänge": sum(each.own for each in access.tickets),
        "Vorgänge anderer, in denen die Person vorkommt": sum(not each.own for each in access.tickets),
        "Mails von der Person": sum(not mail.sent for mail in access.mails),
        "Mails an die Person": sum(mail.sent for mail in access.mails),
        "Mails anderer, in denen die Person vorkommt": len(access.named),
        "Mails an das Team und andere dazu": access.beside,
        "Interne Vermerke, die hier ohne Wortlaut stehen": access.unsaid,
    }
    return Facts(rows=tuple((what, (str(number),)) for what, number in count.items()))


def overview(each: Told, catalogue: Catalogue) -> tuple[Facts, Table | None]:
    """A ticket for reading: what it is about, and its history."""
    zone, ticket = catalogue.hours.timezone, each.ticket
    rows: list[tuple[str, tuple[Any, ...]]] = [
        ("Stand", (STATES[ticket.state],)),
        ("Begonnen", (in_words(ticket.opened.astimezone(zone).date(), STAFF_LANGUAGE),)),
    ]
    if ticket.subject:
        rows.append(("Betreff", (flat(ticket.subject),)))
    rows += facts(each.request, catalogue, STAFF_LANGUAGE)
    events = tuple((f"{event.at.astimezone(zone):%d.%m.%Y, %H:%M}", _said(event), event.by) for event in each.events)
    return Facts(rows=tuple(rows)), Table(head=("Wann", "Was", "Wer"), rows=events) if events else None


def _said(event: Event) -> str:
    return flat(event.text) or UNSAID.get(event.kind, "Eintrag")


def mails(access: Access) -> Table | None:
    """The mails that are handed over."""
    rows = tuple((short_day(mail.at.date()) + str(mail.at.year), flat(mail.subject), mail.file) for mail in access.mails)
    return Table(head=("Wann", "Betreff", "Datei"), rows=rows) if rows else None


def times(catalogue: Catalogue) -> Table:
    """How long what is kept."""
    kept = catalogue.retention
    rows = [("Vorgänge mit allen Mails dazu, nach ihrem Abschluss", kept.closed)]
    rows += [(f"dasselbe bei: {each.label.de}", each.retention) for each in catalogue.services if each.retention is not None]
    rows += [
        ("Mails, zu denen kein Vorgang gehört", kept.ignored),
        ("Mails, die nicht verarbeitet werden konnten", kept.quarantine),
        ("Übersichten und Hinweise an das Team", kept.notices),
    ]
    shown = tuple((what, f"{span.days} Tag{'e' if span.days > 1 else ''}") for what, span in rows)
    return Table(head=("Was", "Wie lange"), rows=shown)


def as_json(access: Access) -> Mapping[str, Any]:
    """The same for programs (Art. 20); times in ISO 8601."""
    return {
        "address": access.address,
        "names": list(access.names),
        "day": access.day.isoformat(),
        "tickets": [_ticket(each) for each in access.tickets],
        "mails": [
            {
                "file": mail.file,
                "at": mail.at.isoformat(),
                "direction": "to you" if mail.sent else "from you",
                "subject": mail.subject,
            }
            for mail in access.mails
        ],
        "named_in_mails_of": [day.isoformat() for day in access.named],
        "mails_to_others_about_you": access.beside,
        "notes_without_words": access.unsaid,
    }


def _ticket(each: Told) -> dict[str, Any]:
    ticket = each.ticket
    return {
        "key": ticket.key,
        "yours": each.own,
        "service": ticket.request.service,
        "kind": ticket.request.kind.value,
        "state": ticket.state.value,
        "mailbox": ticket.mailbox,
        "subject": ticket.subject,
        "fields": fields_to_json(each.request.fields),
        "opened": ticket.opened.isoformat(),
        "updated": ticket.updated.isoformat(),
        "due": ticket.due.isoformat() if ticket.due else None,
        "events": [{"at": event.at.isoformat(), "kind": event.kind, "by": event.by, "text": event.text} for event in each.events],
    }


def in_order(handed: Sequence[Handed]) -> tuple[Handed, ...]:
    """By time."""
    return tuple(sorted(handed, key=lambda mail: (mail.at, mail.file)))
