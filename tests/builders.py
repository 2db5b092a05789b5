"""Values with valid defaults for everything; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr
from types import MappingProxyType
from typing import Any

from mailbot.catalogue import Catalogue, Service
from mailbot.mail.body import split
from mailbot.mail.message import Address, Attachment, Body, Kind, Line, Mail
from mailbot.tickets.decision import Action, Decision, Outcome, Reply
from mailbot.tickets.ticket import Event, State, Ticket
from mailbot.understanding.request import Person, Reading, Request

NOW = datetime(2025, 9, 22, 9, 30, tzinfo=UTC)  # a Monday

LABEL = {"de": "Name der Gruppe", "en": "Name of the group"}
GROUP = {"id": "group", "type": "group", "label": LABEL}
NAMED = ("given", "surname", "email")
PERSON = {
    "id": "person",
    "type": "person",
    "label": {"de": "Vorname, Name, E-Mail", "en": "Given name, surname, email"},
    "each": NAMED,
}

NEXTCLOUD: dict[str, Any] = {
    "id": "nextcloud",
    "label": {"de": "Cloudspeicher (Nextcloud)", "en": "Cloud storage (Nextcloud)"},
    "about": {"de": "zur Nextcloud", "en": "about the Nextcloud"},
    "inbox": "support",
    "signs": {"strong": ("nextcloud", "cloud")},
    "fields": (
        GROUP,
        {
            "id": "users",
            "type": "persons",
            "label": {"de": "Nutzer*innen (Vorname, Name, E-Mail)", "en": "Users (given name, surname, email)"},
            "each": NAMED,
            "words": ("nutzer(?:\\*?innen)?",),
        },
        {
            "id": "admins",
            "type": "chosen",
            "among": "users",
            "most": 3,
            "label": {"de": "Gruppenadmins (1–3)", "en": "Group admins (1–3)"},
            "words": ("admins?",),
        },
    ),
}
VIDEO: dict[str, Any] = {
    "id": "video",
    "label": {"de": "Videokonferenzen (BigBlueButton)", "en": "Video conferences (BigBlueButton)"},
    "about": {"de": "zu Videokonferenzen", "en": "about video conferences"},
    "inbox": "support",
    "signs": {"strong": ("bbb", "bigbluebutton")},
    "introduction": True,
    "fields": (
        PERSON,
        GROUP,
        {"id": "role", "type": "role", "label": {"de": "Aufgabe in der Gruppe", "en": "Task in the group"}},
    ),
}
EMAIL_PERSONAL: dict[str, Any] = {
    "id": "email_personal",
    "label": {"de": "Persönliche E-Mail-Adresse", "en": "Personal email address"},
    "about": {"de": "zu einer E-Mail-Adresse", "en": "about an email address"},
    "inbox": "buero",
    "fields": (
        {**PERSON, "each": ("given", "surname"), "label": {"de": "Vorname, Name", "en": "Given name, surname"}},
        {
            "id": "address_kind",
            "type": "choice",
            "label": {"de": "Weiterleitung oder Postfach", "en": "Forwarding or mailbox"},
            "options": (
                {"id": "forward", "label": {"de": "Weiterleitung", "en": "Forwarding"}, "words": ("weiterleitung",)},
                {"id": "mailbox", "label": {"de": "Postfach", "en": "Mailbox"}, "words": ("postfach",)},
            ),
        },
        {
            "id": "target",
            "type": "address",
            "label": {"de": "Ziel-Adresse", "en": "Target address"},
            "only_if": {"address_kind": "forward"},
        },
    ),
}
OPENSLIDES: dict[str, Any] = {
    "id": "openslides",
    "label": {"de": "Versammlungen (OpenSlides)", "en": "Assemblies (OpenSlides)"},
    "about": {"de": "zu OpenSlides", "en": "about OpenSlides"},
    "inbox": "support",
    "fields": (
        GROUP,
        {"id": "date", "type": "date", "label": {"de": "Datum der Versammlung", "en": "Date of the assembly"}},
        {"id": "participants", "type": "number", "label": {"de": "Erwartete Teilnehmende", "en": "Expected participants"}},
    ),
}
AKTIVISTI: dict[str, Any] = {
    "id": "aktivisti",
    "label": {"de": "Aktivisti-App", "en": "Aktivisti app"},
    "about": {"de": "zur Aktivisti-App", "en": "about the Aktivisti app"},
    "inbox": "support",
    "complete": "refer",
}
PRIVACY: dict[str, Any] = {
    "id": "privacy",
    "label": {"de": "Datenschutz", "en": "Data protection"},
    "about": {"de": "zum Datenschutz", "en": "about data protection"},
    "inbox": "any",
    "complete": "triage",
    "due_months": 1,
}
OTHER: dict[str, Any] = {
    "id": "other",
    "label": {"de": "Anderes", "en": "Something else"},
    "about": {"de": "an uns", "en": "to us"},
    "inbox": "any",
    "complete": "triage",
}
SERVICES = (NEXTCLOUD, VIDEO, EMAIL_PERSONAL, OPENSLIDES, AKTIVISTI, PRIVACY, OTHER)


def service(like: dict[str, Any] = NEXTCLOUD, **changes: Any) -> Service:
    """A service of the builders' catalogue, changed."""
    return Service.model_validate({**like, **changes})


