"""A service on hold, and released: members are told once each time, in order, within the limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mailbot.service import desk, limits, sender
from mailbot.service.sender import deliver
from mailbot.store import outbound, tickets
from mailbot.store.outbound import Outgoing
from tests import builders
from tests.association import words
from tests.service.bench import MONDAY, STAFF, Bench
from tests.service.test_worker import COMPLETE

HOUR = timedelta(hours=1)


def with_tickets(bench: Bench, number: int) -> None:
    """So many open tickets of so many members, without their mails."""
    with bench.office.database.write() as connection:
        for at in range(1001, 1001 + number):
            who = builders.Address(email=f"member-{at}@posteo.example")
            signal = builders.request("signal", {"group": f"OV {at}"})
            ticket = builders.ticket(signal, key=f"KV-{at}", conversation=at, requester=who, opened=MONDAY, updated=MONDAY)
            tickets.add(connection, at, ticket)


def told(bench: Bench) -> list[str]:
    """Which members have got a mail, in order."""
    return [recipient for recipient, _ in bench.slot.taken if recipient.startswith("member-")]


def members(number: int) -> list[str]:
    return [f"member-{at}@posteo.example" for at in range(1001, 1001 + number)]


@pytest.mark.parametrize("quick_bench", [{"altogether: 300": "altogether: 5"}], indirect=True)
def test_all_are_told_in_order_however_many_hours_the_limits_make_of_it(quick_bench: Bench):
    with_tickets(quick_bench, 12)

    desk.hold(quick_bench.office, "signal", "Signal wird gerade gewartet.")
    assert hourly(quick_bench, 4) == [5, 10, 12, 12]
    assert told(quick_bench) == members(12)

    quick_bench.slot.taken.clear()
    desk.release(quick_bench.office, "signal")
    assert hourly(quick_bench, 5) == [5, 10, 12, 12, 12]
    assert told(quick_bench) == members(12)
    assert len(quick_bench.slot.to(STAFF)) == 12


def hourly(bench: Bench, hours: int) -> list[int]:
    """How many members have been told after each hour."""
    counted = []
    for _ in range(hours):
        deliver(bench.office)
        counted.append(len(told(bench)))
        bench.clock.pass_by(HOUR)
    return counted


@pytest.mark.parametrize("quick_bench", [{"altogether: 300": "altogether: 30"}], indirect=True)
def test_the_surplus_leaves_in_order_and_is_not_looked_at_again_and_again(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """Fifty where thirty an hour may leave, as five hundred where three hundred may."""
    looked: list[int] = []
    objection, send = limits.objection, quick_bench.slot.send

    def count(connection: Any, catalogue: Any, mail: Any, now: Any) -> Any:
        looked.append(mail.id)
        return objection(connection, catalogue, mail, now)

    def take_a_second(*given: Any) -> Any:
        quick_bench.clock.pass_by(timedelta(seconds=1))
        return send(*given)

    monkeypatch.setattr(sender, "objection", count)
    recipients = members(50)
    queue(quick_bench, recipients)

    with monkeypatch.context() as patch:
        patch.setattr(quick_bench.slot, "send", take_a_second)
        deliver(quick_bench.office)
    assert told(quick_bench) == recipients[:30]

    queue(quick_bench, ["member-late@posteo.example"])
    quick_bench.clock.now = MONDAY + HOUR - timedelta(seconds=5)
    for _ in range(30):  # the bot looks each second
        deliver(quick_bench.office)
        quick_bench.clock.pass_by(timedelta(seconds=1))

    assert told(quick_bench) == [*recipients, "member-late@posteo.example"]
    assert len(looked) == 30 + 2 * 21


def queue(bench: Bench, recipients: list[str]) -> None:
    """A mail to each, about no ticket's words."""
    with bench.office.database.write() as connection:
        if not tickets.search(connection):
            tickets.add(connection, 1001, builders.ticket(key="KV-1001", conversation=1001))
        for at, recipient in enumerate(recipients):
            mail = Outgoing(
                message_id=f"{at}-{recipient}",
                ticket="KV-1001",
                mailbox="support",
                recipient=recipient,
                raw=b"Subject: Es geht weiter\r\n\r\nHallo\r\n",
                automatic=True,
                due_at=bench.clock.now,
            )
            outbound.queue(connection, mail, now=bench.clock.now)


def test_what_was_completed_while_the_service_waits_is_told_of_it_once(quick_bench: Bench):
    desk.hold(quick_bench.office, "signal", "Signal wird gerade gewartet.")
    quick_bench.arrives(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")
    assert "Signal wird gerade gewartet." in words(quick_bench.slot.to("anna.schmidt@posteo.example")[-1])

    desk.hold(quick_bench.office, "signal", "Es dauert noch.")
    quick_bench.run()

    assert len(quick_bench.slot.to("anna.schmidt@posteo.example")) == 1
