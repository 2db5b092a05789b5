"""A mail's whole way through the core, and what must hold at its end whatever the mail is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.errors import DeliveryError
from mailbot.explain import Arrival, Explained, conversation
from mailbot.mail.compose import compose
from mailbot.mail.letter import Letter, Origin
from mailbot.mail.message import Address
from mailbot.mail.read import read
from mailbot.mail.report import delivery_report
from mailbot.tickets.orders.carrying_out import carry_out
from mailbot.tickets.orders.grammar import read_order
from mailbot.tickets.orders.order import Desk
from mailbot.tickets.orders.result import Result
from mailbot.tickets.writer import Words, Writer

PROJECT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

HEADERS = [
    "Content-Type",
    "MIME-Version",
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
]
"""All that our mails have; nothing of a foreign mail may add to them."""

TAGS = "html head meta title style body table tbody tr td th p h1 h2 ul li a br span div strong blockquote pre -text -comment"
ATTRIBUTES = "lang charset name content class style role width cellpadding cellspacing border align valign href scope"


@cache
def association() -> tuple[Catalogue, Writer]:
    """The project's own rules and texts."""
    catalogue = load_catalogue(PROJECT / "rules.yaml")
    return catalogue, Writer(catalogue, PROJECT / "templates")


def goes_its_way(raw: bytes) -> tuple[Explained, ...]:
    """
    The same mail as a request, and again as the answer to what was asked about it, so that it is a known person's.

    Raises AssertionError where one of the promises is broken.
    """
    catalogue, writer = association()
    arrival = Arrival(file="fuzz.eml", mail=read(raw), mailbox=catalogue.mailboxes[0])
    played = conversation([arrival, arrival], catalogue, writer)
    for one in played:
        _is_storable(json.dumps(one.as_json(), ensure_ascii=False))
        _is_storable("\n".join(value for _, value in one.mail.headers))
        for words, to in everything_written(one):
            _is_harmless(words, to, one)
    delivery_report(played[0].mail, raw)
    return played


def everything_written(one: Explained) -> Iterator[tuple[Words, Address]]:
    """The answer, what staff get to read, and what the member gets if the same words are an order of staff."""
    catalogue, writer = association()
    if one.answer and one.to:
        yield one.answer, one.to
    by = catalogue.staff[0]
    for ticket in one.tickets[:1]:
        outcome = carry_out(ticket, read_order(one.mail.body), Desk(by=by, catalogue=catalogue, now=NOW))
        told = {"events": outcome.events, "original": one.mail.text, "attachments": one.mail.attachments}
        yield (
            writer.for_staff(outcome.ticket, **told, doubts=one.decision.doubts, member=by),
            Address(name=by.name, email=by.email),
        )
        yield writer.transcript(ticket, rows=outcome.rows, result=Result.DONE), Address(name=by.name, email=by.email)
        box = catalogue.mailbox(ticket.mailbox)
        yield writer.from_staff(ticket, text=outcome.answer, mailbox=box), ticket.requester


def _is_storable(text: str) -> None:
    """PostgreSQL refuses NUL; UTF-8 cannot say halves of characters."""
    text.encode()
    assert "\x00" not in text
    assert "\\u0000" not in text


def _is_harmless(words: Words, to: Address, one: Explained) -> None:
    letter = Letter(
        message_id="a.b.c@die-linke-koeln.example",
        sender=Address(name=one.mail.sender.name, email="support@die-linke-koeln.example"),
        to=(to,),
        subject=words.subject,
        text=words.text,
        html=words.html,
        origin=Origin.REPLIED,
        in_reply_to=one.mail.message_id,
        references=one.mail.references,
    )
    try:
        raw = compose(letter, date=NOW)
    except DeliveryError:
        return
    mail = BytesParser(policy=policy.compat32).parsebytes(raw, headersonly=True)
    assert set(mail.keys()) <= set(HEADERS)
    assert len(mail.keys()) == len(set(mail.keys()))
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert strange(words.html) == []


def strange(html: str) -> list[str]:
    """What no template of ours writes: tags, attributes, links to anywhere but our website and mail programs, pictures."""
    catalogue, _ = association()
    ours = ("mailto:", catalogue.organisation.website)
    nodes = list(LexborHTMLParser(html).root.traverse(include_text=True))  # type: ignore[union-attr]
    tags = [node.tag for node in nodes if node.tag not in TAGS.split()]
    attributes = [(node.tag, *pair) for node in nodes if node.tag != "-text" for pair in _attributes(node.attributes.items())]
    return [
        *map(str, tags),
        *(
            f"{tag} {name}={value}"
            for tag, name, value in attributes
            if name not in ATTRIBUTES.split() or _loads(name, value, ours)
        ),
    ]


def _attributes(found: Iterable[tuple[str, str | None]]) -> Iterator[tuple[str, str]]:
    yield from ((name.lower(), value or "") for name, value in found)


def _loads(name: str, value: str, ours: tuple[str, ...]) -> bool:
    return (name == "href" and not value.startswith(ours)) or (name == "style" and "url(" in value)
