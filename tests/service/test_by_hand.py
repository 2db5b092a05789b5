"""What people write from a shared mailbox themselves: found in Sent, kept if it is about a ticket, and the bot falls silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailbot.errors import MailboxError
from mailbot.mail.imap import Arrived
from mailbot.mail.message import Mail
from mailbot.mail.read import read
from mailbot.service import written as written_module
from mailbot.service.bot import run_once
from mailbot.service.health import examine
from mailbot.store import delivery, outbound, tickets
from mailbot.store.inbound import State
from mailbot.store.outbound import State as Sent
from mailbot.tickets.ticket import State as Stands
from tests.association import words
from tests.servers.station import parsed
from tests.service.bench import ANNA, LATER, MONDAY, STAFF, Bench, Shelf, answering, bounce_of, eml, proof
from tests.service.test_forward import passes_on

SUPPORT = "Support Die Linke Köln <support@die-linke-koeln.de>"
BY_HAND = "Hallo Anna,\n\nwer soll denn Admin sein? Ruf mich gern an.\n\nViele Grüße\nKim\n"
ASKED_ANNA = "anna.schmidt@posteo.example"


def written(mail: EmailMessage | None, text: str = BY_HAND, **headers: str) -> bytes:
    """What somebody answers from support@, in an ordinary mail program."""
    answer = {} if mail is None else answering(mail)
    return eml(text, **{"From": SUPPORT, "To": ANNA, **answer, **headers})


def id_of(raw: bytes) -> str:
    return str(parsed(raw)["Message-ID"])


def put_into_sent(bench: Bench, raw: bytes, *, box: Shelf | None = None, days_ago: int = 0) -> None:
    shelf = (box or bench.support).others.setdefault("Sent", Shelf())
    shelf.put(raw, bench.clock.now - timedelta(days=days_ago))


def test_a_persons_answer_is_recorded_ends_the_asking_and_is_told_to_staff(bench: Bench):
    asked = bench.arrives()
    put_into_sent(bench, written(asked))

    bench.run()

    (ticket,) = bench.tickets()
    assert (ticket.state, ticket.request.missing) == (Stands.OPEN, ("admins", "users"))
    (answered,) = (event for event in bench.history() if event.kind == "answered")
    assert (answered.by, answered.mail) == ("support@die-linke-koeln.de", 2)
    assert answered.text == "Hallo Anna,\n\nwer soll denn Admin sein? Ruf mich gern an."
    (told,) = bench.slot.to(STAFF)
    assert told["Subject"] == "[KV-1001] Beantwortet aus support@die-linke-koeln.de: Nextcloud"
    assert "wer soll denn Admin sein?" in words(told)
    assert len(bench.slot.to(ASKED_ANNA)) == 1


def test_looking_again_changes_nothing_and_the_books_balance(bench: Bench):
    put_into_sent(bench, written(bench.arrives()))

    for _ in range(3):
        bench.run()

    assert [state for state, _ in bench.ends()] == [State.TICKET, State.STAFF]
    assert len(bench.slot.to(STAFF)) == 1
    (support, _) = examine(bench.office).mailboxes
    assert support.states == {State.TICKET: 1}
    assert (support.books.mails, support.books.new, support.books.missing) == (1, 0, 0)  # type: ignore[union-attr]


def test_no_transaction_waits_for_the_mail_server(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    fetch, pool, open_meanwhile = Shelf.fetch, quick_bench.office.database.engine.pool, list[int]()
    put_into_sent(quick_bench, written(quick_bench.arrives()))

    def watched(shelf: Shelf, uids: Sequence[int]) -> Iterator[Arrived]:
        for mail in fetch(shelf, uids):
            open_meanwhile.append(pool.checkedout())  # type: ignore[attr-defined]
            yield mail

    monkeypatch.setattr(Shelf, "fetch", watched)
    quick_bench.arrives()

    assert [state for state, _ in quick_bench.ends()] == [State.TICKET, State.TICKET, State.STAFF]
    assert set(open_meanwhile) == {0}


def test_the_members_reply_finds_the_ticket_goes_to_staff_and_the_bot_says_nothing(bench: Bench):
    by_hand = written(bench.arrives())
    put_into_sent(bench, by_hand)
    bench.run()

    bench.arrives("Admin soll Mehmet sein.", In_Reply_To=id_of(by_hand), Subject="Re: Nextcloud")

    (ticket,) = bench.tickets()
    assert ticket.state is Stands.OPEN
    assert bench.ends()[-1] == (State.TICKET, "a person has taken the conversation over")
    assert len(bench.slot.to(ASKED_ANNA)) == 1
    assert "Admin soll Mehmet sein." in words(bench.slot.to(STAFF)[-1])


def test_when_the_member_completes_it_the_bot_confirms(bench: Bench):
    by_hand = written(bench.arrives())
    put_into_sent(bench, by_hand)
    bench.run()

    bench.arrives(
        "Nutzer*innen: Anna Schmidt, anna.schmidt@posteo.example\nAdmin bin ich.\n",
        In_Reply_To=id_of(by_hand),
        Subject="Re: Nextcloud",
    )

    (ticket,) = bench.tickets()
    assert (ticket.state, ticket.request.missing) == (Stands.ON_HOLD, ())  # as the whole service is
    assert "vollständig" in words(bench.slot.to(ASKED_ANNA)[-1])


def test_who_was_answered_before_the_bot_has_read_the_mail_is_not_asked(bench: Bench):
    raw = eml()
    bench.mail(raw)
    put_into_sent(bench, written(None, In_Reply_To=id_of(raw), Subject="Re: Nextcloud"))

    bench.run()

    (ticket,) = bench.tickets()
    assert ticket.state is Stands.OPEN
    assert bench.kinds()[:3] == ["received", "opened", "answered"]
    assert bench.slot.to(ASKED_ANNA) == []
    assert len(bench.slot.to(STAFF)) == 1


def test_each_answer_is_read_once_however_many_members_wait(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    opened = list[str]()

    def watched(raw: bytes) -> Mail:
        opened.append(str(parsed(raw)["Subject"]))
        return read(raw)

    monkeypatch.setattr(written_module, "read", watched)
    members = [eml(From=f"kim.{number}@posteo.example") for number in range(4)]
    for number, raw in enumerate(members):
        quick_bench.mail(raw)
        answer = {"In_Reply_To": id_of(raw), "To": f"kim.{number}@posteo.example"}
        put_into_sent(quick_bench, written(None, Subject=f"Re: {number}", **answer))

    quick_bench.run()

    assert opened == ["Re: 0", "Re: 1", "Re: 2", "Re: 3"]
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.OPEN] * 4
    assert {recipient for recipient, _ in quick_bench.slot.taken} == {STAFF}


def test_an_answer_from_the_other_mailbox_counts_as_well(bench: Bench):
    raw = eml(To="buero@die-linke-koeln.de")
    bench.mail(raw, to=bench.buero)
    put_into_sent(bench, written(None, In_Reply_To=id_of(raw)))

    bench.run()

    assert [ticket.state for ticket in bench.tickets()] == [Stands.OPEN]
    assert bench.slot.to(ASKED_ANNA) == []


def test_an_answer_to_a_mail_that_comes_to_be_known_later_is_not_lost(bench: Bench):
    raw = eml()
    put_into_sent(bench, written(None, In_Reply_To=id_of(raw)))
    put_into_sent(bench, written(None, To="vermieterin@posteo.example", Subject="Raum"))
    bench.run()
    assert bench.rows() == []
    bench.mail(raw)

    bench.run()

    assert [state for state, _ in bench.ends()] == [State.TICKET, State.STAFF]
    assert bench.slot.to(ASKED_ANNA) == []


def test_what_the_bot_had_not_said_yet_is_not_said_any_more(quick_bench: Bench):
    bench = quick_bench
    asked = eml()
    bench.mail(asked)
    bench.slot.errors = [MailboxError("down", again=True)]  # type: ignore[list-item]
    with pytest.raises(MailboxError):
        run_once(bench.office)
    with bench.office.database.write() as connection:
        (mail,) = outbound.in_state(connection, outbound.State.SENDING)
        delivery.postpone(connection, mail, until=MONDAY, error="later")
    put_into_sent(bench, written(None, In_Reply_To=id_of(asked)))

    bench.run()

    assert bench.slot.to(ASKED_ANNA) == []
    assert [mail.state for mail in bench.outbox()] == [outbound.State.DROPPED, outbound.State.SENT]
    assert "Mail an anna.schmidt@posteo.example nicht mehr gesendet: ein Mensch hat geantwortet" in [
        event.text for event in bench.history()
    ]


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail from support@ that is none of the bot's business."""

    about: str
    headers: dict[str, str]


