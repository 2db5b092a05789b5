"""Staff hear from each other who has a ticket, that it is done, and that somebody else has answered it."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailbot.service import desk, overview
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import STAFF, Bench, answering, proof
from tests.service.test_worker import COMPLETE, signal

KIM = "kim@x.example"
TECHNIK = "    email: technik@die-linke-koeln.de\n"
pytestmark = pytest.mark.parametrize(
    "quick_bench", [{TECHNIK: f"{TECHNIK}  - {{id: kim, name: Kim, email: {KIM}}}\n"}], indirect=True, ids=[""]
)


def said(mail: EmailMessage) -> str:
    return " ".join(words(mail).split())


def heard(bench: Bench, address: str = KIM) -> list[str]:
    """The subjects of all that somebody got after the ticket itself."""
    return [str(mail["Subject"]) for mail in bench.slot.to(address)[1:]]


def replies(bench: Bench, text: str, by: str = STAFF) -> None:
    bench.arrives(text, From=by, **answering(bench.slot.to(by)[0]))


def test_who_takes_a_ticket_is_announced_to_the_others_and_not_to_themselves(quick_bench: Bench):
    signal(quick_bench)

    replies(quick_bench, "#nehme ich")

    assert heard(quick_bench) == ["[KV-1001] Technik-Team hat das übernommen: Signal-Gruppe – Anna Schmidt"]
    told = quick_bench.slot.to(KIM)[-1]
    assert told["Auto-Submitted"] == "auto-generated"
    assert "mailto:support@die-linke-koeln.de?subject=Re%3A%20%5BKV-1001%5D&body=%23nehme%20ich%0D%0A" in html(told)
    assert [subject.partition("]")[2] for subject in heard(quick_bench, STAFF)] == [" Ausgeführt: Signal-Gruppe"]


def test_a_plain_reply_takes_what_nobody_has(quick_bench: Bench):
    signal(quick_bench)

    replies(quick_bench, "Hallo Anna,\n\nich kümmere mich.")
    replies(quick_bench, "Hallo Anna,\n\nich auch.", by=KIM)

    assert quick_bench.tickets()[0].assignee == "technik"
    assert "Du bist jetzt zuständig" in said(quick_bench.slot.to(STAFF)[-1])
    assert "Du bist jetzt zuständig" not in said(quick_bench.slot.to(KIM)[-1])
    assert heard(quick_bench)[0] == "[KV-1001] Technik-Team hat das übernommen: Signal-Gruppe – Anna Schmidt"


def test_what_is_closed_and_what_is_done_to_several_at_once_is_one_mail(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.arrives(COMPLETE, From="Ben <ben@x.example>", Subject="Signal")

    quick_bench.arrives("#erledigt KV-1001\n#nehme ich KV-1002", From=STAFF, Subject="Bitte", **proof())

    assert heard(quick_bench)[1:] == ["Technik-Team hat 2 Vorgänge übernommen oder geändert"]
    assert "KV-1001" in said(quick_bench.slot.to(KIM)[-1])
    assert "#wieder-auf" in said(quick_bench.slot.to(KIM)[-1])


def test_an_answer_to_the_digest_is_one_mail_too(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.arrives(COMPLETE, From="Ben <ben@x.example>", Subject="Signal")
    overview.send(quick_bench.office, day=quick_bench.clock.now.date())
    quick_bench.run()
    before = heard(quick_bench)

    quick_bench.arrives("1001 zu\n1002 nehme ich", From=STAFF, **answering(quick_bench.slot.to(STAFF)[-1]))

    assert heard(quick_bench)[len(before) :] == ["Technik-Team hat 2 Vorgänge übernommen oder geändert"]


def test_the_command_line_announces_too_and_only_what_changes(quick_bench: Bench):
    signal(quick_bench)

    desk.carry_out(quick_bench.office, "KV-1001", "assign", "kim")
    desk.carry_out(quick_bench.office, "KV-1001", "assign", "kim")
    desk.carry_out(quick_bench.office, "KV-1001", "note", "ruft an")
    quick_bench.run()

    assert heard(quick_bench) == ["[KV-1001] Kommandozeile hat das an Kim gegeben: Signal-Gruppe – Anna Schmidt"]
    assert "Übernehmen" not in said(quick_bench.slot.to(KIM)[-1])  # it is theirs already
    assert len(heard(quick_bench, STAFF)) == 1


def test_who_answers_after_another_learns_it_and_nothing_is_held_back(quick_bench: Bench):
    signal(quick_bench)
    replies(quick_bench, "Hallo Anna,\n\ndas geht am Montag.")
    quick_bench.clock.pass_by(timedelta(minutes=4))

    replies(quick_bench, "Hallo Anna,\n\ndas geht erst am Dienstag.", by=KIM)

    assert "Technik-Team, Mo 2.3., 10:00 Uhr" in said(quick_bench.slot.to(KIM)[-1])
    assert "hat vor dir auch schon geantwortet" in said(quick_bench.slot.to(KIM)[-1])
    assert "das geht am Montag." in said(quick_bench.slot.to(KIM)[-1])
    answers = [said(mail) for mail in quick_bench.slot.to("anna.schmidt@posteo.example")[1:]]
    assert ["Montag" in answers[0], "Dienstag" in answers[1]] == [True, True]

    quick_bench.clock.pass_by(timedelta(hours=2))
    replies(quick_bench, "Hallo Anna,\n\nist fertig.")
    assert "auch schon geantwortet" not in said(quick_bench.slot.to(STAFF)[-1])


def test_what_is_undone_is_told_as_well(quick_bench: Bench):
    signal(quick_bench)
    replies(quick_bench, "#erledigt")

    replies(quick_bench, "#undo")

    assert quick_bench.tickets()[0].state is State.OPEN
    assert [subject.partition("]")[2].partition(":")[0] for subject in heard(quick_bench)] == [
        " Technik-Team hat das abgeschlossen",
        " Technik-Team hat das wieder geöffnet",
    ]


def html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content()).replace("&amp;", "&")
