"""Mails from pending to their end."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection

from mailbot.mail.message import Mail
from mailbot.service import desk, readers, worker
from mailbot.service.correspondence import UNTOLD
from mailbot.service.member import Case
from mailbot.service.office import Office
from mailbot.service.rulebook import Rules
from mailbot.store.inbound import State as End
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import ANNA, ASKS, MONDAY, STAFF, Bench, answering, eml, proof
from tests.understanding.test_acts import THANKS

ADDRESS = "anna.schmidt@posteo.example"
COMPLETE = """\
Hallo,

der OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Anna Schmidt, anna.schmidt@posteo.example.

Viele Grüße
Anna Schmidt
"""
TWO = """\
Hallo,

der OV Kalk möchte die Nextcloud nutzen.

Außerdem brauchen wir eine Signal-Gruppe für den OV Kalk.

Anna
"""
MADE_UP = f"<KV-1001.m.00.{'a' * 16}.{'a' * 26}@die-linke-koeln.de>"


def signal(quick_bench: Bench) -> tuple[EmailMessage, EmailMessage]:
    """A complete request: what the member gets and what staff get."""
    quick_bench.arrives(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")
    assert [ticket.state for ticket in quick_bench.tickets()] == [State.OPEN]
    return quick_bench.slot.to(ADDRESS)[-1], quick_bench.slot.to(STAFF)[-1]


# --- silence


def test_an_automatic_mail_gets_no_answer_and_no_ticket(quick_bench: Bench):
    quick_bench.arrives("Ich bin nicht da.", Auto_Submitted="auto-replied")

    ((end, reason),) = quick_bench.ends()
    assert end is End.IGNORED
    assert reason
    assert (quick_bench.tickets(), quick_bench.slot.taken) == ((), [])


def test_an_absence_note_in_a_conversation_changes_nothing(quick_bench: Bench):
    quick_bench.arrives()
    before = quick_bench.tickets()
    (question,) = quick_bench.slot.to(ADDRESS)

    quick_bench.arrives("Ich bin bis 12.8. nicht da.", Auto_Submitted="auto-replied", **answering(question))

    assert quick_bench.tickets() == before
    assert len(quick_bench.slot.taken) == 1


# --- what goes wrong


def test_a_mail_that_cannot_be_processed_is_tried_three_times_and_kept(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    tries = []

    def broken(raw: bytes) -> None:
        tries.append(raw)
        raise RecursionError("too deep")

    monkeypatch.setattr(readers, "read", broken)

    quick_bench.arrives()

    assert len(tries) == 3
    assert quick_bench.ends() == [(End.QUARANTINED, "RecursionError: too deep")]


def test_a_mail_that_kills_the_program_three_times_is_kept_for_a_person(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    def deadly(raw: bytes) -> None:
        raise SystemExit(139)

    quick_bench.mail(eml())
    with monkeypatch.context() as patch:
        patch.setattr(readers, "read", deadly)
        for _ in range(worker.TRIES):
            with pytest.raises(SystemExit):
                quick_bench.run()
            quick_bench.clock.pass_by(worker.LEASE)

    quick_bench.run()

    assert quick_bench.ends() == [(End.QUARANTINED, "3 tries came to nothing, and in the last one the program ended")]


def others_beside(quick_bench: Bench, poison: str) -> list[str]:
    """Mails of three people, of whom the second writes that word."""
    people = ["anna@posteo.example", "eve@posteo.example", "paul@posteo.example"]
    for person in people:
        quick_bench.mail(eml(poison if person.startswith("eve") else ASKS, From=person))
    return people


def test_mails_share_a_commit_and_what_one_of_them_breaks_is_its_own(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    handle = worker.handle_member

    def breaks_late(office: Office, connection: Connection, rules: Rules, case: Case, **said: str) -> None:
        handle(office, connection, rules, case, **said)
        if "kaputt" in case.mail.text:
            raise ValueError("too late")

    monkeypatch.setattr(worker, "handle_member", breaks_late)
    anna, _, paul = others_beside(quick_bench, "kaputt")

    quick_bench.run()

    assert [end for end, _ in quick_bench.ends()] == [End.TICKET, End.QUARANTINED, End.TICKET]
    assert [ticket.requester.email for ticket in quick_bench.tickets()] == [anna, paul]
    assert [ticket.key for ticket in quick_bench.tickets()] == ["KV-1001", "KV-1002"]


def test_one_that_ends_the_program_takes_none_of_its_neighbours_along(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    real = readers.read

    def deadly(raw: bytes) -> Mail:
        if b"kaputt" in raw:
            raise SystemExit(139)
        return real(raw)

    others_beside(quick_bench, "kaputt")
    monkeypatch.setattr(readers, "read", deadly)
    for _ in range(worker.TRIES):
        with pytest.raises(SystemExit):
            quick_bench.run()
        quick_bench.clock.pass_by(worker.LEASE)

    quick_bench.run()

    assert [end for end, _ in quick_bench.ends()] == [End.TICKET, End.QUARANTINED, End.TICKET]


def test_an_error_at_the_last_moment_leaves_nothing_behind(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    def late(*_args: object, **_kwargs: object) -> None:
        raise OSError("at the last moment")

    with monkeypatch.context() as patch:
        patch.setattr("mailbot.service.member.claims", SimpleNamespace(finish=late))
        quick_bench.arrives()

    assert quick_bench.ends() == [(End.QUARANTINED, "OSError: at the last moment")]
    assert (quick_bench.tickets(), quick_bench.outbox()) == ((), [])


# --- whose conversation


def test_an_answer_belongs_to_the_ticket_whose_mail_it_answers(quick_bench: Bench):
    quick_bench.arrives()
    (question,) = quick_bench.slot.to(ADDRESS)

    quick_bench.arrives("Nutzerin ist Anna Schmidt, anna.schmidt@posteo.example, sie ist auch Admin.", **answering(question))

    (ticket,) = quick_bench.tickets()
    assert ticket.request.missing == ()
    assert ticket.state in (State.OPEN, State.ON_HOLD)


def test_a_second_mail_to_ones_own_first_mail_belongs_to_the_same_ticket(quick_bench: Bench):
    first = quick_bench.arrives()

    quick_bench.arrives("Nachtrag: Admin soll Paul Weber sein, paul@posteo.example", **answering(first))

    assert len(quick_bench.tickets()) == 1


def test_the_key_in_a_subject_is_believed_of_those_who_take_part(quick_bench: Bench):
    quick_bench.arrives()

    quick_bench.arrives("Nachtrag: Admin soll Paul Weber sein, paul@posteo.example", Subject="Noch etwas [KV-1001]")

    assert len(quick_bench.tickets()) == 1


def test_the_key_in_a_strangers_subject_opens_a_ticket_of_its_own_and_staff_are_told(quick_bench: Bench):
    quick_bench.arrives()

    quick_bench.arrives(COMPLETE, From="Eva Fremd <eva@posteo.example>", Subject="Signal [KV-1001]")

    assert len(quick_bench.tickets()) == 2
    assert quick_bench.kinds("KV-1001") == ["received", "asked", "sent"]
    assert "KV-1001" in words(quick_bench.slot.to(STAFF)[-1])


@pytest.mark.parametrize("says", ["Wie ist der Stand?", "Das hat sich erledigt.", "Nachtrag: Admin bin ich, eve@evil.example"])
def test_who_has_got_hold_of_a_members_mail_learns_nothing_and_moves_nothing(quick_bench: Bench, says: str):
    for_anna, _ = signal(quick_bench)
    before, history = quick_bench.tickets(), quick_bench.history()

    for attempt in range(2):
        quick_bench.arrives(says, From="Eve <eve@evil.example>", **answering(for_anna), **proof(domain="evil.example"))

        assert quick_bench.tickets()[0] == before[0]
        assert len(quick_bench.tickets()) == 2 + attempt
        assert "KV-1001" in words(quick_bench.slot.to(STAFF)[-1])
    for answer in quick_bench.slot.to("eve@evil.example"):
        for annas in ("Anna", "Schmidt", "OV Kalk", ADDRESS):
            assert annas not in words(answer)
    assert quick_bench.history() == history


def test_a_made_up_message_id_opens_nothing(quick_bench: Bench):
    quick_bench.arrives()

    quick_bench.arrives(From="Eva <eva@posteo.example>", In_Reply_To=MADE_UP)

    assert len(quick_bench.tickets()) == 2


def test_two_requests_in_one_mail_are_two_tickets_of_one_conversation(quick_bench: Bench):
    quick_bench.arrives(TWO)

    first, second = quick_bench.tickets()
    assert {first.request.service, second.request.service} == {"nextcloud", "signal"}
    assert first.conversation == second.conversation
    assert len(quick_bench.slot.to(ADDRESS)) == 1


# --- closed tickets


def close(quick_bench: Bench, for_staff: EmailMessage) -> EmailMessage:
    quick_bench.arrives("#erledigt", From=STAFF, **answering(for_staff))
    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    return quick_bench.slot.to(ADDRESS)[-1]


def test_a_reply_within_two_weeks_opens_the_ticket_again_and_staff_hear_of_it(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    told = close(quick_bench, for_staff)
    quick_bench.clock.pass_by(timedelta(days=13))
    before = len(quick_bench.slot.to(STAFF))

    quick_bench.arrives("Leider bin ich immer noch nicht in der Gruppe.", **answering(told))

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.OPEN]
    assert "reopened" in quick_bench.kinds()
    assert len(quick_bench.slot.to(STAFF)) == before + 1


def test_saying_that_it_is_done_does_not_open_a_ticket_again(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    told = close(quick_bench, for_staff)
    before = len(quick_bench.slot.taken)

    quick_bench.arrives("Das hat sich erledigt.", **answering(told))

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    assert len(quick_bench.slot.taken) == before


def test_a_ticket_opened_again_by_a_reply_waits_while_its_service_does(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    told = close(quick_bench, for_staff)
    desk.hold(quick_bench.office, "signal", "Signal wird gerade gewartet.")

    quick_bench.arrives("Leider bin ich immer noch nicht in der Gruppe.", **answering(told))

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.ON_HOLD]
    assert "reopened" in quick_bench.kinds()


def test_a_doubt_about_a_mail_that_was_answered_with_a_question_is_told_when_the_ticket_opens(quick_bench: Bench):
    quick_bench.arrives(
        "Hallo, wir möchten Signal nutzen. Ansprechperson bin ich, Anna Schmidt, anna.schmidt@posteo.example.",
        Subject="Signal",
        Cc="buero@die-linke.koeln.de",
    )
    (asked,) = quick_bench.slot.to(ADDRESS)
    assert quick_bench.slot.to(STAFF) == []

    quick_bench.arrives("Für den OV Kalk.", **answering(asked))

    assert "falsch geschriebene Domain" in words(quick_bench.slot.to(STAFF)[-1]).split("Was du tun kannst")[0]


def test_thanks_do_not_open_a_ticket_again(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    told = close(quick_bench, for_staff)
    before = len(quick_bench.slot.taken)

    quick_bench.arrives("Danke!", **answering(told))

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    assert len(quick_bench.slot.taken) == before
    assert quick_bench.ends()[-1][0] is End.TICKET


def test_a_reply_after_two_weeks_opens_a_new_ticket_that_names_the_old_one(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    told = close(quick_bench, for_staff)
    quick_bench.clock.pass_by(timedelta(days=15))

    quick_bench.arrives(COMPLETE, **answering(told))

    old, new = quick_bench.tickets()
    assert (old.state, new.state) == (State.CLOSED, State.OPEN)
    assert new.conversation == old.conversation
    assert (new.follows, old.follows) == ("KV-1001", None)
    assert "Knüpft an: KV-1001" in words(quick_bench.slot.to(STAFF)[-1])


def test_no_thanks_open_a_ticket_again_however_they_are_said_and_however_late(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    told = close(quick_bench, for_staff)
    before = len(quick_bench.slot.taken)

    for days, text in enumerate(THANKS):
        quick_bench.clock.now = MONDAY + timedelta(days=days)
        quick_bench.arrives(text, **answering(told))

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    assert len(quick_bench.slot.taken) == before


def test_how_a_closed_ticket_stands_is_told_and_opens_nothing(quick_bench: Bench):
    _, for_staff = signal(quick_bench)
    told = close(quick_bench, for_staff)

    for days in (1, 20):
        quick_bench.clock.now = MONDAY + timedelta(days=days)
        quick_bench.arrives("Stand?" if days == 1 else "Wie siehts aus?", **answering(told))

        assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
        assert "KV-1001 ist abgeschlossen." in " ".join(words(quick_bench.slot.to(ADDRESS)[-1]).split())


# --- who is believed


def test_the_first_answer_to_somebody_unproven_repeats_nothing_of_theirs(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, From="Gratis Viagra <opfer@posteo.example>", Subject="Signal http://kaufmich.example")

    (answer,) = quick_bench.slot.to("opfer@posteo.example")
    for theirs in ("Viagra", "kaufmich", "OV Kalk", "Schmidt"):
        assert theirs not in answer.as_string()


def test_a_proven_sender_is_told_what_was_understood(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, Subject="Signal", **proof(domain="posteo.example"))

    (answer,) = quick_bench.slot.to(ADDRESS)
    assert "OV Kalk" in words(answer)


def test_a_sender_that_failed_authentication_is_not_answered(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, Subject="Signal", **proof("fail", domain="posteo.example"))

    assert quick_bench.slot.to(ADDRESS) == []
    assert len(quick_bench.tickets()) == len(quick_bench.slot.to(STAFF)) == 1


def test_what_failed_authentication_is_not_believed_for_the_mail_it_answers(quick_bench: Bench):
    for_anna, for_staff = signal(quick_bench)
    anna_got, before = len(quick_bench.slot.to(ADDRESS)), quick_bench.tickets()

    quick_bench.arrives("Hat sich erledigt.", **answering(for_anna), **proof("fail", domain="posteo.example"))
    quick_bench.arrives("#erledigt", From=STAFF, **answering(for_staff), **proof("fail"))

    assert quick_bench.tickets()[0] == before[0]
    assert [ticket.state for ticket in quick_bench.tickets()[1:]] == [State.TRIAGE, State.TRIAGE]
    assert len(quick_bench.slot.to(ADDRESS)) == anna_got
    assert "KV-1001" in words(quick_bench.slot.to(STAFF)[-1])


def test_when_a_mail_is_done_whose_sender_was_forged_nobody_is_written_to_and_the_ticket_says_so(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, Subject="KAUFT BITCOIN", **proof("fail", domain="posteo.example"))

    quick_bench.arrives("#erledigt", From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1]))

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    assert quick_bench.slot.to(ADDRESS) == []
    assert UNTOLD in [event.text for event in quick_bench.history()]


def test_when_a_mail_without_a_sender_is_done_nobody_is_written_to(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, From="")

    quick_bench.arrives("#erledigt", From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1]))

    assert {recipient for recipient, _ in quick_bench.slot.taken} == {STAFF}
    assert "trouble" not in quick_bench.kinds()


def test_somebody_unproven_hears_that_it_is_done_and_reads_nothing_of_what_the_mail_said(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, From="Gratis Viagra <opfer@posteo.example>", Subject="KAUFT http://kaufmich.example")

    quick_bench.arrives("#erledigt", From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1]))

    _, told = quick_bench.slot.to("opfer@posteo.example")
    assert "erledigt" in words(told)
    for theirs in ("Viagra", "KAUFT", "kaufmich", "OV Kalk", "Schmidt"):
        assert theirs not in told.as_string()


def test_who_has_answered_one_of_our_mails_is_told_what_is_done_in_their_own_words(quick_bench: Bench):
    for_anna, for_staff = signal(quick_bench)
    quick_bench.arrives("Danke!", **answering(for_anna))

    assert "Signal-Gruppe für den OV Kalk" in str(close(quick_bench, for_staff)["Subject"])


def test_staff_are_believed_when_they_answer_a_mail_that_only_they_got(quick_bench: Bench):
    _, for_staff = signal(quick_bench)

    quick_bench.arrives("Hallo Anna, du bist jetzt in der Gruppe.", From=STAFF, **answering(for_staff))

    answer = quick_bench.slot.to(ADDRESS)[-1]
    assert "du bist jetzt in der Gruppe" in words(answer)
    assert STAFF not in answer.as_string()
    assert answer["References"]
    assert quick_bench.ends()[-1] == (End.STAFF, None)


def test_staff_are_believed_when_our_own_server_vouches_for_them(quick_bench: Bench):
    signal(quick_bench)

    quick_bench.arrives("#erledigt", From=STAFF, Subject="Signal [KV-1001]", **proof())

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]


@pytest.mark.parametrize("headers", [{}, proof("fail"), {"Authentication_Results": "elsewhere.example; dmarc=pass"}])
def test_an_address_of_staff_alone_moves_nothing(quick_bench: Bench, headers: dict[str, str]):
    signal(quick_bench)
    before = len(quick_bench.slot.to(ADDRESS))

    quick_bench.arrives("#erledigt", From=STAFF, Subject="Signal [KV-1001]", **headers)

    first, second = quick_bench.tickets()
    assert (first.state, second.state) == (State.OPEN, State.TRIAGE)
    assert len(quick_bench.slot.to(ADDRESS)) == before
    assert "KV-1001" in words(quick_bench.slot.to(STAFF)[-1])


def test_who_has_got_hold_of_a_staff_mail_is_not_staff(quick_bench: Bench):
    _, for_staff = signal(quick_bench)

    quick_bench.arrives("#erledigt", From="Eva <eva@posteo.example>", **answering(for_staff))

    assert quick_bench.tickets()[0].state is not State.CLOSED


def test_staff_may_ask_for_something_like_everybody_else(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, From=f"Technik <{STAFF}>", Subject="Signal", **proof())

    assert [ticket.requester.email for ticket in quick_bench.tickets()] == [STAFF]
    assert quick_bench.ends() == [(End.TICKET, None)]


def test_staff_get_everything_in_one_mail_and_can_simply_reply(quick_bench: Bench):
    _, for_staff = signal(quick_bench)

    assert for_staff["Reply-To"].addresses[0].addr_spec == "support@die-linke-koeln.de"
    assert for_staff["Auto-Submitted"] == "auto-generated"
    assert "[KV-1001]" in for_staff["Subject"]
    for tidy in ("OV Kalk", "Anna", "Schmidt", ADDRESS, "möchte Signal nutzen"):
        assert tidy in words(for_staff)


def test_a_sender_without_an_address_gets_a_ticket_and_no_answer(quick_bench: Bench):
    quick_bench.arrives(COMPLETE, From="")

    assert len(quick_bench.tickets()) == 1
    assert [recipient for recipient, _ in quick_bench.slot.taken] == [STAFF]


def test_a_legal_request_has_its_deadline_from_its_receipt(quick_bench: Bench):
    quick_bench.arrives("Guten Tag, bitte löschen Sie alle meine Daten nach Art. 17 DSGVO.", From=ANNA, Subject="Datenschutz")

    (ticket,) = quick_bench.tickets()
    assert (ticket.state, str(ticket.due)) == (State.TRIAGE, "2026-04-02")