def catalogue(**changes: Any) -> Catalogue:
    """A small valid catalogue: seven services, two mailboxes, two members of staff."""
    values: dict[str, Any] = {
        "organisation": {"name": "Die Linke Köln", "domain": "die-linke-koeln.de", "website": "www.die-linke-koeln.de"},
        "mailboxes": (
            {"id": "support", "address": "support@die-linke-koeln.de", "name": "Support-Team"},
            {"id": "buero", "address": "buero@die-linke-koeln.de", "name": "Büro"},
        ),
        "staff": (
            {"id": "kim", "name": "Kim Sommer", "email": "kim.sommer@verein.example"},
            {"id": "anna", "name": "Anna Winter", "email": "anna.winter@verein.example"},
        ),
        "authserv_ids": ("mail.verein.example",),
        "groups": {
            "kinds": (
                {"short": "OV", "names": ("Ortsverband",)},
                {"short": "AG", "names": ("Arbeitsgemeinschaft",)},
                {"short": "PG", "names": ("Projektgruppe",)},
            ),
            "known": ("OV Ehrenfeld", "OV Kalk"),
        },
        "services": SERVICES,
    }
    return Catalogue.model_validate({**values, **changes})


def person(
    given: str | None = "Anna", surname: str | None = "Schmidt", email: str | None = "anna.schmidt@posteo.example"
) -> Person:
    """Somebody with name and address."""
    return Person(given=given, surname=surname, email=email)


ANNA = person()
MEHMET = person("Mehmet", "Yılmaz", "mehmet.yilmaz@posteo.example")
COMPLETE = {"group": "OV Ehrenfeld", "users": (ANNA, MEHMET), "admins": ("anna.schmidt@posteo.example",)}


def request(service: str = "nextcloud", fields: dict[str, Any] | None = None, **changes: Any) -> Request:
    """A complete request for the Nextcloud."""
    default = COMPLETE if service == "nextcloud" else {}
    return Request(service=service, fields=MappingProxyType(default if fields is None else fields), **changes)


def ticket(request: Request | None = None, **changes: Any) -> Ticket:
    """An open ticket of Anna Schmidt."""
    values: dict[str, Any] = {
        "key": "KV-1042",
        "conversation": 1,
        "request": request or globals()["request"](),
        "state": State.OPEN,
        "mailbox": "support",
        "requester": Address(name="Anna Schmidt", email="anna.schmidt@posteo.example"),
        "subject": "Nextcloud für den OV",
        "opened": NOW,
        "updated": NOW,
    }
    return Ticket(**{**values, **changes})


def event(kind: str = "received", text: str = "Mail von Anna Schmidt", **changes: Any) -> Event:
    """A line of history."""
    values: dict[str, Any] = {"at": NOW, "kind": kind, "by": "anna.schmidt@posteo.example", "text": text}
    return Event(**{**values, **changes})


def outcome(request: Request | None = None, **changes: Any) -> Outcome:
    """A complete request that becomes an open ticket."""
    values: dict[str, Any] = {"request": request or globals()["request"](), "action": Action.OPEN, "state": State.OPEN}
    return Outcome(**{**values, **changes})


def decision(*outcomes: Outcome, **changes: Any) -> Decision:
    """What follows from a mail; by default one complete request, answered."""
    those = outcomes or (outcome(),)
    values: dict[str, Any] = {
        "action": min((each.action for each in those), key=tuple(Action).index),
        "outcomes": those,
        "reply": Reply.ANSWER,
    }
    return Decision(**{**values, **changes})


def body(*lines: str, kind: Kind = Kind.OWN) -> Body:
    """A text of which all lines are of one kind."""
    return Body(lines=tuple(Line(number=number, text=text, kind=kind) for number, text in enumerate(lines, start=1)))


def mail(*lines: str, **changes: Any) -> Mail:
    """A mail of Anna Schmidt with these lines."""
    values: dict[str, Any] = {
        "message_id": "1@posteo.example",
        "sender": Address(name="Anna Schmidt", email="anna.schmidt@posteo.example"),
        "to": (Address(email="support@die-linke-koeln.de"),),
        "subject": "Nextcloud für den OV",
        "date": NOW,
        "body": body(*(lines or ("Hallo,", "wir hätten gern eine Nextcloud-Gruppe."))),
        "media_types": ("text/plain",),
    }
    return Mail(**{**values, **changes})


def written(text: str, *, sender: str = "Anna Schmidt <anna.schmidt@posteo.example>", subject: str = "", **changes: Any) -> Mail:
    """A mail with this text, in which quotes and the signature are told from the author's own words."""
    name, address = parseaddr(sender)
    values: dict[str, Any] = {
        "sender": Address(name=name, email=address.lower()),
        "subject": subject,
        "body": split(text, subject=subject, author=name),
    }
    return mail(**{**values, **changes})


def attached(*rows: tuple[str, ...], name: str = "liste.xlsx", text: str = "") -> Attachment:
    """A file with one table, or with a text."""
    return Attachment(name=name, media_type="application/octet-stream", size=1, tables=(rows,) if rows else (), text=text)


def reading(*requests: Request, **changes: Any) -> Reading:
    """What a mail was understood to say; by default one complete request."""
    return Reading(requests=requests or (request(),), **changes)
