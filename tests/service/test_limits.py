"""More than the limits allow is kept back, told to staff, and has a way out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from mailbot.errors import NotFound
from mailbot.service import desk
from mailbot.service.health import examine
from mailbot.service.limits import objection
from mailbot.service.overview import send
from mailbot.service.sender import deliver
from mailbot.store.outbound import State
from mailbot.tickets.blocks import flat
from tests.association import words
from tests.service.bench import LATER, MONDAY, STAFF, Bench, answering, eml, proof
from tests.service.test_worker import COMPLETE, signal

ANNA = "anna.schmidt@posteo.example"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


_letters = "acdefghijklmnopqrstuvwxyz"


def under(old: str, new: str) -> pytest.MarkDecorator:
    """With this changed in rules.yaml."""
    return pytest.mark.parametrize("quick_bench", [pytest.param({old: new}, id=new)], indirect=True)


@pytest.fixture
def bench(quick_bench: Bench) -> Bench:
    return quick_bench


def wishes(bench: Bench, number: int, *, after: int = 0) -> None:
    """So many wishes of Anna, each in words of its own."""
    for letter in _letters[after : after + number]:
        bench.mail(eml(f"Der OV Kalk möchte die Nextcloud nutzen, und zwar {letter * 3}.", Subject=f"Nextcloud {letter}"))
    bench.run()


def states(bench: Bench) -> Counter[State]:
    return Counter(mail.state for mail in bench.outbox())


def test_nobody_gets_more_automatic_mails_than_the_limits_allow(bench: Bench):
    wishes(bench, 12)

    assert len(bench.slot.to(ANNA)) == bench.office.catalogue.limits.per_hour == 10
    assert states(bench) == {State.SENT: 10, State.HELD: 2}
    assert bench.kinds("KV-1011") == ["received", "asked", "trouble"]


@under("per_hour: 10", "per_hour: 2")
def test_what_is_held_leaves_by_itself_when_the_limit_allows_it_again_and_is_told_once(bench: Bench):
    wishes(bench, 5)
    after = [states(bench)]

    for pause in (HOUR - timedelta(minutes=1), timedelta(minutes=1), HOUR):
        bench.clock.pass_by(pause)
        bench.run()
        after.append(states(bench))

    assert [(found[State.SENT], found[State.HELD]) for found in after] == [(2, 3), (2, 3), (4, 1), (5, 0)]
    assert bench.kinds("KV-1005") == ["received", "asked", "trouble", "sent"]


@under("per_day: 40", "per_day: 4")
def test_beyond_the_limit_of_a_day_a_person_decides(bench: Bench):
    wishes(bench, 6)

    bench.clock.pass_by(2 * DAY)
    bench.run()

    assert states(bench) == {State.SENT: 4, State.STOPPED: 2}


@under("per_day: 40", "per_day: 1")
def test_staff_let_go_or_drop_what_is_kept_back(bench: Bench):
    wishes(bench, 3)
    _, let_go, dropped = bench.outbox()

    desk.let_go(bench.office, let_go.id)
    desk.drop(bench.office, dropped.id)
    bench.run()

    assert [mail.state for mail in bench.outbox()] == [State.SENT, State.SENT, State.DROPPED]
    assert bench.kinds("KV-1002") == ["received", "asked", "trouble", "note", "sent"]
    assert bench.history("KV-1003")[-1].text == f"Zurückgehaltene Mail an {ANNA} verworfen"


def test_only_what_is_kept_back_can_be_let_go(bench: Bench):
    bench.arrives()
    (mail,) = bench.outbox()

    with pytest.raises(NotFound, match=rf"mail {mail.id} is sent, not kept back; see: mailbot outbox list"):
        desk.let_go(bench.office, mail.id)
    with pytest.raises(NotFound, match="there is no mail 4711 in the outbox"):
        desk.drop(bench.office, 4711)


@under("per_day: 40", "per_day: 11")
def test_digest_and_status_name_each_mail_that_is_kept_back_and_the_way_out(bench: Bench):
    wishes(bench, 11)
    bench.clock.pass_by(HOUR)
    wishes(bench, 2, after=11)
    *_, stopped, stopped_too = bench.outbox()
    assert states(bench) == {State.SENT: 11, State.STOPPED: 2}

    send(bench.office, day=MONDAY.date())
    deliver(bench.office)

    told = " ".join(words(bench.slot.to(STAFF)[-1]).split())
    for mail in (stopped, stopped_too):
        assert f"{mail.ticket}: Eine Mail an {ANNA} ist zurückgehalten" in told
        assert f"mailbot outbox release {mail.id}" in told
        assert any(f"mail {mail.id} about {mail.ticket} waits for you" in each for each in examine(bench.office).wrong)


def test_status_says_when_a_held_mail_leaves_and_finds_nothing_wrong_with_it(bench: Bench):
    wishes(bench, 11)

    health = examine(bench.office)

    assert [(mail.ticket, mail.due_at) for mail in health.held] == [("KV-1011", bench.clock.now + HOUR)]
    assert health.wrong == ()


@under("per_ticket: {10 minutes: 10,", "per_ticket: {10 minutes: 2,")
def test_one_ticket_has_its_own_limits_whoever_writes_about_it(bench: Bench):
    _, for_staff = signal(bench)

    for word in ("eins", "zwei", "drei"):
        bench.arrives(f"Hallo Anna, {word}.", From=STAFF, **answering(for_staff))

    assert len(bench.slot.to(ANNA)) == len(bench.slot.to(STAFF)) == 2
    assert states(bench)[State.HELD] == 4
    bench.clock.pass_by(timedelta(minutes=10))
    bench.run()
    assert len(bench.slot.to(ANNA)) == 4


@under("altogether: 300", "altogether: 5")
def test_the_bot_as_a_whole_has_a_limit_and_the_digest_is_above_it(bench: Bench):
    for number in range(8):
        bench.mail(eml(From=f"kim{number}@posteo.example"))
    bench.run()
    assert states(bench) == {State.SENT: 5, State.HELD: 3}

    send(bench.office, day=MONDAY.date())
    deliver(bench.office)
    assert len(bench.slot.to(STAFF)) == 1

    for _ in range(2):
        bench.clock.pass_by(HOUR)
        bench.run()
    assert states(bench) == {State.SENT: 9}


@under("altogether: 300", "altogether: 2")
def test_words_of_staff_leave_though_the_bot_has_sent_its_share(bench: Bench):
    _, for_staff = signal(bench)

    bench.arrives("Hallo Anna, ist eingerichtet.", From=STAFF, **answering(for_staff))

    assert "ist eingerichtet" in words(bench.slot.to(ANNA)[-1])


@pytest.mark.usefixtures("unrehearsed")
@under("per_day: 40", "per_day: 2")
def test_a_mail_that_a_sender_died_over_is_not_held_back_half_sent(bench: Bench):
    bench.arrives()
    bench.slot.errors = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        bench.arrives("Der OV Kalk möchte Signal nutzen.", Subject="Signal")

    bench.change_rules("per_day: 2", "per_day: 1")
    bench.run()

    assert [mail.state for mail in bench.outbox() if mail.recipient == ANNA] == [State.SENT, State.SENT]


def test_waiting_for_a_limit_is_no_attempt(bench: Bench):
    wishes(bench, 11)
    bench.slot.errors = [LATER]
    bench.clock.pass_by(HOUR)
    bench.run()

    assert [(mail.state, mail.attempts) for mail in bench.outbox()][-1] == (State.QUEUED, 1)


def test_without_limits_everything_leaves(bench: Bench):
    object.__setattr__(bench.office.settings, "limits", "off")

    wishes(bench, 12)

    assert states(bench) == {State.SENT: 12}


@under("per_ticket: {10 minutes: 10, 30 minutes: 15, 1 hour: 25, 3 hours: 50, 10 hours: 100}", "per_ticket: {}")
def test_words_of_staff_leave_where_no_limit_is_about_a_ticket(bench: Bench):
    _, for_staff = signal(bench)

    bench.arrives("Hallo Anna, ist eingerichtet.", From=STAFF, **answering(for_staff))

    assert "ist eingerichtet" in words(bench.slot.to(ANNA)[-1])


def test_all_limits_are_asked_in_one_question(bench: Bench):
    bench.arrives()
    (mail,) = bench.outbox()
    queued = replace(mail, state=State.QUEUED)

    asked = list[str]()
    with bench.office.database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
        assert objection(connection, bench.office.catalogue, queued, bench.clock.now) is None

    asked.remove("BEGIN")
    assert len(asked) == 2  # the other one: whether mails to them come back


def test_the_same_wish_in_ever_new_mails_is_answered_twice_and_told_once(bench: Bench):
    for number in range(5):
        bench.arrives(f"Ihre Anfrage {number} ist eingegangen.", Subject=f"[#{number}]")

    assert len(bench.slot.to(ANNA)) == len(bench.tickets()) == 2
    assert bench.kinds("KV-1002").count("trouble") == 1
    assert [state.value for state, _ in bench.ends()] == ["ticket"] * 5


def test_the_same_wish_for_other_days_is_another_wish_each_time(bench: Bench):
    for day in ("2.4.2026", "14.5.2026", "17.6.2026"):
        bench.arrives(f"Wir brauchen OpenSlides am {day} im OV Kalk, 30 Leute.", Subject="OpenSlides")

    assert len(bench.tickets()) == 3


def test_the_same_words_under_other_subjects_are_other_wishes(bench: Bench):
    for subject in ("Mailadresse OV Kalk", "Nextcloud OV Nippes", "Unterseite OV Porz"):
        bench.arrives("siehe Betreff, bitte einrichten", Subject=subject)

    assert len(bench.tickets()) == 3


def test_who_asks_the_same_for_the_sixth_time_in_a_conversation_is_taken_for_a_machine(bench: Bench):
    bench.arrives()

    for _ in range(8):
        bench.arrives("Wie ist der Stand?", **answering(bench.slot.to(ANNA)[-1]))

    assert len(bench.slot.to(ANNA)) == 1 + 5
    assert len(bench.tickets()) == 1


def test_the_same_words_on_another_day_are_a_new_wish(bench: Bench):
    for _ in range(3):
        bench.arrives()
        bench.clock.pass_by(timedelta(hours=13))

    assert len(bench.slot.to(ANNA)) == 3


def test_what_staff_say_twice_about_a_ticket_reaches_the_member_once(bench: Bench):
    _, for_staff = signal(bench)
    before = len(bench.slot.taken)

    for _ in range(3):
        bench.arrives("Ich bin bis zum 12.8. nicht da.", From=STAFF, **answering(for_staff))

    assert [recipient for recipient, _ in bench.slot.taken[before:]] == [ANNA, STAFF, STAFF]  # they hear of it once
    assert "diesmal ging nichts hinaus" in flat(words(bench.slot.to(STAFF)[-1]))
    assert len(bench.tickets()) == 1


def test_what_staff_say_again_reaches_the_member_who_has_written_since(bench: Bench):
    _, for_staff = signal(bench)
    before = len(bench.slot.to(ANNA))

    for said in ("Geht nicht.", "Geht immer noch nicht."):
        bench.arrives("Bitte versuch es jetzt noch einmal.", From=STAFF, **answering(for_staff))
        bench.arrives(said, **answering(bench.slot.to(ANNA)[-1]))

    assert ["noch einmal" in words(mail) for mail in bench.slot.to(ANNA)[before:]].count(True) == 2


def test_what_staff_say_of_another_day_reaches_the_member(bench: Bench):
    _, for_staff = signal(bench)
    before = len(bench.slot.to(ANNA))

    for day in ("12.3. um 14 Uhr", "13.3. um 15 Uhr"):
        bench.arrives(f"Dein Termin ist am {day}.", From=STAFF, **answering(for_staff))

    assert len(bench.slot.to(ANNA)) == before + 2


def test_staff_may_give_the_same_order_again_and_again(bench: Bench):
    _, for_staff = signal(bench)

    for order in ("#erledigt", "#wieder-auf") * 3:
        bench.arrives(order, From=STAFF, **answering(for_staff))

    assert bench.kinds().count("closed") == bench.kinds().count("reopened") == 3


def test_staff_may_say_the_same_about_several_tickets(bench: Bench):
    for group in ("Kalk", "Mülheim", "Nippes"):
        bench.arrives(COMPLETE.replace("Kalk", group), Subject=f"Signal {group}", **proof(domain="posteo.example"))
    before = len(bench.slot.to(ANNA))

    for for_staff in bench.slot.to(STAFF)[:3]:
        bench.arrives("Ist eingerichtet.", From=STAFF, **answering(for_staff))

    assert len(bench.slot.to(ANNA)) == before + 3
