"""Members who do not answer are reminded, and at last their tickets are closed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mailbot.errors import StoreError
from mailbot.mail.thread import thread_of
from mailbot.service import reminders
from mailbot.service.clock import wind_up
from mailbot.service.reminders import remind_if_due
from mailbot.service.sender import deliver
from mailbot.store.database import Database
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import MONDAY, Bench, answering, bounce_of, eml, proof
from tests.service.test_worker import ADDRESS

DAY = timedelta(days=1)
PROVEN = proof(domain="posteo.example")


def on_day(bench: Bench, day: float) -> list[str]:
    """The clock strikes so many days after Monday, ten o'clock; gives the subjects of all that Anna has got by then."""
    bench.clock.now = MONDAY + day * DAY
    remind_if_due(bench.office)
    deliver(bench.office)
    return [str(mail["Subject"]) for mail in bench.slot.to(ADDRESS)]


def last_words(bench: Bench) -> str:
    return " ".join(words(bench.slot.to(ADDRESS)[-1]).split())


def test_who_does_not_answer_is_asked_again_twice_then_the_ticket_is_closed_and_a_reply_opens_it(quick_bench: Bench):
    quick_bench.arrives(**PROVEN)

    counted = [len(on_day(quick_bench, day)) for day in range(23)]

    # The question; after five days and after twelve it is Saturday; on the third Monday it is closed.
    assert counted == [1] * 7 + [2] * 7 + [3] * 7 + [4] * 2
    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    kinds = [kind for kind in quick_bench.kinds() if kind != "sent"]
    assert kinds == ["received", "asked", "reminded", "reminded", "closed"]
    question, first, last, end = quick_bench.slot.to(ADDRESS)
    for reminder in (first, last):
        assert "Nutzer*innen (Vorname, Name, E-Mail):" in words(reminder)
        assert "es fehlen noch folgende Angaben:" in words(reminder)
        assert reminder["In-Reply-To"] == question["In-Reply-To"]
        assert reminder["Auto-Submitted"] == "auto-generated"
    assert "schließen wir" not in words(first)
    assert "Hören wir bis zum 23. März 2026 nichts, schließen wir den Vorgang" in " ".join(words(last).split())
    assert "seit dem 2. März 2026 haben wir nichts mehr von dir gehört" in " ".join(words(end).split())

    quick_bench.arrives("Es sollen Anna Schmidt und Bo Weber dabei sein.", **answering(end))

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.ASKING]
    assert "reopened" in quick_bench.kinds()


def test_an_answer_starts_the_count_anew(quick_bench: Bench):
    quick_bench.arrives()
    on_day(quick_bench, 7)

    quick_bench.clock.now = MONDAY + 8 * DAY
    quick_bench.arrives("Admin soll Anna Schmidt sein.", **answering(quick_bench.slot.to(ADDRESS)[-1]))
    told = len(quick_bench.slot.to(ADDRESS))

    assert [len(on_day(quick_bench, day)) - told for day in (9, 11, 14, 21)] == [0, 0, 1, 2]


@pytest.mark.parametrize("day", [4, 5, 6.9])
def test_nobody_is_reminded_too_soon_at_the_weekend_or_early_in_the_morning(quick_bench: Bench, day: float):
    quick_bench.arrives()

    assert len(on_day(quick_bench, day)) == 1


def test_nobody_is_reminded_twice_however_often_the_bot_starts_and_however_many_there_are(bench: Bench):
    bench.arrives()
    bench.clock.now = MONDAY + 7 * DAY

    with ThreadPoolExecutor(4) as bots:
        list(bots.map(lambda _: remind_if_due(bench.office), range(4)))
    for _ in range(3):
        wind_up(bench.office).run_all()
    deliver(bench.office)

    assert len(bench.slot.to(ADDRESS)) == 2
    assert bench.kinds().count("reminded") == 1


