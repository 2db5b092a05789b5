"""What the database knows now, for Prometheus: read when somebody asks, so each of several bots tells the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from mailbot.errors import StoreError
from mailbot.mail.thread import DIGEST
from mailbot.service.judgement import judge, room
from mailbot.service.office import Office
from mailbot.store import canaries, gauges, jobs, mailboxes

log = structlog.get_logger()

SECOND = timedelta(seconds=1)


class Gauges(Collector):
    """The gauges of one office."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: registering asks no database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Every gauge; of a database that cannot be asked only that."""
        try:
            found = [*self._read()]
        except StoreError as error:
            log.error("in trouble", part="metrics", error=str(error))
            found = []
        yield GaugeMetricFamily("mailbot_database_up", "Whether the database can be asked.", value=float(bool(found)))
        yield from found

    def _read(self) -> Iterator[Metric]:
        now = self._office.clock()
        with self._office.database.read() as connection:
            yield from _mails(connection, now)
            yield from _tickets(connection)
            yield _contacts(connection, now)
            yield from _canaries(self._office, connection, now)
            digest = jobs.last_done(connection, DIGEST)
        yield _age("mailbot_digest_age_seconds", "Since the last digest was written.", digest, now)
        yield from _troubles(self._office)
        if (left := room(self._office.settings.database)) is not None:
            yield GaugeMetricFamily("mailbot_disk_free_bytes", "Left on the disk of the SQLite file.", value=left.megabytes * 1e6)


def _mails(connection: Connection, now: datetime) -> Iterator[Metric]:
    pending, unsent = gauges.pending(connection), gauges.unsent(connection, now=now)
    yield GaugeMetricFamily("mailbot_pending_mails", "Mails that wait to be processed.", value=pending.mails)
    yield _age("mailbot_pending_age_seconds", "For how long the oldest of them has been waiting.", pending.oldest or now, now)
    yield GaugeMetricFamily("mailbot_unsent_mails", "Mails that should have left by now.", value=unsent.mails)
    yield _age("mailbot_unsent_age_seconds", "For how long the oldest of them has been waiting.", unsent.oldest or now, now)
    quarantine = GaugeMetricFamily("mailbot_quarantine_mails", "Mails that wait for a person.", labels=["mailbox"])
    for mailbox, pile in gauges.quarantined(connection).items():
        quarantine.add_metric([mailbox], pile.mails)
    yield quarantine


def _tickets(connection: Connection) -> Iterator[Metric]:
    tickets = GaugeMetricFamily("mailbot_tickets", "Tickets that somebody waits for.", labels=["state", "service"])
    for state, service, number in gauges.unfinished(connection):
        tickets.add_metric([state, service], number)
    yield tickets


def _contacts(connection: Connection, now: datetime) -> Metric:
    """Of each mailbox, and of "smtp"."""
    ages = GaugeMetricFamily("mailbot_contact_age_seconds", "Since the server was last reached.", labels=["server"])
    for contact in mailboxes.all_contacts(connection).values():
        if contact.reached_at is not None:
            ages.add_metric([contact.server], (now - contact.reached_at) / SECOND)
    return ages


def _canaries(office: Office, connection: Connection, now: datetime) -> Iterator[Metric]:
    way = GaugeMetricFamily("mailbot_canary_seconds", "From SMTP to IMAP: the newest canary that came back.", labels=["mailbox"])
    age = GaugeMetricFamily("mailbot_canary_age_seconds", "Since it came back.", labels=["mailbox"])
    for box in office.catalogue.mailboxes:
        newest = canaries.newest_found(connection, box.id)
        if newest is not None and newest.found_at is not None:
            way.add_metric([box.id], (newest.found_at - newest.sent_at) / SECOND)
            age.add_metric([box.id], (now - newest.found_at) / SECOND)
    yield from (way, age)


def _troubles(office: Office) -> Iterator[Metric]:
    found = judge(office)
    yield GaugeMetricFamily("mailbot_healthy", "Whether /healthz says that all is well.", value=float(not found))
    troubles = GaugeMetricFamily("mailbot_trouble", "What is wrong.", labels=["kind", "mailbox"])
    for kind, about in dict.fromkeys((trouble.kind, trouble.about) for trouble in found):
        troubles.add_metric([kind, about], 1)
    yield troubles


def _age(name: str, what: str, since: datetime | None, now: datetime) -> Metric:
    """Without a sample where there was nothing yet."""
    age = GaugeMetricFamily(name, what)
    if since is not None:
        age.add_metric([], (now - since) / SECOND)
    return age
