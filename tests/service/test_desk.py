"""What staff do at the command line."""

import pytest

from mailbot.errors import MailbotError, NotFound
from mailbot.service import desk
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import STAFF, Bench
from tests.service.test_worker import ADDRESS, COMPLETE, signal


def test_closing_tells_the_member(bench: Bench):
    signal(bench)

    desk.carry_out(bench.office, "kv-1001", "close")
    bench.run()

    assert [ticket.state for ticket in bench.tickets()] == [State.CLOSED]
    assert [(event.kind, event.by) for event in bench.history()][-2:] == [("closed", "cli"), ("sent", "mailbot")]
    assert len(bench.slot.to(ADDRESS)) == 2


def test_a_ticket_can_be_assigned_noted_and_opened_again(bench: Bench):
    signal(bench)

    for name, argument in (("assign", "technik"), ("note", "ruft zurück"), ("close", ""), ("reopen", "")):
        ticket = desk.carry_out(bench.office, "KV-1001", name, argument)

    assert (ticket.state, ticket.assignee) == (State.OPEN, "technik")
    assert [event.kind for event in bench.history() if event.by == "cli"] == ["assigned", "note", "closed", "reopened"]


def test_nobody_is_invented(bench: Bench):
    signal(bench)

    with pytest.raises(NotFound, match=r"there is no 'eva' among the staff in rules\.yaml; there are: technik"):
        desk.carry_out(bench.office, "KV-1001", "assign", "eva")


def test_a_note_without_words_is_refused(bench: Bench):
    signal(bench)

    with pytest.raises(MailbotError, match="a note needs words"):
        desk.carry_out(bench.office, "KV-1001", "note", " ")


def test_a_hold_without_a_reason_is_refused(bench: Bench):
    with pytest.raises(MailbotError, match="a hold needs a reason"):
        desk.hold(bench.office, "signal", " ")


def test_a_hold_lets_tickets_wait_and_members_are_told_twice(bench: Bench):
    signal(bench)

    desk.hold(bench.office, "signal", "Signal wird gerade gewartet.")
    bench.run()
    assert [ticket.state for ticket in bench.tickets()] == [State.ON_HOLD]
    assert "Signal wird gerade gewartet." in words(bench.slot.to(ADDRESS)[-1])

    desk.release(bench.office, "signal")
    bench.run()
    assert [ticket.state for ticket in bench.tickets()] == [State.OPEN]
    assert (len(bench.slot.to(ADDRESS)), len(bench.slot.to(STAFF))) == (3, 2)


def test_a_hold_tells_somebody_unproven_nothing_of_what_the_mail_said(bench: Bench):
    bench.arrives(COMPLETE, From="Gratis Viagra <opfer@posteo.example>", Subject="KAUFT http://kaufmich.example")

    desk.hold(bench.office, "signal", "Signal wird gerade gewartet.")
    bench.run()

    _, told = bench.slot.to("opfer@posteo.example")
    assert "Signal wird gerade gewartet." in words(told)
    for theirs in ("Viagra", "KAUFT", "kaufmich", "OV Kalk", "Schmidt"):
        assert theirs not in told.as_string()


def test_what_comes_during_a_hold_waits_from_the_start(bench: Bench):
    desk.hold(bench.office, "signal", "Signal wird gerade gewartet.")

    bench.arrives("Hallo, der OV Kalk möchte Signal nutzen. Ansprechperson: Paul Weber, paul@posteo.example", Subject="Signal")

    assert [ticket.state for ticket in bench.tickets()] == [State.ON_HOLD]


def test_only_what_is_on_hold_can_be_released(bench: Bench):
    with pytest.raises(NotFound, match="'signal' is not on hold"):
        desk.release(bench.office, "signal")
    with pytest.raises(NotFound, match="there is no service 'fax'; there are: "):
        desk.release(bench.office, "fax")
