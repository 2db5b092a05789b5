"""Shadow mode: the bot works as it would, and nobody hears of it, neither now nor later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.errors import CatalogueError, NotFound
from mailbot.service import rulebook
from mailbot.service.clock import wind_up
from mailbot.service.desk import carry_out, let_go
from mailbot.service.rulebook import Rulebook
from mailbot.service.shadow import settle
from mailbot.store.outbound import State
from mailbot.tickets.ticket import State as Stands
from mailbot.tickets.trial import ANSWERED, OVER, UNANSWERED
from tests.association import words
from tests.service.bench import ANNA, ASKS, STAFF, Bench, Shelf, answering, eml, from_another, proof

ANNAS = "anna.schmidt@posteo.example"
SUPPORT = "support@die-linke-koeln.de"
MOVES = "name: Support Die Linke Köln"
in_shadow = pytest.mark.parametrize("quick_bench", [{"\nsend_delay: 0": "\nmode: shadow"}], indirect=True)
moving = pytest.mark.parametrize(
    "quick_bench", [{"\nsend_delay: 0": "\nmode: shadow", MOVES: f"{MOVES}\n    after: move"}], indirect=True
)


def start_anew(bench: Bench, mode: str = "live") -> None:
    """As an operator does who has changed the mode."""
    bench.change_rules("mode: shadow", f"mode: {mode}")
    settings = bench.office.settings
    bench.office = replace(bench.office, rulebook=Rulebook(settings.rules, settings.templates, rehearse=False))
    bench.run()


def by_hand(bench: Bench, text: str, mail) -> None:  # type: ignore[no-untyped-def]
    """A person answers from the shared mailbox, as ever."""
    answer = eml(text, From=SUPPORT, To=ANNA, **answering(mail))
    bench.support.others.setdefault("Sent", Shelf()).put(answer, bench.clock.now)
    bench.clock.pass_by(timedelta(minutes=5))
    bench.run()


@in_shadow
def test_what_would_be_said_is_written_down_and_nobody_hears_of_it(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.arrives("Bitte um Auskunft nach Art. 15 DSGVO.", From="Bo Kaya <bo.kaya@web.example>")

    written = quick_bench.outbox()
    assert {mail.state for mail in written} == {State.SHADOW}
    assert [mail.recipient for mail in written] == [ANNAS, "bo.kaya@web.example", STAFF]
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.ASKING, Stands.TRIAGE]
    assert quick_bench.kinds() == ["received", "asked", "shadow"]
    assert quick_bench.slot.taken == []
    assert quick_bench.support.others == {}


@moving
def test_handled_mails_stay_where_they_are_also_when_the_trial_is_over(quick_bench: Bench):
    quick_bench.arrives()
    start_anew(quick_bench)
    quick_bench.mail(from_another())
    quick_bench.run()

    assert quick_bench.support.moved == {"Mailbot/Done": [2]}


@in_shadow
def test_the_clock_writes_down_too_and_reminds_nobody_of_a_question_that_was_never_asked(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.clock.pass_by(timedelta(days=30))

    wind_up(quick_bench.office).run_all()
    quick_bench.run()

    assert {mail.state for mail in quick_bench.outbox()} == {State.SHADOW}
    assert {mail.recipient for mail in quick_bench.outbox() if mail.ticket is None} == {STAFF}
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.ASKING]
    assert quick_bench.slot.taken == []


@in_shadow
def test_no_order_lets_it_leave(quick_bench: Bench):
    quick_bench.arrives()

    carry_out(quick_bench.office, "KV-1001", "close")
    quick_bench.run()

    assert {mail.state for mail in quick_bench.outbox()} == {State.SHADOW}
    with pytest.raises(NotFound, match="mail 1 is shadow, not kept back"):
        let_go(quick_bench.office, 1)


@pytest.mark.parametrize("mode", ["live", "draft"])
@in_shadow
def test_going_on_sends_nothing_of_it_and_hands_staff_what_nobody_has_answered(quick_bench: Bench, mode: str):
    quick_bench.arrives()

    start_anew(quick_bench, mode)
    quick_bench.clock.pass_by(timedelta(days=10))
    wind_up(quick_bench.office).run_all()
    quick_bench.run()

    shadow, *others = quick_bench.outbox()
    assert (shadow.state, shadow.error) == (State.DROPPED, OVER)
    assert {mail.recipient for mail in others} == {STAFF}
    assert quick_bench.slot.to(ANNAS) == quick_bench.support.drafts == []
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.TRIAGE]
    assert UNANSWERED in [event.text for event in quick_bench.history()]


@in_shadow
def test_what_a_person_has_answered_meanwhile_is_closed_in_silence(quick_bench: Bench):
    asked = quick_bench.arrives()
    by_hand(quick_bench, "Ich rufe dich an.", asked)
    quick_bench.arrives("Danke!", **answering(asked))

    start_anew(quick_bench)

    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.CLOSED]
    assert quick_bench.history()[-1].text == ANSWERED
    assert quick_bench.slot.taken == []


@in_shadow
def test_a_member_who_writes_again_is_answered_with_all_that_was_said_before(quick_bench: Bench):
    proven = proof(domain="posteo.example")
    asked = quick_bench.arrives(**proven)
    start_anew(quick_bench)

    quick_bench.arrives("Habt ihr das bekommen? Es geht um mich, ich bin auch Admin.", **answering(asked), **proven)

    (answer,) = quick_bench.slot.to(ANNAS)
    assert answer["Subject"] == "Re: Nextcloud [KV-1001]"
    assert "Name der Gruppe: OV Kalk" in words(answer)


@in_shadow
def test_staff_are_told_the_whole_of_a_ticket_of_which_they_have_heard_in_shadow_only(quick_bench: Bench):
    asked = quick_bench.arrives("Bitte um Auskunft nach Art. 15 DSGVO.")
    start_anew(quick_bench)

    quick_bench.arrives("Wann bekomme ich die Auskunft?", **answering(asked))

    (told,) = quick_bench.slot.to(STAFF)
    assert told["In-Reply-To"] is None


@in_shadow
def test_ended_is_ended(quick_bench: Bench):
    quick_bench.arrives()
    start_anew(quick_bench)
    quick_bench.arrives(From="Bo Kaya <bo.kaya@web.example>")

    quick_bench.run()

    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.TRIAGE, Stands.ASKING]


def test_who_has_written_to_people_does_not_go_back_into_shadow(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.change_rules("\nsend_delay: 0", "\nmode: shadow")
    settings = quick_bench.office.settings
    office = replace(quick_bench.office, rulebook=Rulebook(settings.rules, settings.templates, rehearse=False))

    with pytest.raises(CatalogueError, match="'mode: shadow' is for a bot that has not written to anybody yet"):
        settle(office)


@in_shadow
def test_a_running_bot_stays_in_shadow_until_it_is_started_anew(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rulebook, "GLANCE", 0.0)
    monkeypatch.setattr(rulebook.rehearsal, "rehearse", lambda *_: None)
    monkeypatch.setattr(rulebook, "broken_examples", lambda _: ())
    quick_bench.change_rules("mode: shadow", "mode: live")

    quick_bench.arrives(ASKS)

    assert quick_bench.slot.taken == []
    assert "goes into or out of shadow at a new start only" in str(quick_bench.office.rulebook.trouble)
