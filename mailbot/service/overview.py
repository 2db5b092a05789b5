"""The digest: drawn up from the database, and sent once a working day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue
from mailbot.service.office import Office
from mailbot.service.post import DIGEST, Post
from mailbot.store import inbound, jobs, mailboxes, outbound, tickets
from mailbot.tickets.calendar import day_of, has_struck, last_working_day_before
from mailbot.tickets.digest import Digest, make_digest

NAMED = 20
"""So many mails that are kept back the digest names; after a storm there may be hundreds."""


def draw_up(connection: Connection, catalogue: Catalogue, *, day: date, now: datetime) -> Digest:
    """The overview of that day, from what the database holds at `now`."""
    since = datetime.combine(last_working_day_before(day, catalogue.hours), time(), tzinfo=catalogue.hours.timezone)
    found = tickets.for_digest(connection, since=since)
    return make_digest(found, tuple(_trouble(connection, catalogue, since)), day=day, now=now, catalogue=catalogue)


def send(office: Office, *, day: date, again: bool = False) -> int:
    """
    Put the digest of that day into the outbox for everybody of the staff who is not away, and tell how many they are.

    0 when it has been done before, unless `again`: then somebody wants it now, also in quiet hours.
    """
    now = office.clock()
    with office.database.write() as connection:
        if not jobs.take(connection, DIGEST, day.isoformat(), now=now) and not again:
            return 0
        rules = office.rules(connection)
        words = rules.writer.digest(draw_up(connection, rules.catalogue, day=day, now=now))
        post = Post(office=office, connection=connection, catalogue=rules.catalogue, now=now)
        readers = post.present()
        for member in readers:
            post.notice(member, words, mailbox=rules.catalogue.mailboxes[0], at_once=again)
    return len(readers)


def is_due(catalogue: Catalogue, now: datetime) -> bool:
    """Whether it is a working day and the time of the digest has come."""
    return has_struck(catalogue.digest.at, now, catalogue.hours)


def send_if_due(office: Office) -> bool:
    """The clock's job."""
    catalogue, now = office.catalogue, office.clock()
    return is_due(catalogue, now) and bool(send(office, day=day_of(now, catalogue.hours)))


def _trouble(connection: Connection, catalogue: Catalogue, since: datetime) -> Iterator[str]:
    """What staff must know besides the tickets, as sentences in their language."""
    for mail in inbound.in_state(connection, inbound.State.QUARANTINED):
        what = f"Mail {mail.id} ({mail.place.mailbox}) konnte nicht verarbeitet werden: {mail.reason}"
        gone = day_of((mail.done_at or mail.received) + catalogue.retention.quarantine, catalogue.hours)
        yield f"{what}. Ansehen: mailbot quarantine show {mail.id}; am {gone:%d.%m.%Y} wird sie gelöscht"
    for contact in mailboxes.all_contacts(connection).values():
        if contact.trouble and contact.trouble_since:
            yield f"{contact.server} ist seit {contact.trouble_since:%d.%m.%Y %H:%M} UTC nicht erreichbar: {contact.trouble}"
    yield from _kept_back(connection)
    for refused in outbound.refused_since(connection, since):
        if refused.ticket is None:  # of the others their tickets tell
            yield f"Eine Mail an {refused.recipient} war nicht zustellbar: {refused.error}"
    for returned in outbound.in_state(connection, outbound.State.RETURNED):
        if returned.ticket is None:
            yield f"Eine Mail an {returned.recipient} kam zurück. Stimmt die Adresse in rules.yaml?"
    for key, event in tickets.trouble_since(connection, since):
        yield f"{key}: {event.text}"


def _kept_back(connection: Connection) -> Iterator[str]:
    """Each mail that waits, with why and the way out."""
    for mail in outbound.in_state(connection, *outbound.KEPT_BACK)[:NAMED]:
        if mail.state is outbound.State.HELD:
            what = f"sie geht frühestens am {mail.due_at:%d.%m.%Y %H:%M} UTC von selbst"
        else:
            what = f"freigeben: mailbot outbox release {mail.id}, verwerfen: mailbot outbox drop {mail.id}"
        yield f"{mail.ticket}: Eine Mail an {mail.recipient} ist zurückgehalten ({mail.error}); {what}"
    counted = outbound.counts(connection)
    further = sum(counted.get(state, 0) for state in outbound.KEPT_BACK) - NAMED
    if further > 0:
        yield f"{further} weitere Mails sind zurückgehalten. Ansehen: mailbot outbox list"
