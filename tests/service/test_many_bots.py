"""Several bots on one database take nothing twice and leave nothing lying."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, local
from typing import Any

import pytest
from sqlalchemy import Connection, text

from mailbot.errors import NotFound
from mailbot.service import desk, worker
from mailbot.service.member import Case
from mailbot.service.office import Office
from mailbot.service.overview import send_if_due
from mailbot.service.receiver import hand_over, receive
from mailbot.service.rulebook import Rules
from mailbot.service.sender import deliver
from mailbot.service.worker import LEASE, work
from mailbot.store import claims, delivery, outbound, tickets
from mailbot.store.database import Database
from mailbot.store.inbound import State
from mailbot.store.outbound import State as Sent
from mailbot.store.portion import Most
from tests.servers.process import eventually
from tests.service.bench import STAFF, Bench, answering, eml
from tests.service.test_worker import COMPLETE
from tests.store.outbox import claim, outgoing

BOTS = 4
MAILS = 20
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
)


def test_each_mail_becomes_one_ticket_and_one_answer(bench: Bench):
    office, box = bench.office, bench.office.catalogue.mailbox("support")
    members = [f"kim{number}@posteo.example" for number in range(MAILS)]
    for address in members:
        bench.mail(eml(From=address))

    def live(_number: int) -> None:
        receive(office, box, bench.support)  # type: ignore[arg-type]
        hand_over(office, box)
        while work(office):
            pass
        while deliver(office):
            pass
        send_if_due(office)

    with ThreadPoolExecutor(BOTS) as bots:
        list(bots.map(live, range(BOTS)))
    live(0)

    assert [state for state, _ in bench.ends()] == [State.TICKET] * MAILS
    assert sorted(ticket.requester.email for ticket in bench.tickets()) == sorted(members)
    assert len({ticket.key for ticket in bench.tickets()}) == MAILS
    assert sorted(recipient for recipient, _ in bench.slot.taken) == sorted([STAFF, *members])


def two_mails_of_one_conversation(bench: Bench) -> None:
    """The second answers the first, and neither has been worked on."""
    bench.mail(eml("Hallo,\n\nwir möchten die Nextcloud nutzen.\n", Message_ID="<first@posteo.example>"))
    bench.mail(eml("Es geht um den OV Kalk.", In_Reply_To="<first@posteo.example>"))
    receive(bench.office, bench.office.catalogue.mailbox("support"), bench.support)  # type: ignore[arg-type]
    hand_over(bench.office, bench.office.catalogue.mailbox("support"))


def test_an_answer_waits_for_the_mail_that_it_answers_while_another_worker_has_that(bench: Bench):
    office = bench.office
    two_mails_of_one_conversation(bench)
    with office.database.write() as connection:
        claims.claim(connection, now=office.clock(), lease=LEASE, most=Most(mails=1, bytes=1))

    assert work(office)
    assert not work(office)
    assert bench.tickets() == ()

    bench.clock.pass_by(LEASE)  # the other worker is dead
    while work(office):
        pass

    assert [(ticket.key, ticket.request.fields["group"]) for ticket in bench.tickets()] == [("KV-1001", "OV Kalk")]


def test_of_two_answers_the_first_is_read_first_though_it_was_put_off_before_the_second_came(bench: Bench):
    """Whoever hands over the second one frees the first one as well; each asks anew whether its turn has come."""
    office, box = bench.office, bench.office.catalogue.mailbox("support")
    two_mails_of_one_conversation(bench)
    with office.database.write() as connection:
        ((other, _),) = claims.claim(connection, now=office.clock(), lease=LEASE, most=Most(mails=1, bytes=1))
    assert work(office)  # is put off

    hand_over(office, box)
    assert work(office)  # and put off again
    with office.database.write() as connection:
        claims.give_back(connection, other)
    assert work(office)  # the first
    bench.mail(eml("Doch nicht OV Kalk, sondern OV Nippes.", In_Reply_To="<first@posteo.example>"))
    receive(office, box, bench.support)  # type: ignore[arg-type]
    hand_over(office, box)
    while work(office):
        pass

    assert [ticket.request.fields["group"] for ticket in bench.tickets()] == ["OV Nippes"]


def test_an_answer_waits_for_the_mail_that_it_answers_while_that_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    two_mails_of_one_conversation(bench)
    fails = iter([True, True, False])
    handle = worker.handle_member

    def fails_twice(office: Office, connection: Connection, rules: Rules, case: Case, **said: str) -> None:
        if case.mail.message_id == "<first@posteo.example>" and next(fails):
            raise ValueError("not yet")
        handle(office, connection, rules, case, **said)

    monkeypatch.setattr(worker, "handle_member", fails_twice)
    while work(bench.office):
        pass

    assert [(ticket.key, ticket.request.fields["group"]) for ticket in bench.tickets()] == [("KV-1001", "OV Kalk")]


def test_mails_that_answer_each_other_do_not_wait_for_ever(bench: Bench):
    bench.mail(eml(Message_ID="<first@posteo.example>", In_Reply_To="<second@posteo.example>"))
    bench.mail(eml("Es geht um den OV Kalk.", Message_ID="<second@posteo.example>", In_Reply_To="<first@posteo.example>"))

    bench.run()

    assert [state for state, _ in bench.ends()] == [State.TICKET] * 2


def test_who_hands_over_holds_no_lock_on_what_has_been_handed_over(bench: Bench):
    office, box = bench.office, bench.office.catalogue.mailbox("support")
    two_mails_of_one_conversation(bench)

    with office.database.write() as connection:
        claims.hand_over(connection, box.id)
        if office.database.is_shared:  # in SQLite there is one writer at a time
            work(office)

    assert [state for state, _ in bench.ends()] == [State.TICKET if office.database.is_shared else State.PENDING] * 2


@pytest.mark.parametrize("way", ["by mail", "at the command line"])
def test_what_staff_order_keeps_what_somebody_else_does_at_the_same_time(bench: Bench, way: str):
    office = bench.office
    bench.arrives(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")
    bench.mail(eml("#nehme ich", From=STAFF, **answering(bench.slot.to(STAFF)[-1])))
    receive(office, office.catalogue.mailbox("support"), bench.support)  # type: ignore[arg-type]
    hand_over(office, office.catalogue.mailbox("support"))

    with ThreadPoolExecutor(1) as other:
        with office.database.write() as connection:
            (ticket,) = tickets.in_conversation(connection, 1001)
            tickets.save(connection, replace(ticket, language="en"))
            if way == "by mail":
                done = other.submit(work, office)
            else:
                done = other.submit(desk.carry_out, office, "KV-1001", "assign", "technik")
            wait_until_one_waits(office.database)
        done.result()

    assert [(ticket.language, ticket.assignee) for ticket in bench.tickets()] == [("en", "technik")]


@pytest.mark.parametrize("decide", [desk.let_go, desk.drop])
def test_nobody_decides_about_a_mail_that_a_sender_has_taken_at_that_moment(
    bench: Bench, decide: Callable[[Office, int], object]
):
    """It was held back, and its time has come."""
    database, now = bench.office.database, bench.clock.now
    with database.write() as connection:
        outbound.queue(connection, outgoing(due_at=now), now=now)
    mail = claim(database, now)
    assert mail is not None
    with database.write() as connection:
        delivery.hold(connection, mail.id, until=now, error="too many")

    with ThreadPoolExecutor(1) as other:
        with database.write() as connection:
            delivery.claim(connection, now=now, lease=LEASE)
            done = other.submit(decide, bench.office, mail.id)
            wait_until_one_waits(database)
        with pytest.raises(NotFound, match="is sending, not kept back"):
            done.result()


on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@on_postgresql
def test_a_sender_does_not_wait_for_a_worker_that_has_the_ticket(bench: Bench):
    two_mails_of_one_conversation(bench)
    while work(bench.office):
        pass

    with ThreadPoolExecutor(1) as other, bench.office.database.write() as connection:
        tickets.in_conversation(connection, 1001)
        other.submit(deliver, bench.office).result(timeout=20)

    assert {mail.state for mail in bench.outbox()} == {Sent.SENT}


@on_postgresql
def test_workers_that_wait_for_each_other_cost_no_mail_a_try(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    office, box = bench.office, bench.office.catalogue.mailbox("support")
    for person in ("kim", "lea"):
        bench.arrives(From=f"{person}@posteo.example")
    asked = {person: bench.slot.to(f"{person}@posteo.example")[-1] for person in ("kim", "lea")}
    for number, person in enumerate(["kim", "lea", "lea", "kim"]):
        text = f"Nutzerin {number} ist Eva Sommer, eva{number}@posteo.example."
        bench.mail(eml(text, From=f"{person}@posteo.example", **answering(asked[person])))
    receive(office, box, bench.support)  # type: ignore[arg-type]
    hand_over(office, box)
    both_have_one, handle, first = Barrier(2), worker.handle_member, local()

    def meets_the_other(*args: Any, **said: str) -> None:
        handle(*args, **said)
        if not hasattr(first, "is_done"):
            first.is_done = True
            both_have_one.wait(20)

    monkeypatch.setattr(worker, "BATCH", Most(mails=2, bytes=300_000))
    with monkeypatch.context() as patched, ThreadPoolExecutor(2) as workers:
        patched.setattr(worker, "handle_member", meets_the_other)
        assert list(workers.map(work, [office, office])) == [True, True]
    while work(office):
        pass

    assert [(mail.state, mail.attempts) for mail in bench.rows()[2:]] == [(State.TICKET, 1)] * 4


def wait_until_one_waits(database: Database) -> None:
    """Until a transaction waits for another one; in SQLite it does so before it has read anything, and none need be seen."""

    def one_waits() -> bool | None:
        with database.read() as connection:
            return connection.execute(WAITING).scalar_one() > 0 or None

    if database.engine.dialect.name == "postgresql":
        eventually(one_waits, timeout=30, failure=lambda: "nobody waits for the ticket")