OTHERS = [
    Letter(about="to itself", headers={"To": SUPPORT}),
    Letter(about="to other staff", headers={"To": STAFF}),
    Letter(about="to a list", headers={"To": "alle@listen.die-linke-koeln.de"}),
    Letter(about="to nobody", headers={"To": ""}),
    Letter(about="to a stranger, with the key", headers={"To": "zeitung@verlag.example", "Subject": "[KV-1001] Nachfrage"}),
    Letter(about="about a ticket that there is not", headers={"In_Reply_To": "", "Subject": "[KV-9999] Nachfrage"}),
    Letter(about="to the member, about something else", headers={"In_Reply_To": "", "Subject": "Sommerfest"}),
]


@pytest.mark.parametrize("letter", OTHERS, ids=lambda letter: letter.about)
def test_what_is_about_no_ticket_changes_nothing_and_is_not_stored(quick_bench: Bench, letter: Letter):
    before = (quick_bench.arrives(), quick_bench.tickets(), quick_bench.history())
    put_into_sent(quick_bench, written(before[0], **letter.headers))

    quick_bench.run()

    assert (quick_bench.tickets(), quick_bench.history()) == before[1:]
    assert len(quick_bench.rows()) == 1
    assert len(quick_bench.slot.taken) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Subject": "[KV-1001] Noch eine Frage"},
        {"Subject": "AW: [kv-1001] Nextcloud", "To": "kim@posteo.example", "Cc": ANNA},
        {"Subject": "[KV-1001] Nextcloud", "To": "", "Bcc": ANNA},
    ],
    ids=["to", "cc", "bcc"],
)
def test_the_key_in_the_subject_is_enough_when_it_goes_to_the_member(quick_bench: Bench, headers: dict[str, str]):
    quick_bench.arrives()
    put_into_sent(quick_bench, written(None, **headers))

    quick_bench.run()

    assert "answered" in quick_bench.kinds()
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.OPEN]


