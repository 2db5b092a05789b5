"""Draft mode: what the bot would say is put into Drafts, a person sends it, and the bot finds it in Sent."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from mailbot.errors import MailboxError
from mailbot.service.desk import drop
from mailbot.service.notices import gather
from mailbot.service.reminders import remind_if_due
from mailbot.store import outbound, tables
from mailbot.store.outbound import State
from mailbot.tickets.ticket import State as Stands
from tests.association import words
from tests.servers.station import parsed
from tests.service.bench import ASKS, STAFF, Bench, Shelf, answering, eml, from_another, proof

ANNAS = "anna.schmidt@posteo.example"
SUPPORT = "Support Die Linke Köln <support@die-linke-koeln.de>"
ALL_DRAFTS = {"\nsend_delay: 0": "\nreplies: draft"}
EARNED = {"\nsend_delay: 0": "\nreplies: draft\ntrusted_after: 2"}
drafting = pytest.mark.parametrize("quick_bench", [ALL_DRAFTS], indirect=True)
earning = pytest.mark.parametrize("quick_bench", [EARNED], indirect=True)


def the_draft(bench: Bench) -> EmailMessage:
    return parsed(bench.support.drafts[-1])


def as_it_is(draft: EmailMessage) -> bytes:
    """As programs send a draft that leave it alone."""
    return draft.as_bytes()


def by_thunderbird(draft: EmailMessage, text: str | None = None) -> bytes:
    """With a new Message-ID, without headers that it does not know, and the text written anew out of the HTML."""
    rewrapped = words(draft).replace("\n", "\n ").replace("- ", "* ") if text is None else text
    return eml(
        rewrapped,
        From=SUPPORT,
        To=str(draft["To"]),
        Subject=str(draft["Subject"]),
        In_Reply_To=str(draft["In-Reply-To"]),
        References=str(draft["References"]),
    )


def by_outlook(draft: EmailMessage) -> bytes:
    """With a new Message-ID, and of the thread nothing but the subject."""
    return eml(words(draft), From=SUPPORT, To=str(draft["To"]), Subject=str(draft["Subject"]))


def send(bench: Bench, raw: bytes) -> None:
    """A person sends it: it lies in Sent, and the bot looks."""
    bench.support.others.setdefault("Sent", Shelf()).put(raw, bench.clock.now)
    bench.run()


def of_member(bench: Bench) -> list[outbound.Outbound]:
    return [mail for mail in bench.outbox() if mail.recipient != STAFF]


def unchanged(bench: Bench, id: int) -> bool | None:
    with bench.office.database.read() as connection:
        return connection.execute(select(tables.outbound.c.unchanged).where(tables.outbound.c.id == id)).scalar_one()


@drafting
def test_a_question_lies_in_drafts_and_staff_are_told(quick_bench: Bench):
    asked = quick_bench.arrives()

    draft = the_draft(quick_bench)
    (told,) = quick_bench.slot.to(STAFF)
    assert quick_bench.slot.to(ANNAS) == []
    assert "es fehlen noch folgende Angaben:" in words(draft)
    assert (draft["To"], draft["In-Reply-To"]) == (ANNAS, asked["Message-ID"])
    assert told["Subject"] == "[KV-1001] Entwurf: Frage an Anna Schmidt"
    assert "es fehlen noch folgende Angaben:" in words(told)
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.ASKING]
    assert [mail.state for mail in of_member(quick_bench)] == [State.DRAFTED]
    assert "Entwurf an anna.schmidt@posteo.example liegt im Ordner „Drafts“" in [event.text for event in quick_bench.history()]


@drafting
def test_looking_again_neither_doubles_nor_tells_again(quick_bench: Bench):
    quick_bench.arrives()

    quick_bench.run()
    quick_bench.run()

    assert len(quick_bench.support.drafts) == len(quick_bench.slot.to(STAFF)) == 1


@pytest.mark.parametrize("way", [as_it_is, by_thunderbird, by_outlook])
@drafting
def test_it_is_known_again_in_sent_however_the_program_sends_it(quick_bench: Bench, way):  # type: ignore[no-untyped-def]
    quick_bench.arrives()

    send(quick_bench, way(the_draft(quick_bench)))

    (draft,) = of_member(quick_bench)
    assert draft.state is State.SENT
    assert unchanged(quick_bench, draft.id) is True
    assert [event.text for event in quick_bench.history()][-1] == f"Entwurf an {ANNAS} abgeschickt, unverändert"
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.ASKING]
    assert len(quick_bench.slot.taken) == 1  # what staff were told of the draft


@drafting
def test_a_changed_draft_is_noted_as_changed_with_its_words(quick_bench: Bench):
    quick_bench.arrives()
    draft = the_draft(quick_bench)

    send(quick_bench, by_thunderbird(draft, words(draft).replace("danke für deine Nachricht.", "danke! Ruf mich gern an.")))

    (sent,) = of_member(quick_bench)
    assert (sent.state, unchanged(quick_bench, sent.id)) == (State.SENT, False)
    (event,) = (event for event in quick_bench.history() if "abgeschickt" in event.text)
    assert event.text.startswith(f"Entwurf an {ANNAS} abgeschickt, geändert:")
    assert "Ruf mich gern an." in event.text
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.ASKING]


@drafting
def test_who_writes_something_else_instead_takes_over_and_the_draft_is_out_of_date(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.clock.pass_by(timedelta(minutes=5))

    send(quick_bench, by_thunderbird(the_draft(quick_bench), "Hallo Anna, wir telefonieren morgen, ja?"))

    assert [mail.state for mail in of_member(quick_bench)] == [State.DROPPED]
    assert [ticket.state for ticket in quick_bench.tickets()] == [Stands.OPEN]
    assert "Er gilt nicht mehr" in words(quick_bench.slot.to(STAFF)[-1])
    assert len(quick_bench.support.drafts) == 1


@drafting
def test_the_members_answer_to_a_sent_draft_finds_the_ticket(quick_bench: Bench):
    quick_bench.arrives()
    raw = by_thunderbird(the_draft(quick_bench))
    send(quick_bench, raw)
    quick_bench.clock.pass_by(timedelta(minutes=5))

    quick_bench.arrives("Nutzer*innen: Anna Schmidt, anna.schmidt@posteo.example", **answering(parsed(raw)))

    assert len(quick_bench.tickets()) == 1
    assert [mail.state for mail in of_member(quick_bench)] == [State.SENT, State.DRAFTED]


@drafting
def test_a_newer_draft_makes_the_older_one_out_of_date_and_says_so(quick_bench: Bench):
    asked = quick_bench.arrives()
    quick_bench.clock.pass_by(timedelta(minutes=5))

    quick_bench.arrives("Nutzer*innen: Anna Schmidt, anna.schmidt@posteo.example", **answering(asked))

    assert [mail.state for mail in of_member(quick_bench)] == [State.DROPPED, State.DRAFTED]
    assert len(quick_bench.support.drafts) == 2
    assert "älterer Entwurf" in words(quick_bench.slot.to(STAFF)[-1])


@drafting
def test_an_old_draft_that_is_sent_nevertheless_has_been_sent(quick_bench: Bench):
    asked = quick_bench.arrives()
    old = the_draft(quick_bench)
    quick_bench.clock.pass_by(timedelta(minutes=5))
    quick_bench.arrives("Nutzer*innen: Anna Schmidt, anna.schmidt@posteo.example", **answering(asked))

    send(quick_bench, as_it_is(old))

    assert [mail.state for mail in of_member(quick_bench)] == [State.SENT, State.DRAFTED]


@drafting
def test_the_staff_mail_about_a_complete_request_says_that_the_answer_is_a_draft(quick_bench: Bench):
    quick_bench.arrives(
        "Der OV Kalk möchte auf Signal umsteigen, Ansprechperson ist Anna Schmidt, anna.schmidt@posteo.example.", Subject="Signal"
    )

    (told,) = quick_bench.slot.to(STAFF)
    assert "Die Mail an das Mitglied liegt als Entwurf im Postfach support@die-linke-koeln.de" in " ".join(words(told).split())
    assert len(quick_bench.support.drafts) == 1


@drafting
def test_words_of_staff_are_no_draft_and_the_transcript_tells_of_the_old_one(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.clock.pass_by(timedelta(minutes=5))

    (told,) = quick_bench.slot.to(STAFF)
    assert "mit [KV-1001] im Betreff" in words(told)
    quick_bench.arrives("Hallo Anna, ich rufe dich an.", From=STAFF, Subject="[KV-1001]", **proof())

    (answer,) = quick_bench.slot.to(ANNAS)
    assert "ich rufe dich an." in words(answer)
    assert [mail.state for mail in of_member(quick_bench)] == [State.DROPPED, State.SENT]
    assert "gilt nicht mehr: bitte löschen" in words(quick_bench.slot.to(STAFF)[-1])


@drafting
def test_no_copy_of_a_draft_is_put_into_sent_by_the_bot(quick_bench: Bench):
    quick_bench.arrives()

    send(quick_bench, by_thunderbird(the_draft(quick_bench)))
    quick_bench.run()

    assert sorted(str(parsed(raw)["To"]) for raw in quick_bench.support.sent) == [f"Technik-Team <{STAFF}>", ANNAS]


@pytest.mark.parametrize(
    ("quick_bench", "drafted"),
    [
        ({}, False),
        ({"name: Support Die Linke Köln": "name: Support Die Linke Köln\n    replies: draft"}, True),
        ({"name: Büro Die Linke Köln": "name: Büro Die Linke Köln\n    replies: draft"}, False),
        ({"  - id: nextcloud\n": "  - id: nextcloud\n    replies: draft\n"}, True),
        ({"  - id: website\n": "  - id: website\n    replies: draft\n"}, False),
        ({**ALL_DRAFTS, "  - id: nextcloud\n": "  - id: nextcloud\n    replies: send\n"}, False),
    ],
    indirect=["quick_bench"],
    ids=["nowhere", "the mailbox", "the other mailbox", "the service", "another service", "the service does not"],
)
def test_what_is_said_nearest_to_the_matter_counts(quick_bench: Bench, drafted: bool):
    quick_bench.arrives()

    assert (len(quick_bench.support.drafts), len(quick_bench.slot.to(ANNAS))) == ((1, 0) if drafted else (0, 1))


@earning
def test_after_so_many_unchanged_drafts_the_service_is_trusted_and_staff_are_told_once(quick_bench: Bench):
    for _ in range(3):
        quick_bench.mail(from_another())
    quick_bench.run()
    first, second, third = map(parsed, quick_bench.support.drafts)

    send(quick_bench, by_thunderbird(first))
    send(quick_bench, by_thunderbird(second, words(second).replace("danke für deine Nachricht.", "danke! Ruf mich gern an.")))
    quick_bench.mail(from_another())
    quick_bench.run()
    assert len(quick_bench.support.drafts) == 4
    send(quick_bench, by_thunderbird(third))

    quick_bench.arrives(ASKS)
    assert len(quick_bench.support.drafts) == 4
    assert len(quick_bench.slot.to(ANNAS)) == 1
    trusted = [mail for mail in quick_bench.slot.to(STAFF) if "gehen jetzt von selbst hinaus" in str(mail["Subject"])]
    assert [str(mail["Subject"]) for mail in trusted] == ["Nextcloud: Antworten gehen jetzt von selbst hinaus"]
    send(quick_bench, by_thunderbird(parsed(quick_bench.support.drafts[3])))
    assert len([mail for mail in quick_bench.slot.to(STAFF) if "von selbst hinaus" in str(mail["Subject"])]) == 1


@drafting
def test_a_draft_whose_fate_is_unknown_is_not_put_there_twice(quick_bench: Bench):
    append = quick_bench.support.append

    def cut_off(folder: str, raw: bytes, **options: object) -> None:
        append(folder, raw)
        raise MailboxError("the server closed the connection", again=True)

    quick_bench.support.append = cut_off  # type: ignore[method-assign,assignment]
    quick_bench.mail(eml())
    with pytest.raises(MailboxError):
        quick_bench.run()
    quick_bench.support.append = append  # type: ignore[method-assign]
    assert [mail.state for mail in of_member(quick_bench)] == [State.DRAFT]
    quick_bench.clock.pass_by(timedelta(minutes=10))

    quick_bench.run()

    assert [mail.state for mail in of_member(quick_bench)] == [State.DRAFTED]
    assert len(quick_bench.support.drafts) == 1


@drafting
def test_a_person_may_decide_that_nobody_sends_it(quick_bench: Bench):
    quick_bench.arrives()

    drop(quick_bench.office, of_member(quick_bench)[0].id)

    assert [mail.state for mail in of_member(quick_bench)] == [State.DROPPED]


@drafting
def test_who_was_not_asked_yet_is_not_reminded(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.clock.pass_by(timedelta(days=8))

    remind_if_due(quick_bench.office)

    assert "reminded" not in quick_bench.kinds()


@earning
def test_the_digest_tells_of_drafts_that_wait_and_of_services_that_are_trusted(quick_bench: Bench):
    for _ in range(3):
        quick_bench.mail(from_another())
    quick_bench.run()
    for raw in quick_bench.support.drafts[:2]:
        send(quick_bench, by_thunderbird(parsed(raw)))

    with quick_bench.office.database.read() as connection:
        told = gather(connection, quick_bench.office.catalogue, since=quick_bench.clock.now - timedelta(hours=1)).drafts

    (waits,) = (mail for mail in of_member(quick_bench) if mail.state is State.DRAFTED)
    assert told == (
        f"KV-1003: Ein Entwurf an {waits.recipient} wartet seit Mo 2.3., 10:00 Uhr darauf, dass ihn jemand abschickt",
        "Nextcloud: 2 Entwürfe wurden unverändert abgeschickt, Antworten dazu gehen jetzt von selbst hinaus",
    )


@pytest.mark.parametrize(
    "quick_bench",
    [{f"  - id: {service}\n": f"  - id: {service}\n    replies: draft\n"} for service in ("nextcloud", "website")],
    indirect=True,
)
def test_one_mail_about_several_matters_is_a_draft_when_one_of_them_wants_it(quick_bench: Bench):
    quick_bench.arrives(
        "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\nAußerdem braucht der OV Kalk eine Website.\n\nAnna"
    )

    assert {ticket.request.service for ticket in quick_bench.tickets()} == {"nextcloud", "website"}
    assert (len(quick_bench.support.drafts), len(quick_bench.slot.to(ANNAS))) == (1, 0)


@drafting
def test_a_draft_that_a_person_has_sent_with_a_copy_proves_nobody_who_answers_it(quick_bench: Bench):
    quick_bench.arrives()
    draft = the_draft(quick_bench)
    draft["Cc"] = "eva@posteo.example"
    send(quick_bench, as_it_is(draft))

    quick_bench.arrives("Admin bin ich.", **answering(draft))

    assert "Hallo Anna" not in words(the_draft(quick_bench))
