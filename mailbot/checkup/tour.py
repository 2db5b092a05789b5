"""One thing after the other, whatever the one before has come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from mailbot.catalogue import Catalogue, Mailbox, load_catalogue
from mailbot.checkup import delivery, keeping, rules, sending
from mailbot.checkup.clock import clock, is_synchronised
from mailbot.checkup.domain import Ask, ask_dns, domains
from mailbot.checkup.finding import Finding, Said, refused
from mailbot.checkup.mailboxes import look_into, mailbox, name_of
from mailbot.checkup.senders import LOOKED_AT, checked_by, senders, signatures
from mailbot.errors import MailbotError
from mailbot.service.lmtp import FOLDER
from mailbot.service.office import tokens_for, utc_now
from mailbot.settings import Settings, load_settings
from mailbot.store.look import look_at, newest_heads


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What one look has found for another."""

    clocks: dict[str, datetime] = field(default_factory=dict)  # what other clocks show: "database", and ids of mailboxes
    signed: set[tuple[str, str]] = field(default_factory=set)


def check_up(*, now: Callable[[], datetime] = utc_now, ask: Ask = ask_dns) -> Iterator[Finding]:
    """All that there is to find; settings and rules first, for without them nothing else can be tried."""
    try:
        settings = load_settings()
    except MailbotError as error:
        yield refused(rules.SETTINGS, error)
        return
    yield from rules.settings_of(settings)
    try:
        catalogue = load_catalogue(settings.rules)
    except MailbotError as error:
        yield refused(rules.RULES, error)
        return
    yield from rules.rules_of(settings.rules, catalogue)
    yield from rules.in_vain(settings, catalogue)
    yield from _tried(rules.SETTINGS, lambda: rules.meaningless(catalogue))
    yield from _tried(rules.TEMPLATES, lambda: [rules.templates(settings.templates, catalogue)])
    yield from _servers(settings, catalogue, now, ask)


def _servers(settings: Settings, catalogue: Catalogue, now: Callable[[], datetime], ask: Ask) -> Iterator[Finding]:
    seen = _Seen()
    yield from _tried(keeping.DATABASE, lambda: [_database(settings, seen)])
    yield from keeping.disk(settings.database)
    for box in catalogue.mailboxes:
        look, name = (_delivered, delivery.name_of(box)) if box.id in settings.lmtp else (_mailbox, name_of(box))
        yield from _tried(name, lambda look=look, box=box: look(settings, catalogue, box, seen))  # type: ignore[misc]
    yield from _tried(sending.SMTP, lambda: [sending.sending(settings, catalogue)])
    database = seen.clocks.pop("database", None)
    newest = max(seen.clocks.values(), default=None)
    yield clock(now(), newest=newest, database=database, synchronised=is_synchronised())
    ours = dict.fromkeys(box.address.rpartition("@")[2] for box in catalogue.mailboxes)
    if settings.dkim is not None:
        from mailbot.checkup.signature import signature  # few sign by themselves, and its libraries take a while to load

        yield from signature(settings.dkim, ask)
    yield from domains(ours, seen.signed, settings.smtp.host if settings.smtp else None, ask)


def _tried(what: Said, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except MailbotError as error:
        yield refused(what, error)


def _database(settings: Settings, seen: _Seen) -> Finding:
    look = look_at(settings.database)
    if look is not None and look.time is not None:
        seen.clocks["database"] = look.time
    return keeping.database(settings.database, look)


def _mailbox(settings: Settings, catalogue: Catalogue, box: Mailbox, seen: _Seen) -> Iterator[Finding]:
    login = settings.mailbox(box.id)
    with tokens_for(settings, login) as tokens:
        look = look_into(login, box, tokens)
    if look.newest is not None:
        seen.clocks[box.id] = look.newest
    seen.signed |= look.signed
    return mailbox(login, box, look, catalogue)


def _delivered(settings: Settings, catalogue: Catalogue, box: Mailbox, seen: _Seen) -> Iterator[Finding]:
    yield delivery.door(settings.lmtp[box.id], box)
    heads = newest_heads(settings.database, box.id, FOLDER, number=LOOKED_AT)
    seen.signed |= signatures(heads)
    yield senders(box, catalogue, mails=len(heads), checked_by=checked_by(heads))