def test_an_answer_to_our_own_question_is_one_too(quick_bench: Bench):
    quick_bench.arrives()
    (question,) = quick_bench.slot.to(ASKED_ANNA)
    put_into_sent(quick_bench, written(question))

    quick_bench.run()

    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.OPEN]


def test_on_first_contact_what_lay_in_sent_before_is_left_alone(quick_bench: Bench):
    raw = eml()
    quick_bench.mail(raw)
    put_into_sent(quick_bench, written(None, In_Reply_To=id_of(raw)), days_ago=2)

    quick_bench.run()

    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.ASKING]
    assert len(quick_bench.rows()) == 1


def test_a_server_that_files_it_twice_is_told_once(quick_bench: Bench):
    raw = written(quick_bench.arrives())
    put_into_sent(quick_bench, raw)
    quick_bench.run()
    put_into_sent(quick_bench, b"X-Copy: 2\r\n" + raw)

    quick_bench.run()

    assert len(quick_bench.slot.to(STAFF)) == 1


def test_a_copy_of_it_in_the_inbox_is_a_copy(quick_bench: Bench):
    raw = written(quick_bench.arrives(), Cc=SUPPORT)
    quick_bench.mail(raw)
    put_into_sent(quick_bench, raw)

    quick_bench.run()

    assert sorted(state for state, _ in quick_bench.ends()) == [State.IGNORED, State.STAFF, State.TICKET]
    assert len(quick_bench.tickets()) == 1
    assert len(quick_bench.slot.to(STAFF)) == 1


def test_when_the_server_numbers_sent_anew_it_is_not_told_again(quick_bench: Bench):
    put_into_sent(quick_bench, written(quick_bench.arrives()))
    quick_bench.run()
    quick_bench.support.others["Sent"].renumber(8)

    quick_bench.run()

    assert len(quick_bench.slot.to(STAFF)) == 1
    assert len(quick_bench.rows()) == 2


def test_a_receipt_that_says_read_is_no_answer(quick_bench: Bench):
    asked = quick_bench.arrives()
    receipt = written(asked).replace(b'text/plain; charset="utf-8"', b'multipart/report; boundary="b"')
    put_into_sent(quick_bench, receipt)

    quick_bench.run()

    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.ASKING]
    assert len(quick_bench.rows()) == 1


@pytest.mark.parametrize("quick_bench", [{"name: Support Die Linke Köln": "name: Support\n    after: move"}], indirect=True)
def test_with_after_move_sent_stays_as_it_is(quick_bench: Bench):
    put_into_sent(quick_bench, written(quick_bench.arrives()))

    quick_bench.run()
    quick_bench.run()

    assert quick_bench.support.others["Sent"].moved == {}


