"""What staff do at the command line."""

from datetime import UTC, datetime

import pytest

from mailbot.errors import MailbotError, NotFound
from mailbot.service import desk
from mailbot.tickets.blocks import flat
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import ASKS, STAFF, Bench, answering
from tests.service.test_worker import ADDRESS, COMPLETE, signal


def test_closing_tells_the_member(quick_bench: Bench):
    signal(quick_bench)

    desk.carry_out(quick_bench.office, "kv-1001", "close")
    quick_bench.run()

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    assert [(event.kind, event.by) for event in quick_bench.history()][-3:] == [
        ("closed", "cli"),
        ("sent", "mailbot"),
        ("sent", "mailbot"),
    ]
    assert len(quick_bench.slot.to(ADDRESS)) == 2


def test_a_ticket_can_be_assigned_noted_and_opened_again(quick_bench: Bench):
    signal(quick_bench)

    for name, argument in (("assign", "technik"), ("note", "ruft zurück"), ("close", ""), ("reopen", "")):
        ((ticket,), _) = desk.carry_out(quick_bench.office, "KV-1001", name, argument)

    assert (ticket.state, ticket.assignee) == (State.OPEN, "technik")
    assert [event.kind for event in quick_bench.history() if event.by == "cli"] == ["assigned", "note", "closed", "reopened"]


def test_nobody_is_invented(quick_bench: Bench):
    signal(quick_bench)

    with pytest.raises(NotFound, match=r"there is no 'eva' among the staff in rules\.yaml; there are: technik"):
        desk.carry_out(quick_bench.office, "KV-1001", "assign", "eva")


def test_a_note_without_words_is_refused(quick_bench: Bench):
    signal(quick_bench)

    with pytest.raises(MailbotError, match="a note needs words"):
        desk.carry_out(quick_bench.office, "KV-1001", "note", " ")


def test_a_hold_without_a_reason_is_refused(quick_bench: Bench):
    with pytest.raises(MailbotError, match="a hold needs a reason"):
        desk.hold(quick_bench.office, "signal", " ")


def test_a_hold_lets_tickets_wait_and_members_are_told_twice(quick_bench: Bench):
    signal(quick_bench)

    desk.hold(quick_bench.office, "signal", "Signal wird gerade gewartet.")
    quick_bench.run()
    assert [ticket.state for ticket in quick_bench.tickets()] == [State.ON_HOLD]
    assert "Signal wird gerade gewartet." in flat(words(quick_bench.slot.to(ADDRESS)[-1]))

    desk.release(quick_bench.office, "signal")
    quick_bench.run()
    assert [ticket.state for ticket in quick_bench.tickets()] == [State.OPEN]
    assert (len(quick_bench.slot.to(ADDRESS)), len(quick_bench.slot.to(STAFF))) == (3, 2)


def test_a_hold_tells_somebody_unproven_nothing_of_what_the_mail_said(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, From="Gratis Viagra <opfer@posteo.example>", Subject="KAUFT http://kaufmich.example")

    desk.hold(quick_bench.office, "signal", "Signal wird gerade gewartet.")
    quick_bench.run()

    _, told = quick_bench.slot.to("opfer@posteo.example")
    assert "Signal wird gerade gewartet." in flat(words(told))
    for theirs in ("Viagra", "KAUFT", "kaufmich", "OV Kalk", "Schmidt"):
        assert theirs not in told.as_string()


def test_what_comes_during_a_hold_waits_from_the_start(quick_bench: Bench):
    desk.hold(quick_bench.office, "signal", "Signal wird gerade gewartet.")

    quick_bench.arrives(
        "Hallo, der OV Kalk möchte Signal nutzen. Ansprechperson: Paul Weber, paul@posteo.example", Subject="Signal"
    )

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.ON_HOLD]


def test_only_what_is_on_hold_can_be_released(quick_bench: Bench):
    with pytest.raises(NotFound, match="'signal' is not on hold"):
        desk.release(quick_bench.office, "signal")
    with pytest.raises(NotFound, match="there is no service 'fax'; there are: "):
        desk.release(quick_bench.office, "fax")


def test_a_ticket_waits_until_its_member_writes(quick_bench: Bench):
    quick_bench.arrives(ASKS)
    desk.carry_out(quick_bench.office, "KV-1001", "wait", "3 Tage")
    (waiting,) = quick_bench.tickets()

    (question,) = quick_bench.slot.to(ADDRESS)
    quick_bench.arrives("Danke!", **answering(question))
    (thanked,) = quick_bench.tickets()
    quick_bench.arrives("Mitmachen soll Anna Schmidt, anna@posteo.example.", **answering(question))
    (goes_on,) = quick_bench.tickets()

    assert waiting.waits_until == thanked.waits_until == datetime(2026, 3, 4, 23, tzinfo=UTC)
    assert goes_on.waits_until is None


def test_what_cannot_be_done_is_one_sentence(quick_bench: Bench):
    signal(quick_bench)

    with pytest.raises(MailbotError, match="KV-1001: nothing was done: welcher Tag"):
        desk.carry_out(quick_bench.office, "KV-1001", "wait", "bald")
