"""
The part of a running bot that looks after the others: every minute the canaries and the alarms.

It is not a job of the clock, for it must tell when the clock stands still. Of a database that is away it tells past the database.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from mailbot.errors import MailbotError, StoreError
from mailbot.mail.message import Address
from mailbot.mail.thread import DIGEST
from mailbot.service import canary
from mailbot.service.alarms import sound_alarms, tell
from mailbot.service.direct import letter_of, send_now
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.store import beats
from mailbot.tickets.alarms import PATIENCE
from mailbot.tickets.rendering import Words
from mailbot.tickets.trouble import Kind

log = structlog.get_logger()

MINUTE = 60.0
"""Seconds between two looks."""

DAY = timedelta(days=1)


@dataclass(slots=True)
class Lookout:
    """One bot's; it remembers itself what no database can keep: since when that is away, and when staff were told."""

    office: Office
    away_since: datetime | None = None
    told_at: datetime | None = None

    def look(self) -> None:
        """Do what is to be done this minute. Raises StoreError when the database is away."""
        try:
            canary.send_if_due(self.office)
            sound_alarms(self.office)
        except StoreError:
            self._database_is_away()
            raise
        self._database_is_there()

    def _database_is_away(self) -> None:
        now = self.office.clock()
        self.away_since = self.away_since or now
        lasts, is_news = self.away_since <= now - PATIENCE, self.told_at is None or self.told_at <= now - DAY
        if lasts and is_news and not self.office.catalogue.in_shadow:
            rules = self.office.rulebook.current({})
            if self._say(rules.writer.alarm(Kind.DATABASE, "", since=self.away_since)):
                self.told_at = now

    def _say(self, words: Words) -> bool:
        """Whether it has left to anybody."""
        catalogue, left = self.office.catalogue, False
        for member in catalogue.operators:
            to = Address(name=member.name, email=member.email)
            try:
                send_now(self.office, letter_of(self.office, words, key=DIGEST, box=catalogue.mailboxes[0], to=to))
            except MailbotError as error:
                log.error("in trouble", part="lookout", error=str(error).partition(" (")[0])
            else:
                left = True
        return left

    def _database_is_there(self) -> None:
        since = self.away_since
        if since is not None and self.told_at is not None and self.told_at >= since:
            self._tell_that_it_is_there(since)
        self.away_since = None  # only now: what could not be written is told by the next look

    def _tell_that_it_is_there(self, since: datetime) -> None:
        now = self.office.clock()
        with self.office.database.write() as connection:
            rules = self.office.rules(connection)
            words = rules.writer.all_clear(Kind.DATABASE, "", since=since, until=now)
            tell(Post(office=self.office, connection=connection, rules=rules, now=now), words)


def beat(office: Office) -> None:
    """A job of the clock: the sign that it goes."""
    with office.database.write() as connection:
        beats.beat(connection, beats.CLOCK, now=office.clock())


def rest(office: Office) -> None:
    """The bot was told to stop: its clock is not missed."""
    with suppress(StoreError), office.database.write() as connection:
        beats.rest(connection, beats.CLOCK)
