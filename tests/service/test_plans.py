"""After years, whatever a day brings is found by index: nothing reads all mails or tickets there ever were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, text

from bench.years import FIRST, fill
from mailbot.service import desk, monthly, overview, rulebook
from mailbot.service.alarms import sound_alarms
from mailbot.service.erasing import erase_what_was_asked
from mailbot.service.judgement import judge
from mailbot.service.reminders import remind_if_due
from mailbot.service.survey import draw_up
from mailbot.store import listing, tickets
from mailbot.tickets.ticket import State
from tests.plans import GROWING, listening, scans
from tests.service.bench import ASKS, MONDAY, STAFF, Bench, answering, bench_in, bounce_of
from tests.service.test_by_hand import put_into_sent, written
from tests.service.test_forward import passes_on
from tests.service.test_order import order, ordered
from tests.service.test_worker import ADDRESS, COMPLETE

TICKETS = 1500
MOVING = {"address: support@die-linke-koeln.de": "address: support@die-linke-koeln.de\n    after: move"}
DRAFTING = ("\nsend_delay: 0", "\nsend_delay: 0\nreplies: draft\ntrusted_after: 50")


@pytest.fixture
def after_years(database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A bot that has had many tickets; on PostgreSQL the statistics say that they are a thousand times as many."""
    fill(database_url, TICKETS, MONDAY, a_day=1)
    monkeypatch.setattr(rulebook, "GLANCE", 0.0)
    with bench_in(tmp_path, database_url, rules=MOVING) as bench:
        bench.support.next_uid = 10 * TICKETS
        with bench.office.database.write() as connection:
            if connection.dialect.name == "postgresql":
                _grow(connection)
        yield bench


def _grow(connection: Connection) -> None:
    """By the number of rows on a page the planner tells how many there are."""
    connection.execute(text("UPDATE pg_class SET reltuples = reltuples * 1000 WHERE reltuples > 100 AND relnamespace = 2200"))


@pytest.mark.usefixtures("unrehearsed")
def test_nothing_that_a_day_brings_reads_a_whole_table(after_years: Bench):
    with listening(after_years.office.database.engine) as asked:
        mails_come_in(after_years)
        staff_give_orders(after_years)
        the_clock_strikes(after_years)
        staff_look(after_years)
        after_years.change_rules(*DRAFTING)
        drafts_are_sent(after_years)

    with after_years.office.database.read() as connection:
        found = scans(connection, asked)
    assert not found, "\n".join(found)
    assert all(any(f"FROM {table}" in statement for statement in asked) for table in GROWING)


def mails_come_in(bench: Bench) -> None:
    """Of members, machines and strangers; and people answer from the mailbox."""
    first = bench.arrives()
    bench.arrives("Admin bin ich selbst, anna.schmidt@posteo.example.", **answering(bench.slot.to(ADDRESS)[-1]))
    bench.arrives("Danke!", Cc="berta@web.example", **answering(bench.slot.to(ADDRESS)[-1]))
    bench.arrives("Noch etwas.", Subject=f"[KV-{FIRST + TICKETS}] Nextcloud")
    bench.arrives("Und noch etwas.", References=str(first["Message-ID"]))
    bench.arrives(COMPLETE, From="Eva Sommer <eva@web.example>", Subject="Signal-Gruppe für den OV Kalk")
    bench.arrives("Ich bin bis 10.03. nicht da.", Auto_Submitted="auto-replied", **answering(bench.slot.to(ADDRESS)[-1]))
    bench.mail(bounce_of(bench.slot.to(ADDRESS)[-1], ADDRESS))
    bench.run()
    bench.arrives("Jetzt geht es wieder.", **answering(bench.slot.to(ADDRESS)[-1]))
    put_into_sent(bench, written(first))
    bench.run()


def staff_give_orders(bench: Bench) -> None:
    for line in ("#nehme ich", "#notiz ruft an", "#bis 10.3.", "#kopie berta@web.example", "Ist eingerichtet.", "#undo", "#zu"):
        order(bench, line)
    ordered(bench, f"#zusammen KV-{FIRST + TICKETS} KV-{FIRST + TICKETS + 1}")
    passes_on(bench, COMPLETE.replace("Kalk", "Nippes"))
    order(bench, "#ja")
    desk.hold(bench.office, "signal", "Umzug")
    desk.release(bench.office, "signal")


def the_clock_strikes(bench: Bench) -> None:
    office = bench.office
    overview.send(office, day=MONDAY.date())
    bench.run()
    bench.arrives(f"{FIRST + TICKETS} zu", From=STAFF, **answering(_digest(bench)))
    bench.clock.pass_by(timedelta(days=1))
    monthly.send(office, date(2026, 2, 1))
    assert remind_if_due(office)
    sound_alarms(office)
    erase_what_was_asked(office)
    judge(office)
    bench.run()


def staff_look(bench: Bench) -> None:
    """At what is there, on the command line."""
    with bench.office.database.read() as connection:
        tickets.unfinished(connection)
        listing.get(connection, f"KV-{FIRST}")
        for state in (None, State.OPEN, State.CLOSED):
            for service in (None, "nextcloud", "zetkin"):
                listing.newest(connection, at_most=200, state=state, service=service)
        draw_up(connection, bench.office.catalogue, day=MONDAY.date(), now=bench.clock.now)


def _digest(bench: Bench) -> EmailMessage:
    return next(mail for mail in bench.slot.to(STAFF) if str(mail["Subject"]).startswith("Übersicht"))


def drafts_are_sent(bench: Bench) -> None:
    bench.arrives(ASKS.replace("Kalk", "Mülheim"), From="Karl Weiß <karl@web.example>")
    put_into_sent(bench, bench.support.drafts[-1])
    bench.run()
    bench.arrives(ASKS.replace("Kalk", "Porz"), From="Olga Müller <olga@web.example>")
