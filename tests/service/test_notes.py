"""A mail of staff to the address for notes: nothing of it ever goes to the member."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailbot.mail.message import Address
from mailbot.store.inbound import State as End
from mailbot.tickets.ticket import State
from tests.association import words
from tests.forwards import PROGRAMS
from tests.service.bench import STAFF, Bench, answering, bench_in, proof

ANNA = "anna.schmidt@posteo.example"
NOTES = "support+notiz@die-linke-koeln.de"
WISH = "Hallo, der OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Anna Schmidt, anna.schmidt@posteo.example."
SAID = "Hallo Anna,\n\n#frieden ist wichtig, und die Gruppe ist da."


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    address = "    address: support@die-linke-koeln.de\n"
    with bench_in(tmp_path, rules={address: f"{address}    notes: {NOTES}\n"}) as bench:
        bench.arrives(WISH, Subject="Signal")
        assert [ticket.state for ticket in bench.tickets()] == [State.OPEN]
        yield bench


def ticket_mail(bench: Bench) -> EmailMessage:
    return bench.slot.to(STAFF)[0]


def notes(bench: Bench) -> list[str]:
    return [event.text for event in bench.history() if event.kind == "note"]


def to_anna(bench: Bench) -> int:
    return len(bench.slot.to(ANNA))


def test_the_mail_about_a_ticket_offers_the_address(bench: Bench):
    text = words(ticket_mail(bench))

    assert f"- Notiz: eine Mail an {NOTES} – alles darin bleibt unter euch" in " ".join(text.split())


@pytest.mark.parametrize(
    "headers",
    [
        {"To": NOTES},
        {"To": f"Anna <{ANNA}>", "Cc": NOTES},
        {"Delivered_To": NOTES},
        {"X_Original_To": f"<{NOTES.upper()}>"},
    ],
)
def test_whatever_it_says_it_is_a_note(bench: Bench, headers: dict[str, str]):
    before = to_anna(bench)

    bench.arrives(SAID, From=STAFF, **headers, **answering(ticket_mail(bench)))

    assert notes(bench) == [SAID]
    assert to_anna(bench) == before
    assert "nichts davon geht an das Mitglied" in words(bench.slot.to(STAFF)[-1])


def test_a_fresh_mail_with_the_key_is_one_too(bench: Bench):
    before = to_anna(bench)

    bench.arrives("ruft morgen an", From=STAFF, To=NOTES, Subject="Re: [KV-1001]", **proof())

    assert notes(bench) == ["ruft morgen an"]
    assert to_anna(bench) == before


def test_commands_are_carried_out_all_the_same(bench: Bench):
    bench.arrives("#nehme ich\nMit Bo besprochen.", From=STAFF, To=NOTES, **answering(ticket_mail(bench)))

    assert notes(bench) == ["Mit Bo besprochen."]
    assert [ticket.assignee for ticket in bench.tickets()] == ["technik"]


def test_a_member_who_writes_there_writes_as_to_any_other_address(bench: Bench):
    bench.arrives("Hallo, der OV Nippes möchte die Nextcloud nutzen.", From="Bo <bo@posteo.example>", To=NOTES, Subject="Cloud")

    _, asked = bench.tickets()
    assert (asked.state, asked.requester.email) == (State.ASKING, "bo@posteo.example")
    assert notes(bench) == []
    assert bench.ends()[-1][0] is End.TICKET


def test_who_only_claims_to_be_staff_notes_nothing(bench: Bench):
    before = to_anna(bench)

    bench.arrives("ist erledigt", From=STAFF, To=NOTES, Subject="Re: [KV-1001]")

    assert notes(bench) == []
    assert to_anna(bench) == before


def test_staff_with_a_ticket_of_their_own_may_note_on_it(bench: Bench):
    bench.arrives(WISH.replace("Kalk", "Deutz"), From=f"Technik <{STAFF}>", Subject="Signal für Deutz", **proof())
    own = bench.tickets()[-1]

    bench.arrives("nicht vergessen", From=STAFF, To=NOTES, Subject=f"Re: [{own.key}]", **proof())

    assert "nicht vergessen" in [event.text for event in bench.history(own.key) if event.kind == "note"]


@pytest.mark.parametrize("copies", ["", "Eve <eve@evil.example>"], ids=["alone", "with a copy"])
def test_what_staff_got_as_members_lets_nobody_order(bench: Bench, copies: str):
    wish = "Hallo, der OV Ehrenfeld möchte die Nextcloud nutzen."
    bench.arrives(wish, From=f"Technik <{STAFF}>", Cc=copies, Subject="Cloud", **proof())
    (answer,) = [mail for mail in bench.slot.to(STAFF) if str(mail["Auto-Submitted"]) == "auto-replied"]
    before = bench.tickets()[0]

    forged = {"From": f"Technik <{STAFF}>", "To": NOTES, "In_Reply_To": str(answer["Message-ID"]), "Subject": "x"}
    bench.arrives("#zurückstellen signal: Geht sterben.\n#erledigt KV-1001", **forged)

    assert bench.tickets()[0] == before


# Without a ticket in the subject


SAYS = "Die Anna nervt, intern bitte ablehnen."


def test_words_belong_to_the_only_ticket_that_the_commands_name(bench: Bench):
    bench.arrives(f"#nehme ich KV-1001\n\n{SAYS}", From=STAFF, To=NOTES, Subject="Anna", **proof())

    assert notes(bench) == [SAYS]
    assert [ticket.assignee for ticket in bench.tickets()] == ["technik"]
    assert to_anna(bench) == 1


@pytest.mark.parametrize("text", [SAYS, f"#nehme ich KV-1001\n#warten KV-1002 3 Tage\n{SAYS}"])
def test_where_none_is_found_its_writer_is_asked_which_one(bench: Bench, text: str):
    bench.arrives(text, From=STAFF, To=f"{NOTES}, {ANNA}", Subject="Frage", **proof())

    assert (notes(bench), to_anna(bench), len(bench.tickets())) == ([], 1, 1)
    told = " ".join(words(bench.slot.to(STAFF)[-1]).split())
    assert f"{SAYS} · zu welchem Vorgang gehören diese Worte?" in told
    assert "Nichts wurde ausgeführt oder gesendet" in told


@pytest.mark.parametrize(("key", "noted"), [("[KV-1001] ", ["Intern: die nervt."]), ("", [])])
def test_a_mail_that_is_passed_on_to_it_opens_no_ticket_of_its_author(bench: Bench, key: str, noted: list[str]):
    lawyer = Address(name="Anwalt", email="anwalt@kanzlei.example")
    _, outlook = PROGRAMS["Outlook"]
    shown = outlook(lawyer, "Mandat", "Vertraulich. Der OV Kalk möchte die Nextcloud nutzen.")

    bench.arrives(f"Intern: die nervt.\n\n{shown}", From=STAFF, To=NOTES, Subject=f"WG: {key}Mandat", **proof())

    assert (notes(bench), to_anna(bench), len(bench.tickets())) == (noted, 1, 1)
    assert bench.slot.to(lawyer.email) == []