def test_what_a_broken_database_has_left_undone_is_done_at_the_next_look(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    for sender in ("bo@posteo.example", "cem@posteo.example"):
        quick_bench.arrives(From=sender)
    quick_bench.clock.now = MONDAY + 7 * DAY
    with monkeypatch.context() as patch:
        writes = iter([Database.write, lambda _: (_ for _ in ()).throw(StoreError("the disk is full"))])
        patch.setattr(Database, "write", lambda database: next(writes)(database))
        with pytest.raises(StoreError):
            remind_if_due(quick_bench.office)

    remind_if_due(quick_bench.office)
    deliver(quick_bench.office)

    assert [len(quick_bench.slot.to(each)) for each in ("bo@posteo.example", "cem@posteo.example")] == [2, 2]


def test_what_goes_wrong_with_one_conversation_costs_only_that_one(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    for sender in ("bo@posteo.example", "cem@posteo.example"):
        quick_bench.arrives(From=sender)
    quick_bench.clock.now = MONDAY + 7 * DAY
    real = reminders.tell

    def broken(post: object, ticket: object, write: object) -> bool:
        if getattr(ticket, "key", "") == "KV-1001":
            raise RecursionError("too deep")
        return real(post, ticket, write)  # type: ignore[arg-type]

    monkeypatch.setattr(reminders, "tell", broken)

    assert remind_if_due(quick_bench.office)
    deliver(quick_bench.office)

    assert [len(quick_bench.slot.to(each)) for each in ("bo@posteo.example", "cem@posteo.example")] == [1, 2]


def test_two_tickets_of_one_conversation_are_reminded_of_in_one_mail(quick_bench: Bench):
    quick_bench.arrives("Hallo, der OV Kalk möchte die Nextcloud nutzen.\n\nUnd wir hätten gern eine Website.", **PROVEN)
    assert [ticket.state for ticket in quick_bench.tickets()] == [State.ASKING, State.ASKING]

    assert len(on_day(quick_bench, 7)) == 2

    told = words(quick_bench.slot.to(ADDRESS)[-1])
    assert told.count("es fehlen noch folgende Angaben:") == 2
    for key in ("KV-1001", "KV-1002"):
        assert key in told
        assert "reminded" in quick_bench.kinds(key)


def test_a_reminder_is_a_mail_of_the_ticket_that_can_be_answered(quick_bench: Bench):
    quick_bench.arrives()
    on_day(quick_bench, 7)
    reminder = quick_bench.slot.to(ADDRESS)[-1]

    quick_bench.arrives("hat sich erledigt", **answering(reminder))

    assert thread_of(str(reminder["Message-ID"]), quick_bench.office.keys) is not None
    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]


def test_somebody_unproven_is_told_nothing_of_what_the_mail_said(quick_bench: Bench):
    text = "Hallo, der OV Kalk möchte die Nextcloud nutzen. Dabei ist Gratis Viagra."
    quick_bench.arrives(text, From="Gratis Viagra <anna.schmidt@posteo.example>", Subject="KAUFT http://kaufmich.example")

    for day in (7, 14, 21):
        on_day(quick_bench, day)

    assert len(quick_bench.slot.to(ADDRESS)) == 4
    for mail in quick_bench.slot.to(ADDRESS):
        for theirs in ("Viagra", "KAUFT", "kaufmich", "Kalk"):
            assert theirs not in mail.as_string()


def test_an_address_whose_mail_came_back_is_not_written_to_and_the_ticket_ends_all_the_same(quick_bench: Bench):
    question = (quick_bench.arrives(), quick_bench.slot.to(ADDRESS)[-1])[1]
    quick_bench.mail(bounce_of(question, ADDRESS))
    quick_bench.run()

    for day in range(22):
        on_day(quick_bench, day)

    assert len(quick_bench.slot.to(ADDRESS)) == 1
    assert [ticket.state for ticket in quick_bench.tickets()] == [State.CLOSED]
    assert [event.text for event in quick_bench.history() if event.kind in ("reminded", "closed")] == [
        "nicht erinnert: keine Mail kann es erreichen",
        "nicht erinnert: keine Mail kann es erreichen",
        "abgeschlossen: seit dem 02.03.2026 keine Antwort; das Mitglied weiß es nicht: keine Mail kann es erreichen",
    ]


def test_who_wrote_in_english_is_reminded_in_english(quick_bench: Bench):
    quick_bench.arrives("Hello,\n\nour group AG Klima would like to use the Nextcloud.\n\nKind regards\nAnna\n")

    for day in (7, 14, 21):
        on_day(quick_bench, day)

    _, _, last, end = quick_bench.slot.to(ADDRESS)
    assert "If we hear nothing by 23 March 2026, we will close the ticket." in " ".join(words(last).split())
    assert "We have not heard from you since 2 March 2026." in " ".join(words(end).split())


# --- absence notes


def test_an_absence_note_moves_the_reminder_to_after_the_return(quick_bench: Bench):
    quick_bench.arrives()
    question = quick_bench.slot.to(ADDRESS)[-1]
    note = "Ich bin bis zum 13.3. im Urlaub."
    for _ in range(2):
        quick_bench.arrives(note, Auto_Submitted="auto-replied", **answering(question))

    assert [len(on_day(quick_bench, day)) for day in (7, 14, 16, 17)] == [1, 1, 1, 2]
    noted = [(event.kind, event.by, event.text) for event in quick_bench.history() if event.kind == "absent"]
    assert noted == [("absent", ADDRESS, "Abwesenheitsnotiz: wieder da am 14.03.2026")]
    assert "It is about KV-1001." in str(quick_bench.ends()[-1][1])


def test_the_absence_note_of_somebody_else_moves_nothing(quick_bench: Bench):
    quick_bench.arrives()
    question = quick_bench.slot.to(ADDRESS)[-1]
    absent = {"Auto_Submitted": "auto-replied", **answering(question)}
    for headers in ({"From": "bo@posteo.example", **absent}, {**proof("fail", domain="posteo.example"), **absent}):
        quick_bench.mail(eml("Ich bin bis zum 13.3. im Urlaub.", **headers))
    quick_bench.run()

    assert len(on_day(quick_bench, 7)) == 2
    assert "absent" not in quick_bench.kinds()
