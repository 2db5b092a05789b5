"""The bot writes to itself, and waits for its mail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailbot.service import canary
from mailbot.service.bot import run_once
from mailbot.service.canary import FOUND
from mailbot.service.clock import wind_up
from mailbot.service.health import examine
from mailbot.service.judgement import judge
from mailbot.service.lookout import Lookout
from mailbot.service.worker import COME_BACK
from mailbot.store import canaries
from mailbot.store.inbound import State
from mailbot.tickets.trouble import Kind
from tests.service.bench import LATER, STAFF, Bench, Shelf
from tests.service.test_endpoint import gauges

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HOURLY = {"canary: off": "canary: hourly"}
SUPPORT, BUERO = "support@die-linke-koeln.de", "buero@die-linke-koeln.de"
FORGED = f"<canary.i.1.{'a' * 16}.{'a' * 26}@die-linke-koeln.de>"
hourly = pytest.mark.parametrize("quick_bench", [HOURLY], indirect=True)


def delivers(bench: Bench, mail: EmailMessage, to: Shelf | None = None) -> None:
    bench.mail(mail.as_bytes(policy=SMTP.clone(max_line_length=998)), to=to)


def lost(bench: Bench) -> list[str]:
    return [trouble.about for trouble in judge(bench.office) if trouble.kind is Kind.CANARY]


@hourly
def test_it_comes_back_and_is_no_request_and_no_mail_of_the_books(quick_bench: Bench):
    assert canary.send_if_due(quick_bench.office) == 2
    (support,), (buero,) = quick_bench.slot.to(SUPPORT), quick_bench.slot.to(BUERO)
    delivers(quick_bench, support)
    delivers(quick_bench, buero, to=quick_bench.buero)
    quick_bench.clock.pass_by(MINUTE)
    run_once(quick_bench.office)

    assert quick_bench.ends() == [(State.IGNORED, FOUND)] * 2
    assert (quick_bench.tickets(), quick_bench.outbox(), quick_bench.support.sent) == ((), [], [])
    assert examine(quick_bench.office).wrong == ()
    with quick_bench.office.database.read() as connection:
        newest = canaries.newest_found(connection, "support")
    assert newest is not None
    assert newest.found_at == newest.sent_at + MINUTE
    assert gauges(quick_bench)["mailbot_canary_seconds support"] == 60


@hourly
def test_it_says_what_it_is(quick_bench: Bench):
    canary.send_if_due(quick_bench.office)
    (mail,) = quick_bench.slot.to(SUPPORT)

    assert (mail["From"], mail["Subject"]) == ("Support Die Linke Köln <support@die-linke-koeln.de>", "Kontrollmail des Bots")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(mail["Message-ID"]).startswith("<canary.i.")


@hourly
def test_it_leaves_once_an_hour_however_many_bots_there_are(quick_bench: Bench):
    def looks() -> int:
        with ThreadPoolExecutor(4) as bots:
            return sum(bots.map(lambda _: canary.send_if_due(quick_bench.office), range(4)))

    sent = []
    for _ in range(4):
        sent.append(looks())
        quick_bench.clock.pass_by(HOUR / 2)

    assert sent == [2, 0, 2, 0]


@hourly
def test_one_that_is_lost_is_wrong_and_told_until_the_next_comes_back(quick_bench: Bench):
    lookout = Lookout(quick_bench.office)
    lookout.look()
    delivers(quick_bench, *quick_bench.slot.to(BUERO), to=quick_bench.buero)
    quick_bench.run()
    quick_bench.clock.pass_by(29 * MINUTE)
    assert lost(quick_bench) == []
    quick_bench.clock.pass_by(MINUTE)
    quick_bench.run()

    assert lost(quick_bench) == ["support"]
    assert examine(quick_bench.office).wrong == (
        "support: the canary of 2026-03-02 10:00 CET has not come back; see that mails go out and come in, also the spam folder",
    )
    lookout.look()
    quick_bench.run()
    subject = f"Störung: Eine Kontrollmail an {SUPPORT} ist nicht angekommen"
    assert [mail["Subject"] for mail in quick_bench.slot.to(STAFF)] == [subject]

    quick_bench.clock.pass_by(HOUR / 2)
    lookout.look()
    delivers(quick_bench, quick_bench.slot.to(SUPPORT)[-1])
    quick_bench.run()
    lookout.look()
    quick_bench.run()
    assert lost(quick_bench) == []
    assert [mail["Subject"] for mail in quick_bench.slot.to(STAFF)][1:] == [
        f"Behoben: Kontrollmails an {SUPPORT} kommen wieder an"
    ]


@hourly
def test_one_that_cannot_leave_is_lost_and_the_trouble_of_smtp_is_known(quick_bench: Bench):
    quick_bench.slot.errors = [LATER, LATER]

    assert canary.send_if_due(quick_bench.office) == 0
    assert [trouble.name for trouble in judge(quick_bench.office) if trouble.kind is Kind.SENDING] == ["sending"]
    quick_bench.clock.pass_by(HOUR / 2)
    assert lost(quick_bench) == ["support", "buero"]


@hourly
def test_only_our_own_count_and_only_where_they_were_sent_to(quick_bench: Bench):
    canary.send_if_due(quick_bench.office)
    (mail,) = quick_bench.slot.to(SUPPORT)
    forged = EmailMessage()
    for name, value in mail.items():
        forged[name] = (
            "<canary.i.1.aaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa@die-linke-koeln.de>" if name == "Message-ID" else value
        )
    delivers(quick_bench, forged)
    delivers(quick_bench, mail, to=quick_bench.buero)  # somebody sends it on
    quick_bench.run()
    quick_bench.clock.pass_by(HOUR)

    assert quick_bench.ends()[1] == (State.IGNORED, COME_BACK)
    assert FOUND not in [reason for _, reason in quick_bench.ends()]
    assert lost(quick_bench) == ["support", "buero"]


def test_without_the_rule_there_is_none(quick_bench: Bench):
    wind_up(quick_bench.office).run_all()
    Lookout(quick_bench.office).look()

    assert quick_bench.slot.to(SUPPORT) == []
    assert lost(quick_bench) == []
