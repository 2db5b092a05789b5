"""Several bots on one database take nothing twice and leave nothing lying."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from mailbot.service import desk
from mailbot.service.overview import send_if_due
from mailbot.service.receiver import hand_over, receive
from mailbot.service.sender import deliver
from mailbot.service.worker import work
from mailbot.store import tickets
from mailbot.store.database import Database
from mailbot.store.inbound import State
from tests.servers.process import eventually
from tests.service.bench import STAFF, Bench, answering, eml
from tests.service.test_worker import COMPLETE

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


def wait_until_one_waits(database: Database) -> None:
    """Until a transaction waits for another one; in SQLite it does so before it has read anything, and none need be seen."""

    def one_waits() -> bool | None:
        with database.read() as connection:
            return connection.execute(WAITING).scalar_one() > 0 or None

    if database.engine.dialect.name == "postgresql":
        eventually(one_waits, timeout=30, failure=lambda: "nobody waits for the ticket")
