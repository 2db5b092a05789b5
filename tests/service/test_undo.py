"""What an order has changed is as it was once it is undone: tickets, who takes part, and what waits for a person."""

from __future__ import annotations

from itertools import permutations

import pytest

from mailbot.mail.message import Address
from mailbot.store import participants
from mailbot.store.outbound import State
from mailbot.tickets.ticket import State as Stands
from mailbot.tickets.ticket import Ticket
from tests.service.bench import ASKS, Bench, eml
from tests.service.test_answers import answer, morning
from tests.service.test_drafts import ANNAS, the_draft
from tests.service.test_forward import ANNA, passes_on
from tests.service.test_order import DELAYED, order, ordered
from tests.service.test_worker import signal

__all__ = ["morning"]

BERTAS = "Hallo, wir möchten die Nextcloud nutzen: Berta Muster, berta@web.example. Admin bin ich."
delayed = pytest.mark.parametrize("quick_bench", [DELAYED], indirect=True)
drafting = pytest.mark.parametrize("quick_bench", [{"send_delay: 0": "send_delay: 5 minutes\nreplies: draft"}], indirect=True)


def standing(ticket: Ticket) -> tuple[object, ...]:
    return ticket.state, ticket.assignee, ticket.request.fields, ticket.request.missing, ticket.merged_into, ticket.vouched


def part_in(bench: Bench, key: str = "KV-1001") -> tuple[tuple[Address, bool], ...]:
    with bench.office.database.read() as connection:
        return participants.of(connection, key)


def to_anna(bench: Bench) -> list[State]:
    return [mail.state for mail in bench.outbox() if mail.recipient == ANNA.email]


@pytest.mark.parametrize("lines", list(permutations(["#zusammen KV-1002 KV-1001", "#nehme ich KV-1001"])))
def test_one_mail_may_touch_a_ticket_twice(quick_bench: Bench, lines: tuple[str, ...]):
    quick_bench.mail(eml(ASKS))
    quick_bench.mail(eml(BERTAS, From="Berta Muster <berta@web.example>"))
    quick_bench.run()
    before = [standing(each) for each in quick_bench.tickets()]
    ordered(quick_bench, *lines)
    assert [standing(each) for each in quick_bench.tickets()] != before

    ordered(quick_bench, "#undo KV-1002")

    assert [standing(each) for each in quick_bench.tickets()] == before


def test_so_may_an_answer_to_the_digest(morning: Bench):
    before = [standing(each) for each in morning.tickets()]
    answer(morning, "1001 zu\n1001 ich\n1002 zu")
    assert standing(morning.tickets()[0])[:2] == (Stands.CLOSED, "technik")

    ordered(morning, "#undo KV-1002")

    assert [standing(each) for each in morning.tickets()] == before


@drafting
def test_a_draft_that_an_answer_has_outdated_lies_there_again(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.clock.pass_by(quick_bench.office.catalogue.send_delay)
    quick_bench.run()
    draft = the_draft(quick_bench)
    quick_bench.support.others["Drafts"].mails.clear()  # as staff do when they are told that it does not count any more
    ordered(quick_bench, "Hallo Anna, falsche Worte.", subject="Re: [KV-1001]")
    assert to_anna(quick_bench) == [State.DROPPED, State.QUEUED]

    told = ordered(quick_bench, "#undo", subject="Re: [KV-1001]")

    assert f"liegt gleich wieder in den Entwürfen: die Mail an {ANNAS} zu KV-1001" in told
    assert to_anna(quick_bench) == [State.DRAFTED, State.WITHDRAWN]
    assert the_draft(quick_bench)["Message-ID"] == draft["Message-ID"]


@delayed
def test_a_yes_is_taken_back_and_its_answer_is_proposed_again(quick_bench: Bench):
    passes_on(quick_bench)
    before = standing(quick_bench.tickets()[0])
    order(quick_bench, "#ja")
    assert [each.email for each, _ in part_in(quick_bench)] == [ANNA.email]

    told = order(quick_bench, "#undo")

    assert f"wartet wieder auf #ja oder #nein: die Mail an {ANNA.email} zu KV-1001" in told
    assert (standing(quick_bench.tickets()[0]), part_in(quick_bench)) == (before, ())
    assert to_anna(quick_bench) == [State.PROPOSED]


def test_what_a_yes_has_sent_already_is_named(quick_bench: Bench):
    passes_on(quick_bench)
    order(quick_bench, "#ja")

    told = order(quick_bench, "#undo")

    assert f"war schon abgeschickt: die Mail an {ANNA.email} zu KV-1001" in told
    assert to_anna(quick_bench) == [State.SENT]


@pytest.mark.parametrize(("line", "meanwhile"), [("#nein", []), ("#dienst website", [State.PROPOSED])])
def test_the_old_proposal_takes_the_place_of_a_new_one(quick_bench: Bench, line: str, meanwhile: list[State]):
    passes_on(quick_bench)
    before = standing(quick_bench.tickets()[0])
    order(quick_bench, line)
    assert to_anna(quick_bench) == [State.DROPPED, *meanwhile]

    ordered(quick_bench, "#undo KV-1001")

    assert standing(quick_bench.tickets()[0]) == before
    assert to_anna(quick_bench) == [State.PROPOSED, *(State.WITHDRAWN for _ in meanwhile)]


@pytest.mark.parametrize("eva_reads_along", [False, True])
def test_who_reads_along_is_as_it_was(quick_bench: Bench, eva_reads_along: bool):
    signal(quick_bench)
    if eva_reads_along:
        order(quick_bench, "#kopie eva@posteo.example")
    before = part_in(quick_bench)
    order(quick_bench, "#keine kopie eva@posteo.example" if eva_reads_along else "#kopie eva@posteo.example")
    assert part_in(quick_bench) != before

    told = order(quick_bench, "#undo")

    assert "in Kopie: eva@posteo.example" in told
    assert part_in(quick_bench) == before


def test_what_an_order_has_not_dropped_is_left_alone(quick_bench: Bench):
    passes_on(quick_bench)
    order(quick_bench, "#nehme ich")

    told = order(quick_bench, "#undo")

    assert "wartet wieder" not in told
    assert to_anna(quick_bench) == [State.PROPOSED]
