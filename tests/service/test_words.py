"""Words of staff that a member must not read do not reach them, and staff hear what became of these words."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailbot.mail.message import Address
from mailbot.store import inbound
from mailbot.tickets.blocks import flat
from mailbot.tickets.ticket import State
from tests.association import words
from tests.forwards import PROGRAMS
from tests.service.bench import STAFF, Bench, answering, proof
from tests.service.test_forward import passes_on
from tests.service.test_worker import ADDRESS, signal

OURS = "support@die-linke-koeln.de"
NERVES = "Könnt ihr das übernehmen? Die Frau nervt."
_, THUNDERBIRD = PROGRAMS["Thunderbird"]


def told(bench: Bench) -> str:
    return flat(words(bench.slot.to(STAFF)[-1]))


def texts(bench: Bench, kind: str) -> list[str]:
    return [event.text for event in bench.history() if event.kind == kind]


def for_anna(bench: Bench) -> list[EmailMessage]:
    return bench.slot.to(ADDRESS)


@pytest.mark.parametrize("threaded", [True, False])
def test_what_stands_above_our_own_mail_that_staff_forward_is_a_note(quick_bench: Bench, threaded: bool):
    _, for_staff = signal(quick_bench)
    shown = THUNDERBIRD(Address(name="Support", email=OURS), str(for_staff["Subject"]), words(for_staff))
    headers = {**answering(for_staff), "Subject": f"Fwd: {for_staff['Subject']}"}
    if not threaded:
        del headers["In_Reply_To"]

    quick_bench.arrives(f"{NERVES}\n\n{shown}", From=STAFF, To="buero@die-linke-koeln.de", **headers, **proof())

    assert len(for_anna(quick_bench)) == 1
    assert texts(quick_bench, "note") == [NERVES]
    assert f"{NERVES} · als Notiz aufgenommen, nichts davon geht an das Mitglied" in told(quick_bench)
    assert f"antworte damit auf meine Mail zum Vorgang: nur an {OURS}, und nicht als Weiterleitung" in told(quick_bench)


def test_a_mail_to_a_colleague_with_us_in_copy_is_a_note_and_its_commands_are_carried_out(quick_bench: Bench):
    _, for_staff = signal(quick_bench)

    quick_bench.arrives(f"#nehme ich\n\n{NERVES}", From=STAFF, To="kim@x.example", Cc=OURS, **answering(for_staff))

    assert len(for_anna(quick_bench)) == 1
    assert texts(quick_bench, "note") == [NERVES]
    assert [ticket.assignee for ticket in quick_bench.tickets()] == ["technik"]


def test_what_staff_wrote_to_the_member_directly_is_recorded_and_not_sent_again(quick_bench: Bench):
    quick_bench.arrives()

    quick_bench.arrives("Hallo Anna, ich rufe an.", From=STAFF, To=ADDRESS, Cc=OURS, Subject="Re: [KV-1001]", **proof())

    (ticket,) = quick_bench.tickets()
    assert (ticket.state, ticket.assignee) == (State.OPEN, "technik")  # the bot asks for nothing any more
    assert quick_bench.kinds()[-4:-1] == ["answered", "opened", "assigned"]
    assert texts(quick_bench, "answered") == ["Hallo Anna, ich rufe an."]
    assert len(for_anna(quick_bench)) == 1
    assert f"hat Anna Schmidt <{ADDRESS}> schon von dir" in told(quick_bench)


def test_so_is_an_answer_to_the_members_own_mail_that_names_no_ticket(quick_bench: Bench):
    asked = quick_bench.arrives()

    quick_bench.arrives("#erledigt\nHallo Anna, ist da.", From=STAFF, To=ADDRESS, Cc=OURS, **answering(asked), **proof())

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    assert texts(quick_bench, "answered") == ["Hallo Anna, ist da."]
    assert len(for_anna(quick_bench)) == 1


def test_it_is_undone_as_any_other_answer(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.arrives("Hallo Anna, ich rufe an.", From=STAFF, To=ADDRESS, Cc=OURS, Subject="Re: [KV-1001]", **proof())
    quick_bench.clock.pass_by(timedelta(minutes=1))

    quick_bench.arrives("#undo", From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1]))

    assert [(ticket.state, ticket.assignee) for ticket in quick_bench.tickets()] == [(State.ASKING, None)]


@pytest.mark.parametrize(
    ("answer", "meant"), [("Nein, das ist doch Spam.", "#nein"), ("nein", "#nein"), ("Ja, bitte.", "#ja"), ("Ok!", "#ja")]
)
def test_a_yes_or_no_to_our_question_is_never_sent_as_words(quick_bench: Bench, answer: str, meant: str):
    passes_on(quick_bench)

    quick_bench.arrives(answer, From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1]))

    assert for_anna(quick_bench) == []
    assert f"meintest du {meant}? Als Worte ginge das an {ADDRESS}" in told(quick_bench)
    assert [ticket.vouched for ticket in quick_bench.tickets()] == [False]


def test_a_dressed_note_is_a_note_and_a_hidden_one_stops_the_mail(quick_bench: Bench):
    _, for_staff = signal(quick_bench)

    quick_bench.arrives("- #notiz geheim", From=STAFF, **answering(for_staff))
    quick_bench.arrives("Hallo Anna,\n*#notiz* auch geheim", From=STAFF, **answering(for_staff))

    assert texts(quick_bench, "note") == ["geheim"]
    assert len(for_anna(quick_bench)) == 1
    assert "Nichts wurde ausgeführt oder gesendet" in told(quick_bench)
    assert [end for end, _ in quick_bench.ends()][1:] == [inbound.State.STAFF] * 2
