from dataclasses import replace

import pytest

from mailbot.mail.message import Address, Body, Kind, Line
from mailbot.tickets.staff import AGAIN, Command, Order, StaffOutcome, apply_order, read_order
from mailbot.tickets.ticket import Event, State
from mailbot.tickets.views import STATES
from mailbot.understanding.request import Request
from tests.builders import NOW, body, catalogue, request, ticket

CATALOGUE = catalogue()
KIM, ANNA_WINTER = CATALOGUE.staff


def ordered(*lines: str, of=None) -> StaffOutcome:
    return apply_order(of or ticket(), read_order(body(*lines)), KIM, CATALOGUE, NOW)


def by_kim(kind: str, text: str) -> Event:
    return Event(at=NOW, kind=kind, by=KIM.email, text=text)


@pytest.mark.parametrize(
    ("line", "name", "argument"),
    [
        ("#erledigt", "close", ""),
        ("#Erledigt!", "close", "!"),
        ("# erledigt", "close", ""),
        ("#close", "close", ""),
        ("#wieder-auf", "reopen", ""),
        ("#reopen", "reopen", ""),
        ("#notiz ruft morgen an", "note", "ruft morgen an"),
        ("#note: calls tomorrow", "note", "calls tomorrow"),
        ("#an anna", "assign", "anna"),
        ("#to anna", "assign", "anna"),
        ("#nehme ich", "take", ""),
        ("#take", "take", ""),
    ],
)
def test_commands_have_german_and_english_names(line, name, argument):
    assert read_order(body(line)) == Order(commands=(Command(name=name, argument=argument, line=line),))


def test_plain_words_are_an_answer():
    order = read_order(body("", "Hallo Anna,", "", "die Gruppe ist da.", ""))

    assert order == Order(answer="Hallo Anna,\n\ndie Gruppe ist da.")


def test_commands_come_first_then_the_answer():
    order = read_order(body("#nehme ich", "", "#erledigt", "", "Ist eingerichtet."))

    assert [command.name for command in order.commands] == ["take", "close"]
    assert order.answer == "Ist eingerichtet."


def test_quotes_signature_and_footer_are_no_part_of_the_answer():
    kinds = (Kind.OWN, Kind.SIGNATURE, Kind.FOOTER, Kind.ATTRIBUTION, Kind.QUOTED)
    texts = (
        "Ist eingerichtet.",
        "Kim Sommer, Vorstand",
        "Von meinem Telefon gesendet",
        "Am Montag schrieb …:",
        "#erledigt",
    )
    lines = tuple(Line(number=n, text=text, kind=kind) for n, (text, kind) in enumerate(zip(texts, kinds, strict=True), start=1))

    assert read_order(Body(lines=lines)) == Order(answer="Ist eingerichtet.")


@pytest.mark.parametrize(
    "lines",
    [
        ("#notiz geheim",),
        ("#notiz", "geheim"),
        ("#notiz", "", "geheim"),
        ("#note geheim", "#erledigt"),
        ("#erledigt", "#notiz", "geheim"),
    ],
)
def test_a_note_is_never_sent_out(lines):
    order = read_order(body(*lines))

    assert order.answer == ""
    assert [command.argument for command in order.commands if command.name == "note"] == ["geheim"]


def test_all_words_below_a_note_belong_to_it():
    order = read_order(body("#notiz Anruf am Montag", "", "Hallo Anna, das klingt nur wie eine Antwort."))

    assert order.answer == ""
    assert order.commands[0].argument == "Anruf am Montag\nHallo Anna, das klingt nur wie eine Antwort."


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("#erledgt", "diesen Befehl gibt es nicht, meintest du #erledigt?"),
        ("#notitz Anruf", "diesen Befehl gibt es nicht, meintest du #notiz?"),
        ("#xyz", "diesen Befehl gibt es nicht; es gibt #erledigt, #wieder-auf, #notiz, #an, #nehme ich"),
        ("#erledigt Gruß an alle", "hinter #erledigt darf nichts stehen; Worte an das Mitglied gehören in eine eigene Zeile"),
    ],
)
def test_an_unknown_command_is_refused_with_the_nearest_one(line, why):
    assert read_order(body(line, "Text")).refused == ((line, why),)


