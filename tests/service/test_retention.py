"""What has had its time is forgotten, and everything goes on as before."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from mailbot.service import desk
from mailbot.service.health import Books, examine
from mailbot.service.receiver import Since
from mailbot.service.retention import expire, expire_if_due
from mailbot.service.sender import deliver
from mailbot.service.survey import draw_up
from mailbot.store import inbound, outbound
from mailbot.store.inbound import State
from mailbot.store.retention import Kind
from mailbot.tickets.orders.carrying_out import FORGOTTEN
from mailbot.tickets.ticket import State as TicketState
from tests.association import words
from tests.service.bench import MONDAY, STAFF, Bench, answering, eml, proof
from tests.service.test_worker import signal

LONG = timedelta(days=91)


def closed_long_ago(bench: Bench) -> None:
    """A ticket of Anna Schmidt that is done, with mails in both directions, 91 days later."""
    signal(bench)
    desk.carry_out(bench.office, "KV-1001", "close")
    deliver(bench.office)
    bench.clock.pass_by(LONG)


def test_what_was_closed_long_ago_is_forgotten_and_the_books_balance(bench: Bench):
    closed_long_ago(bench)

    done = expire(bench.office)

    assert (done[Kind.TICKETS], done[Kind.MAILS]) == (1, 1)
    (ticket,) = bench.tickets()
    assert (ticket.requester.email, ticket.subject, dict(ticket.request.fields)) == ("", "", {})
    assert (ticket.key, ticket.state) == ("KV-1001", TicketState.CLOSED)
    assert {mail.recipient for mail in bench.outbox()} == {""}
    support, _ = examine(bench.office).mailboxes
    assert (support.states, support.books) == ({State.TICKET: 1}, Books(mails=1, new=0, missing=0))


def test_nothing_of_it_lies_in_the_file_any_more(quick_bench: Bench, tmp_path: Path):
    closed_long_ago(quick_bench)
    secret = [b"anna.schmidt@posteo.example", b"Anna Schmidt"]
    assert any(each in file.read_bytes() for file in tmp_path.glob("mailbot.db*") for each in secret)

    expire(quick_bench.office)

    assert [each for file in tmp_path.glob("mailbot.db*") for each in secret if each in file.read_bytes()] == []


def test_the_clock_forgets_once_a_day(quick_bench: Bench):
    closed_long_ago(quick_bench)

    struck = [expire_if_due(quick_bench.office) for _ in range(2)]

    assert struck == [True, False]
    assert quick_bench.kinds() == [*quick_bench.kinds()[:-1], "expired"]
    quick_bench.clock.pass_by(timedelta(days=1))
    assert expire_if_due(quick_bench.office)


def test_a_reply_to_what_is_forgotten_opens_a_new_ticket(quick_bench: Bench):
    to_member, _ = signal(quick_bench)
    desk.carry_out(quick_bench.office, "KV-1001", "close")
    deliver(quick_bench.office)
    quick_bench.clock.pass_by(LONG)
    expire(quick_bench.office)

    quick_bench.arrives("Hallo, der OV Kalk möchte die Nextcloud nutzen.", **answering(to_member))

    old, new = quick_bench.tickets()
    assert (old.state, old.requester.email) == (TicketState.CLOSED, "")
    assert (new.requester.email, new.request.service) == ("anna.schmidt@posteo.example", "nextcloud")


def test_staff_are_told_that_nothing_of_it_is_kept(quick_bench: Bench):
    _, to_staff = signal(quick_bench)
    desk.carry_out(quick_bench.office, "KV-1001", "close")
    deliver(quick_bench.office)
    quick_bench.clock.pass_by(LONG)
    expire(quick_bench.office)

    quick_bench.arrives("#wieder-auf\n\nHallo Anna, geht es wieder?", From=STAFF, **answering(to_staff), **proof())

    assert FORGOTTEN in " ".join(words(quick_bench.slot.to(STAFF)[-1]).split())
    assert quick_bench.tickets()[0].state is TicketState.CLOSED
    with pytest.raises(desk.MailbotError, match=f"KV-1001: nothing was done: {FORGOTTEN}"):
        desk.carry_out(quick_bench.office, "KV-1001", "note", "Anna rief an")


def test_the_same_mail_is_not_taken_for_new_when_the_server_numbers_its_folder_anew(quick_bench: Bench):
    closed_long_ago(quick_bench)
    expire(quick_bench.office)
    taken = len(quick_bench.slot.taken)

    quick_bench.run()
    quick_bench.support.renumber(8)
    quick_bench.run()

    assert (len(quick_bench.tickets()), len(quick_bench.slot.taken)) == (1, taken)
    assert [row.place.uidvalidity for row in quick_bench.rows()] == [8]


def test_mails_of_before_the_first_run_come_back_from_the_folder(quick_bench: Bench):
    raw = eml()
    quick_bench.mail(raw, received=MONDAY - timedelta(days=3))
    quick_bench.run()
    assert expire(quick_bench.office)[Kind.BEFORE_FIRST_RUN] == 1
    with quick_bench.office.database.read() as connection:
        assert inbound.get(connection, 1)[1] == b""

    quick_bench.run(since=Since(moment=None))

    assert quick_bench.ends() == [(State.TICKET, None)]
    with quick_bench.office.database.read() as connection:
        assert inbound.get(connection, 1)[1] == raw


def test_staff_know_by_when_they_must_look_at_a_mail_in_quarantine(quick_bench: Bench):
    quick_bench.arrives()
    with quick_bench.office.database.write() as connection:
        connection.exec_driver_sql("UPDATE inbound SET state = 'quarantined', reason = 'ValueError'")
    with quick_bench.office.database.read() as connection:
        told = draw_up(connection, quick_bench.office.catalogue, day=date(2026, 3, 2), now=MONDAY).notices

    assert [sentence.rpartition("; ")[2] for sentence in told.quarantined] == ["am 1. April 2026 wird sie gelöscht"]
    quick_bench.clock.now = MONDAY + timedelta(days=30)
    assert expire(quick_bench.office)[Kind.QUARANTINE] == 0
    quick_bench.clock.pass_by(timedelta(days=1))
    assert expire(quick_bench.office)[Kind.QUARANTINE] == 1
    assert examine(quick_bench.office).mailboxes[0].states == {State.IGNORED: 1}


def test_nothing_unfinished_is_forgotten(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.clock.pass_by(timedelta(days=4000))

    done = expire(quick_bench.office)

    assert {kind for kind, number in done.items() if number} <= {Kind.JOBS}
    assert all(mail.state is not outbound.State.DROPPED for mail in quick_bench.outbox())