def test_the_words_of_a_person_are_shown_as_they_are_and_never_become_marks(quick_bench: Bench):
    hostile = "# Titel\n{{ 7 * 7 }} <script>alert(1)</script>\n! Achtung\x1b[31m\n"
    put_into_sent(quick_bench, written(quick_bench.arrives(), hostile))

    quick_bench.run()

    told = quick_bench.slot.to(STAFF)[0]
    assert "{{ 7 * 7 }} <script>alert(1)</script>" in words(told)
    html = told.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "\x1b" not in told.as_string()


def test_a_persons_mail_that_comes_back_is_noted_and_told(quick_bench: Bench):
    by_hand = parsed(written(quick_bench.arrives()))
    put_into_sent(quick_bench, by_hand.as_bytes())
    quick_bench.run()

    quick_bench.mail(bounce_of(by_hand, ASKED_ANNA))
    quick_bench.run()

    (trouble,) = (event.text for event in quick_bench.history() if event.kind == "trouble")
    assert trouble == f"Eure Mail an {ASKED_ANNA} kam nicht an"
    assert trouble in words(quick_bench.slot.to(STAFF)[-1])


def test_an_answer_about_a_ticket_that_was_merged_belongs_to_where_it_goes_on(quick_bench: Bench):
    asked = quick_bench.arrives()
    quick_bench.arrives("Der OV Kalk hätte auch gern eine Website.", Subject="Website")
    with quick_bench.office.database.write() as connection:
        first = tickets.lock(connection, "KV-1001")
        tickets.save(connection, replace(first, state=Stands.CLOSED, merged_into="KV-1002"))
    put_into_sent(quick_bench, written(asked))

    quick_bench.run()

    assert "answered" in quick_bench.kinds("KV-1002")
    assert "answered" not in quick_bench.kinds("KV-1001")


def test_an_answer_to_one_person_leaves_another_of_the_same_conversation_with_the_bot(quick_bench: Bench):
    berta = "berta@web.example"
    quick_bench.arrives(Cc=berta, **proof(domain="posteo.example"))
    (copy,) = quick_bench.slot.to(berta)
    quick_bench.arrives("Und ich brauche für den OV Porz eine Website.", From=berta, **answering(copy))
    for_berta = quick_bench.slot.to(berta)[-1]
    put_into_sent(quick_bench, written(for_berta, To=berta))
    quick_bench.slot.errors = [LATER]
    quick_bench.mail(eml("Wie ist der Stand?", **proof(domain="posteo.example"), Subject="Re: [KV-1001] Nextcloud"))

    quick_bench.run()

    assert [(ticket.requester.email, ticket.state) for ticket in quick_bench.tickets()] == [
        (ASKED_ANNA, Stands.ASKING),
        (berta, Stands.OPEN),
    ]
    assert "answered" not in quick_bench.kinds("KV-1001")
    assert [mail.state for mail in quick_bench.outbox() if mail.recipient == ASKED_ANNA] == [Sent.SENT, Sent.QUEUED]


def test_what_goes_to_somebody_who_reads_along_is_noted_and_the_bot_goes_on_asking(quick_bench: Bench):
    berta = "berta@web.example"
    quick_bench.arrives(Cc=berta, **proof(domain="posteo.example"))
    (copy,) = quick_bench.slot.to(berta)
    put_into_sent(quick_bench, written(copy, "Hallo Berta, ruf mich an.", To=berta))

    quick_bench.run()

    assert quick_bench.tickets()[0].state is Stands.ASKING
    assert (quick_bench.history()[-1].kind, quick_bench.history()[-1].text) == (
        "note",
        f"an {berta} geschrieben: Hallo Berta, ruf mich an.",
    )


def test_an_answer_to_somebody_whose_mail_was_passed_on_takes_the_place_of_what_is_proposed(quick_bench: Bench):
    passes_on(quick_bench)
    put_into_sent(quick_bench, written(None, "Hallo Anna, ich kümmere mich.", Subject="Re: Cloud [KV-1001]"))

    quick_bench.run()

    (ticket,) = quick_bench.tickets()
    assert (ticket.state, ticket.vouched) == (Stands.TRIAGE, True)
    assert [event.kind for event in quick_bench.history()[-4:]] == ["answered", "vouched", "dropped", "sent"]
    told = quick_bench.slot.to(STAFF)[-1]
    assert "ich kümmere mich" in words(told)
    quick_bench.arrives("#ja", From=STAFF, **answering(told))
    assert quick_bench.slot.to(ASKED_ANNA) == []
