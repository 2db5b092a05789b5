"""What staff must know besides the tickets: what is out of order, what could not be read, who cannot be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue
from mailbot.store import alarms, drafts, histories, inbound, mailboxes, outbound, returns
from mailbot.store.inbound import Inbound
from mailbot.store.outbound import Outbound
from mailbot.tickets.alarms import said_of
from mailbot.tickets.calendar import day_of
from mailbot.tickets.digest import Notices
from mailbot.tickets.drafts import trusted_after
from mailbot.tickets.ticket import BOT
from mailbot.tickets.trouble import Kind
from mailbot.tickets.wording import day, moment, short_day

Mail = TypeVar("Mail", Inbound, Outbound)

NAMED = 20
"""So many mails of a kind the digest names; after a storm there may be hundreds."""


def gather(connection: Connection, catalogue: Catalogue, *, since: datetime) -> Notices:
    """What is so now, and what went wrong since then."""
    zone, lost = catalogue.hours.timezone, returns.unreachable(connection, since)
    return Notices(
        trouble=(
            *_out_of_reach(connection, zone),
            *_alarms(connection, catalogue, zone),
            *_undelivered(connection, since),
            *_on_tickets(connection, since, lost),
        ),
        quarantined=tuple(_quarantined(connection, catalogue)),
        proposed=tuple(_proposed(connection)),
        unreachable=tuple(_unreachable(lost, zone)),
        misspelt=tuple(_misspelt(connection, catalogue, since)),
        kept_back=tuple(_kept_back(connection, zone)),
        drafts=(*_drafts(connection, zone), *_trusted(connection, catalogue, since)),
    )


def _out_of_reach(connection: Connection, zone: ZoneInfo) -> Iterator[str]:
    for contact in mailboxes.all_contacts(connection).values():
        if contact.trouble and contact.trouble_since:
            yield f"{contact.server} ist seit {moment(contact.trouble_since, zone)} Uhr nicht erreichbar: {contact.trouble}"


def _alarms(connection: Connection, catalogue: Catalogue, zone: ZoneInfo) -> Iterator[str]:
    """But for those that others here tell more of."""
    for alarm in alarms.current(connection):
        if alarm.kind not in (Kind.MAILBOX, Kind.QUARANTINE):
            what = said_of(alarm.kind, catalogue.mailbox(alarm.about).address)
            yield f"{what}, seit {moment(alarm.since, zone)} Uhr"


def _undelivered(connection: Connection, since: datetime) -> Iterator[str]:
    """Of mails about a ticket its history tells."""
    for refused in returns.refused_since(connection, since):
        if refused.ticket is None:
            yield f"Eine Mail an {refused.recipient} war nicht zustellbar: {refused.error}"


def _on_tickets(connection: Connection, since: datetime, lost: tuple[Outbound, ...]) -> Iterator[str]:
    """But for mails that came back, which have a section of their own."""
    for key, event in histories.since(connection, "trouble", since):
        if not any(mail.ticket == key and mail.recipient in event.text for mail in lost):
            yield f"{key}: {event.text}"


def _quarantined(connection: Connection, catalogue: Catalogue) -> Iterator[str]:
    def said(mail: Inbound) -> str:
        what = f"Mail {mail.id} ({mail.place.mailbox}) konnte nicht verarbeitet werden: {mail.reason}"
        gone = day_of((mail.done_at or mail.received) + catalogue.retention.quarantine, catalogue.hours)
        return f"{what}. Ansehen: mailbot quarantine show {mail.id}; am {day(gone, 'de')} wird sie gelöscht"

    mails = inbound.in_state(connection, inbound.State.QUARANTINED)
    return _first(mails, said, "weitere Mails. Ansehen: mailbot quarantine list")


def _unreachable(lost: tuple[Outbound, ...], zone: ZoneInfo) -> Iterator[str]:
    """Each address once."""
    newest = {mail.recipient: mail for mail in lost}
    for mail in newest.values():
        when = short_day(mail.due_at.astimezone(zone).date())
        if mail.ticket is None:
            yield f"Eine Mail an {mail.recipient} kam am {when} zurück. Stimmt die Adresse in rules.yaml?"
        else:
            yield f"{mail.ticket}: Eine Mail an {mail.recipient} kam am {when} zurück; dorthin geht nichts Automatisches mehr"


def _misspelt(connection: Connection, catalogue: Catalogue, since: datetime) -> Iterator[str]:
    """Told once a ticket; the history has it as a note of ours."""
    named: dict[tuple[str, str], None] = {}
    for key, event in histories.since(connection, "note", since):
        for domain in catalogue.organisation.misspelt_domains if event.by == BOT else ():
            if domain in event.text:
                named[key, domain] = None
    for key, domain in named:
        yield f"{key}: In der Mail steht eine Adresse mit @{domain}; gemeint ist wohl @{catalogue.organisation.domain}"


def _proposed(connection: Connection) -> Iterator[str]:
    """Each mail that waits for a yes, with the way to say it."""

    def said(mail: Outbound) -> str:
        how = "antworte auf die Mail dazu mit #ja, #nein oder eigenen Worten"
        return f"{mail.ticket}: Darf die vorgeschlagene Antwort an {mail.recipient} hinaus? Bitte {how}"

    mails = outbound.in_state(connection, outbound.State.PROPOSED)
    return _first(mails, said, "weitere Antworten. Ansehen: mailbot outbox list")


def _kept_back(connection: Connection, zone: ZoneInfo) -> Iterator[str]:
    """Each mail that waits, with why and the way out."""

    def said(mail: Outbound) -> str:
        if mail.state is outbound.State.HELD:
            what = f"sie geht frühestens am {moment(mail.due_at, zone)} Uhr von selbst"
        else:
            what = f"freigeben: mailbot outbox release {mail.id}, verwerfen: mailbot outbox drop {mail.id}"
        about = f"{mail.ticket}: " if mail.ticket else ""
        return f"{about}Eine Mail an {mail.recipient} ist zurückgehalten ({mail.error}); {what}"

    mails = outbound.in_state(connection, *outbound.KEPT_BACK)
    return _first(mails, said, "weitere Mails sind zurückgehalten. Ansehen: mailbot outbox list")


def _drafts(connection: Connection, zone: ZoneInfo) -> Iterator[str]:
    """Each mail that waits for a person to send it."""

    def said(mail: Outbound) -> str:
        since = moment(mail.due_at, zone)
        return f"{mail.ticket}: Ein Entwurf an {mail.recipient} wartet seit {since} Uhr darauf, dass ihn jemand abschickt"

    mails = outbound.in_state(connection, *drafts.LIVE)
    return _first(mails, said, "weitere Entwürfe. Ansehen: mailbot outbox list")


def _first(mails: Sequence[Mail], said: Callable[[Mail], str], further: str) -> Iterator[str]:
    """What there is to say of each, and how many more there are."""
    yield from map(said, mails[:NAMED])
    if len(mails) > NAMED:
        yield f"{len(mails) - NAMED} {further}"


def _trusted(connection: Connection, catalogue: Catalogue, since: datetime) -> Iterator[str]:
    """Each service whose mails leave by themselves since then."""
    for service in catalogue.services:
        enough = trusted_after(catalogue, service.id)
        if enough is None:
            continue
        at = drafts.sent_unchanged_at(connection, service.id, place=enough)
        if at is not None and at >= since:
            label = service.label.in_("de")
            yield f"{label}: {enough} Entwürfe wurden unverändert abgeschickt, Antworten dazu gehen jetzt von selbst hinaus"
