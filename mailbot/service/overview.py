"""The digest: sent once a working day."""

from __future__ import annotations

from datetime import date, datetime

from mailbot.catalogue import Catalogue
from mailbot.mail.thread import DIGEST
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.service.survey import draw_up
from mailbot.store import jobs
from mailbot.tickets.calendar import day_of, has_struck


def send(office: Office, *, day: date, again: bool = False) -> int:
    """
    Put the digest of that day into the outbox for all staff who are not away, to each their own, and tell how many they are.

    0 when it has been done before, unless `again`: then somebody wants it now, also in quiet hours.
    """
    now = office.clock()
    with office.database.write() as connection:
        if not jobs.take(connection, DIGEST, day.isoformat(), now=now) and not again:
            return 0
        rules = office.rules(connection)
        digest = draw_up(connection, rules.catalogue, day=day, now=now)
        post = Post(office=office, connection=connection, rules=rules, now=now)
        readers = post.present()
        for member in readers:
            words = rules.writer.digest(digest, member)
            post.notice(member, words, mailbox=rules.catalogue.mailboxes[0], at_once=again)
    return len(readers)


def is_due(catalogue: Catalogue, now: datetime) -> bool:
    """Whether it is a working day and the time of the digest has come."""
    return has_struck(catalogue.digest.at, now, catalogue.hours)


def send_if_due(office: Office) -> bool:
    """The clock's job."""
    catalogue, now = office.catalogue, office.clock()
    return is_due(catalogue, now) and bool(send(office, day=day_of(now, catalogue.hours)))