def test_one_refused_line_stops_everything():
    before = ticket()

    outcome = ordered("#nehme ich", "#erledgt", "Hallo Anna, ist fertig.", of=before)

    assert outcome == StaffOutcome(
        ticket=before,
        lines=(
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
    assert outcome.lines[0] == (line.strip("\u200b"), "Befehle stehen in den ersten Zeilen, vor allen anderen Worten")


def test_a_number_sign_in_the_answer_is_no_command():
    assert read_order(body("Zwei Dinge:", "#1 Passwort", "#gruppe heißt OV Kalk")).answer.count("#") == 2


def test_closing_tells_the_member():
    before = ticket()

    assert ordered("#erledigt", of=before) == StaffOutcome(
        ticket=replace(before, state=State.CLOSED),
        events=(by_kim("closed", "abgeschlossen von Kim Sommer"),),
        lines=(("#erledigt", "abgeschlossen"),),
        tell_closed=True,
    )


def test_closing_with_an_answer_sends_one_mail_only():
    outcome = ordered("#erledigt", "Ist eingerichtet.")

    assert (outcome.ticket.state, outcome.tell_closed, outcome.answer) == (State.CLOSED, False, "Ist eingerichtet.")
    assert outcome.lines[-1] == ("Ist eingerichtet.", "geht an Anna Schmidt")
    assert [each.kind for each in outcome.events] == ["closed", "answered"]


def test_closing_twice_changes_nothing():
    closed = ticket(state=State.CLOSED)

    assert ordered("#erledigt", of=closed) == StaffOutcome(ticket=closed, lines=(("#erledigt", "war schon abgeschlossen"),))


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
    assert outcome.lines == (("#wieder-auf", f"wieder geöffnet: {STATES[state]}"),)


def test_a_note_stands_in_the_history():
    outcome = ordered("#notiz", "ruft morgen an")

    assert outcome.events == (by_kim("note", "ruft morgen an"),)
    assert outcome.lines == (("#notiz", "als Notiz aufgenommen"), ("", "Nichts davon geht an das Mitglied."))


def test_an_empty_note_is_refused():
    assert ordered("#notiz").lines[0] == ("#notiz", "die Notiz hat keinen Text")


@pytest.mark.parametrize("name", ["anna", "Anna", "Anna Winter", "anna.winter@verein.example"])
def test_a_ticket_is_given_to_somebody_by_any_of_their_names(name):
    outcome = ordered(f"#an {name}")

    assert outcome.ticket.assignee == ANNA_WINTER.id
    assert outcome.lines == ((f"#an {name}", "zuständig ist jetzt Anna Winter"),)


def test_nobody_of_that_name_means_nothing_is_done():
    outcome = ordered("#erledigt", "#an paul")

    assert outcome.ticket.state is State.OPEN
    assert outcome.lines[0] == ("#an paul", "wer ist gemeint? Es gibt #an kim, #an anna")


def test_taking_makes_the_writer_responsible():
    assert ordered("#nehme ich").ticket.assignee == KIM.id


@pytest.mark.parametrize("signature", ["Kim Sommer", "Viele Grüße\nKim", "LG, Kim", "kim.sommer@verein.example"])
def test_a_signature_below_a_command_is_not_sent_to_the_member(signature):
    outcome = ordered("#erledigt", "", *signature.split("\n"))

    assert (outcome.ticket.state, outcome.answer, outcome.tell_closed) == (State.CLOSED, "", True)


def test_an_empty_mail_is_told_so():
    assert ordered("", "  ").lines == (("", "In der Mail stand nichts, das ich ausführen oder weitergeben kann."),)


def test_words_that_can_reach_nobody_are_refused():
    nowhere = ticket(requester=Address(name="Anna Schmidt", email=""))

    outcome = ordered("#erledigt", "", "Ist eingerichtet.", of=nowhere)

    assert (outcome.ticket, outcome.events, outcome.answer) == (nowhere, (), "")
    assert outcome.lines == (
        ("Ist eingerichtet.", "zu diesem Ticket gibt es keine Adresse, an die das gehen kann"),
        ("#erledigt", "nicht ausgeführt"),
        ("", AGAIN),
    )
