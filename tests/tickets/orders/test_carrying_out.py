"""What becomes of a ticket by an order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.mail.message import Address
from mailbot.tickets.orders.carrying_out import AGAIN
from mailbot.tickets.orders.order import Outcome, TellMember
from mailbot.tickets.ticket import State
from mailbot.tickets.views import STATES
from mailbot.understanding.request import Request
from tests.builders import NOW, request, ticket
from tests.tickets.orders.desk import ANNA_WINTER, KIM, by_kim, ordered


def test_one_refused_line_stops_everything():
    before = ticket()

    outcome = ordered("#nehme ich", "#erledgt", "Hallo Anna, ist fertig.", of=before)

    assert outcome == Outcome(
        ticket=before,
        refused=(("#erledgt", "diesen Befehl gibt es nicht, meintest du #erledigt?"),),
        rows=(
            ("#erledgt", "diesen Befehl gibt es nicht, meintest du #erledigt?"),
            ("#nehme ich", "nicht ausgeführt"),
            ("Hallo Anna, ist fertig.", "nicht ausgeführt"),
            ("", "Nichts wurde ausgeführt oder gesendet. Bitte schick die Mail berichtigt noch einmal."),
        ),
    )


@pytest.mark.parametrize("line", ["#erledigt", "#notiz geheim", "#notitz geheim", "\u200b#note secret"])
def test_a_command_below_the_answer_is_not_sent_to_the_member(line):
    outcome = ordered("Hallo,", line)

    assert (outcome.answer, outcome.events) == ("", ())
    assert outcome.rows[0] == (line.strip("\u200b"), "Befehle stehen in den ersten Zeilen, vor allen anderen Worten")


def test_closing_tells_the_member():
    before = ticket()

    assert ordered("#erledigt", of=before) == Outcome(
        ticket=replace(before, state=State.CLOSED),
        events=(by_kim("closed", "abgeschlossen von Kim Sommer"),),
        rows=(("#erledigt", "abgeschlossen"),),
        effects=(TellMember(),),
    )


def test_closing_with_an_answer_sends_one_mail_only():
    outcome = ordered("#erledigt", "Ist eingerichtet.")

    assert (outcome.ticket.state, outcome.effects, outcome.answer) == (State.CLOSED, (), "Ist eingerichtet.")
    assert outcome.rows[-1] == ("Ist eingerichtet.", "geht an Anna Schmidt <anna.schmidt@posteo.example>")
    assert [each.kind for each in outcome.events] == ["closed", "answered"]


def test_closing_twice_changes_nothing():
    closed = ticket(state=State.CLOSED)

    assert ordered("#erledigt", of=closed) == Outcome(ticket=closed, rows=(("#erledigt", "war schon abgeschlossen"),))


def test_reopening_gives_it_back_to_staff():
    outcome = ordered("#wieder-auf", of=ticket(state=State.CLOSED))

    assert outcome.ticket.state is State.OPEN
    assert outcome.events == (by_kim("reopened", "wieder geöffnet von Kim Sommer"),)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (request(fields={"group": "OV Kalk"}, missing=("admins", "users")), State.ASKING),
        (request("privacy"), State.TRIAGE),
        (request("aktivisti"), State.TRIAGE),  # a standard answer is no end for whom staff take up again
    ],
)
def test_a_ticket_opened_again_stands_where_its_gaps_and_its_service_put_it(said: Request, state: State):
    outcome = ordered("#wieder-auf", of=ticket(said, state=State.CLOSED))

    assert outcome.ticket.state is state
    assert outcome.rows == (("#wieder-auf", f"wieder geöffnet: {STATES[state]}"),)


def test_a_note_stands_in_the_history():
    outcome = ordered("#notiz", "ruft morgen an")

    assert outcome.events == (by_kim("note", "ruft morgen an"),)
    assert outcome.rows == (("#notiz", "als Notiz aufgenommen, nichts davon geht an das Mitglied"),)


def test_an_empty_note_is_refused():
    assert ordered("#notiz").rows[0] == ("#notiz", "die Notiz hat keinen Text")


@pytest.mark.parametrize("name", ["anna", "Anna", "Anna Winter", "anna.winter@verein.example"])
def test_a_ticket_is_given_to_somebody_by_any_of_their_names(name):
    outcome = ordered(f"#an {name}")

    assert outcome.ticket.assignee == ANNA_WINTER.id
    assert outcome.rows == ((f"#an {name}", "zuständig ist jetzt Anna Winter"),)


def test_nobody_of_that_name_means_nothing_is_done():
    outcome = ordered("#erledigt", "#an paul")

    assert outcome.ticket.state is State.OPEN
    assert outcome.rows[0] == ("#an paul", "wer ist gemeint? Es gibt #an kim, #an anna")


def test_taking_makes_the_writer_responsible():
    assert ordered("#nehme ich").ticket.assignee == KIM.id


@pytest.mark.parametrize("signature", ["Kim Sommer", "Viele Grüße\nKim", "LG, Kim", "kim.sommer@verein.example"])
def test_a_signature_below_a_command_is_not_sent_to_the_member(signature):
    outcome = ordered("#erledigt", "", *signature.split("\n"))

    assert (outcome.ticket.state, outcome.answer, outcome.effects) == (State.CLOSED, "", (TellMember(),))


def test_an_empty_mail_is_told_so():
    assert ordered("", "  ").rows == (("", "In der Mail stand nichts, das ich ausführen oder weitergeben kann."),)


def test_words_that_can_reach_nobody_are_refused():
    nowhere = ticket(requester=Address(name="Anna Schmidt", email=""))

    outcome = ordered("#erledigt", "", "Ist eingerichtet.", of=nowhere)

    assert (outcome.ticket, outcome.events, outcome.answer) == (nowhere, (), "")
    assert outcome.rows == (
        ("Ist eingerichtet.", "zu diesem Ticket gibt es keine Adresse, an die das gehen kann"),
        ("#erledigt", "nicht ausgeführt"),
        ("", AGAIN),
    )


def test_a_ticket_waits_until_the_beginning_of_a_day_where_the_association_works():
    before = ticket()

    assert ordered("#warten bis 12.10.: Anna ist verreist", of=before) == Outcome(
        ticket=replace(before, waits_until=datetime(2025, 10, 11, 22, tzinfo=UTC)),
        events=(by_kim("waits", "wartet bis 12. Oktober 2025: Anna ist verreist"),),
        rows=(("#warten bis 12.10.: Anna ist verreist", "wartet bis 12. Oktober 2025"),),
    )


@pytest.mark.parametrize(
    ("lines", "waits"),
    [
        (("#nehme ich",), False),
        (("#erledigt",), False),
        (("Morgen weiß ich mehr.",), False),
        (("#notiz ruft an",), True),
        (("#wraten",), True),
        (("#nehme ich", "#warten 3 Tage", "", "Ich melde mich am Donnerstag."), True),
    ],
)
def test_whoever_does_something_about_a_ticket_ends_its_waiting(lines: tuple[str, ...], waits: bool):
    waiting = ticket(waits_until=NOW + timedelta(days=2))

    assert (ordered(*lines, of=waiting).ticket.waits_until is not None) is waits


def test_what_is_closed_cannot_wait():
    outcome = ordered("#warten 3 Tage", of=ticket(state=State.CLOSED))

    assert outcome.refused == (("#warten 3 Tage", "der Vorgang ist abgeschlossen; #wieder-auf öffnet ihn"),)
