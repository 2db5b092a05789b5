"""Staff answer the digest: an order in each line."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from mailbot.service.overview import send
from mailbot.service.sender import deliver
from mailbot.store.inbound import State
from mailbot.tickets.ticket import State as Stand
from tests.association import words
from tests.service.bench import MONDAY, STAFF, Bench, answering, bounce_of, from_another, proof

TWO = {"staff:\n": "staff:\n  - id: eva\n    name: Eva Sommer\n    email: eva@verein.example\n"}
EVA = "Eva Sommer <eva@verein.example>"


@pytest.fixture
def morning(quick_bench: Bench) -> Bench:
    """Three tickets that wait for staff, and the digest of the day; nobody has got anything else."""
    for what in ("Signal", "Signal", "Signal"):
        quick_bench.mail(from_another(f"Der OV Kalk braucht {what}, Ansprechperson bin ich, Anna Schmidt."))
    quick_bench.run()
    send(quick_bench.office, day=MONDAY.date())
    deliver(quick_bench.office)
    return quick_bench


def answer(bench: Bench, text: str, *, to: EmailMessage | None = None, sender: str = STAFF, **headers: str) -> list[str]:
    """Somebody answers the digest, or another mail; the new transcripts, each as one line of words."""
    before = len(bench.slot.to(STAFF))
    digest = next(mail for mail in bench.slot.to(STAFF) if str(mail["Subject"]).startswith("Übersicht"))
    bench.arrives(text, From=sender, **answering(to or digest), **headers)
    return [" ".join(words(mail).split()) for mail in bench.slot.to(STAFF)[before:]]


def test_each_line_is_carried_out_and_told_in_one_transcript(morning: Bench):
    (told,) = answer(morning, "1001 zu\n02 notiz ruft an\n3 bis 10.3. Urlaub\n\nViele Grüße\nTechnik\n")

    assert "- 1001 zu · KV-1001 (Anna Schmidt): abgeschlossen" in told
    assert "- 02 notiz ruft an · KV-1002 (Anna Schmidt): als Notiz aufgenommen" in told
    assert "- 3 bis 10.3. Urlaub · KV-1003 (Anna Schmidt): wartet bis 10. März 2026" in told
    assert [ticket.state for ticket in morning.tickets()] == [Stand.CLOSED, Stand.OPEN, Stand.OPEN]
    assert morning.tickets()[2].waits_until == datetime(2026, 3, 9, 23, tzinfo=UTC)
    assert [(event.kind, event.by, event.text) for event in morning.history("KV-1002")][-1] == ("note", STAFF, "ruft an")
    assert morning.ends()[-1] == (State.STAFF, None)


def test_the_member_hears_of_it_as_of_any_order(morning: Bench):
    before = len(morning.slot.taken)

    answer(morning, "1001 zu")

    (closed,) = [mail for address, mail in morning.slot.taken[before:] if address != STAFF]
    assert "[KV-1001]" in closed["Subject"]
    assert "zu" not in words(closed).split()


def test_a_line_that_cannot_be_done_stops_no_other(morning: Bench):
    (told,) = answer(morning, "1001 erledgit\n1 an niemand\n00 zu\n77 zu\n1002 zu\n1003")

    assert "- 1001 erledgit · nicht ausgeführt: diesen Befehl gibt es nicht, meintest du #erledigt?" in told
    assert "- 1 an niemand · KV-1001: nicht ausgeführt: wer ist gemeint?" in told
    assert "- 00 zu · nicht ausgeführt: kein unfertiger Vorgang hat eine Nummer, die auf 00 endet" in told
    assert "- 77 zu · nicht ausgeführt: kein unfertiger Vorgang hat eine Nummer, die auf 77 endet" in told
    assert "- 1002 zu · KV-1002 (Anna Schmidt): abgeschlossen" in told
    assert "- 1003 · nicht ausgeführt: was soll geschehen? Zum Beispiel: 1003 zu" in told
    assert [ticket.state for ticket in morning.tickets()] == [Stand.OPEN, Stand.CLOSED, Stand.OPEN]


def test_a_number_that_may_mean_several_is_refused_with_their_names(morning: Bench):
    for _ in range(8):
        morning.mail(from_another("Der OV Kalk braucht Signal, Ansprechperson bin ich, Anna Schmidt."))
    morning.run()

    (told,) = answer(morning, "1 zu")

    assert "- 1 zu · nicht ausgeführt: welcher ist gemeint? KV-1001, KV-1011" in told
    assert {ticket.state for ticket in morning.tickets()} == {Stand.OPEN}


def test_what_is_done_can_be_opened_again_by_its_whole_number(morning: Bench):
    answer(morning, "1001 zu")

    (told,) = answer(morning, "1001 auf\n")

    assert "KV-1001 (Anna Schmidt): wieder geöffnet" in told


def test_several_numbers_share_an_order(morning: Bench):
    (told,) = answer(morning, "1001, 1002 und 3 nehme ich")

    assert told.count("zuständig ist jetzt Technik-Team") == 3
    assert {ticket.assignee for ticket in morning.tickets()} == {"technik"}


@pytest.mark.parametrize("quick_bench", [TWO], indirect=True)
def test_a_colleague_can_be_named(morning: Bench):
    answer(morning, "1001 an Eva\n1002 nehme ich\n", sender=EVA, **proof())

    # Not proven by that digest, which was sent to the others, nor by the mail server, for this is no domain of ours.
    assert {ticket.assignee for ticket in morning.tickets()} == {None}

    answer(morning, "1001 an Eva\n")
    assert [ticket.assignee for ticket in morning.tickets()][:1] == ["eva"]


def test_other_words_go_to_nobody_and_the_transcript_says_so(morning: Bench):
    before = len(morning.slot.taken)

    (told,) = answer(morning, "Bitte sag Anna, dass es morgen fertig ist.\n")

    assert "Bitte sag Anna, dass es morgen fertig ist. · geht an niemanden" in told
    assert "Eine Zeile für jeden Vorgang, vorn seine Nummer" in told
    assert [address for address, _ in morning.slot.taken[before:]] == [STAFF]
    assert len(morning.tickets()) == 3


def test_thanks_for_a_transcript_end_the_conversation(morning: Bench):
    answer(morning, "1001 zu")
    transcript = morning.slot.to(STAFF)[-1]

    assert answer(morning, "Danke!", to=transcript) == []
    assert morning.ends()[-1] == (State.STAFF, "it answers a transcript and orders nothing")
    assert len(morning.tickets()) == 3


def test_a_transcript_is_answered_like_the_digest(morning: Bench):
    answer(morning, "1001 erledgit")

    (told,) = answer(morning, "1001 erledigt", to=morning.slot.to(STAFF)[-1])

    assert "- 1001 erledigt · KV-1001 (Anna Schmidt): abgeschlossen" in told


def test_orders_without_a_number_are_those_of_any_mail(morning: Bench):
    answer(morning, "#erledigt KV-1001")

    assert morning.tickets()[0].state is Stand.CLOSED


def test_the_quoted_digest_orders_nothing(morning: Bench):
    digest = morning.slot.to(STAFF)[-1]
    quoted = "\n".join(f"> {line}" for line in words(digest).splitlines())

    (told,) = answer(morning, f"1001 zu\n\nAm 02.03.2026 um 08:00 schrieb Support:\n{quoted}\n> 1002 zu\n")

    assert "1002" not in told
    assert [ticket.state for ticket in morning.tickets()][:2] == [Stand.CLOSED, Stand.OPEN]


def test_nothing_in_the_digest_looks_like_an_order_where_quotes_are_lost(morning: Bench):
    digest = morning.slot.to(STAFF)[-1]

    answer(morning, words(digest))

    assert {ticket.state for ticket in morning.tickets()} == {Stand.OPEN}
    assert {(ticket.assignee, ticket.waits_until) for ticket in morning.tickets()} == {(None, None)}


@pytest.mark.parametrize("headers", [{}, proof("fail")])
def test_who_only_claims_to_be_staff_orders_nothing(morning: Bench, headers: dict[str, str]):
    other = morning.slot.to(STAFF)[0]  # a mail about a ticket: its id proves nothing about the digest
    morning.arrives("1001 zu", From=STAFF, In_Reply_To="<digest.forged@die-linke-koeln.de>", **headers)

    assert other["Message-ID"]
    assert {ticket.state for ticket in morning.tickets()[:3]} == {Stand.OPEN}


def test_a_stranger_to_whom_a_digest_was_forwarded_orders_nothing(morning: Bench):
    answer(morning, "1001 zu", sender="Bo Fremd <bo@posteo.example>", **proof(domain="posteo.example"))

    assert morning.tickets()[0].state is Stand.OPEN


def test_a_machine_that_answers_transcripts_is_held_back(morning: Bench):
    for n in range(14):
        answer(morning, f"{n + 70} zu")

    transcripts = [mail for mail in morning.slot.to(STAFF) if mail["Subject"] == "Nicht ausgeführt"]
    assert len(transcripts) == 10  # in ten minutes, as about a ticket
    morning.clock.pass_by(timedelta(minutes=31))
    morning.run()
    assert len([mail for mail in morning.slot.to(STAFF) if mail["Subject"] == "Nicht ausgeführt"]) > 10


def test_a_report_that_a_digest_came_back_is_no_answer(morning: Bench):
    digest = morning.slot.to(STAFF)[-1]
    morning.mail(bounce_of(digest, STAFF))
    morning.run()

    assert morning.ends()[-1][0] is State.IGNORED
