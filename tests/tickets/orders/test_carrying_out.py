"""What becomes of a ticket by an order."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.message import Address
from mailbot.tickets.orders.carrying_out import AGAIN, by_ticket, carry_out
from mailbot.tickets.orders.grammar import by_key, read_order
from mailbot.tickets.orders.order import Agreed, AnsweredInstead, Declined, Earlier, Outcome, TellMember, Undo
from mailbot.tickets.orders.verbs import BY_WORD, VERBS
from mailbot.tickets.ticket import State, Ticket
from mailbot.tickets.views import STATES
from mailbot.understanding.request import Request
from tests.builders import NOW, body, request, ticket
from tests.tickets.orders.desk import ANNA_WINTER, DESK, KIM, by_kim, ordered


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


PASSED_ON = ticket(vouched=False, state=State.TRIAGE)


@pytest.mark.parametrize("lines", list(permutations(["#ja", "#nehme ich"])))
def test_a_yes_comes_last_wherever_it_stands(lines: tuple[str, ...]):
    outcome = ordered(*lines, of=PASSED_ON)

    assert outcome.rows == (("#nehme ich", "zuständig ist jetzt Kim Sommer"), ("#ja", "einverstanden"))
    assert (outcome.ticket, outcome.effects) == (replace(PASSED_ON, assignee=KIM.id), (Agreed(),))


@pytest.mark.parametrize("lines", [("#ja", "Hallo Anna, …"), ("#ja", "#erledigt"), ("#erledigt", "#ja")])
def test_a_yes_is_no_yes_beside_words_or_an_end(lines: tuple[str, ...]):
    assert ordered(*lines, of=PASSED_ON).refused


@pytest.mark.parametrize(("line", "concerns"), [("#erledigt", True), ("#kopie eva@x.example", True), ("#warum", False)])
def test_what_is_done_about_a_ticket_can_be_undone(line: str, concerns: bool):
    assert ordered(line).concerns_ticket is concerns


def test_a_no_changes_nothing_and_drops_what_is_proposed():
    outcome = ordered("#no", of=PASSED_ON)

    assert (outcome.ticket, outcome.effects) == (PASSED_ON, (Declined(),))


@pytest.mark.parametrize("lines", [("Hallo Anna, …",), ("#nein", "Hallo Anna, …"), ("#erledigt", "Hallo Anna, …")])
def test_who_writes_to_somebody_vouches_for_them(lines: tuple[str, ...]):
    outcome = ordered(*lines, of=PASSED_ON)

    assert (outcome.ticket.vouched, outcome.answer, outcome.effects) == (True, "Hallo Anna, …", (AnsweredInstead(),))


@pytest.mark.parametrize("line", ["#ja", "#nein"])
@pytest.mark.parametrize("of", [ticket(), ticket(vouched=True), replace(PASSED_ON, state=State.CLOSED)])
def test_where_nothing_is_proposed_there_is_no_yes_or_no(line: str, of: Ticket):
    outcome = ordered(line, of=of)

    assert (outcome.ticket, [line for line, _ in outcome.refused]) == (of, [line])


def test_what_is_closed_cannot_wait():
    outcome = ordered("#warten 3 Tage", of=ticket(state=State.CLOSED))

    assert outcome.refused == (("#warten 3 Tage", "der Vorgang ist abgeschlossen; #wieder-auf öffnet ihn"),)


ARGUMENTS = ("KV-1040", "nextcloud", "video", "Gruppe", "Gruppe: OV Kalk", "3 Tage", "anna", "buero", "nextcloud: Umbau", "")
LINES = st.one_of(
    st.text(),
    st.builds("#{} {}".format, st.sampled_from(sorted(BY_WORD)), st.one_of(st.text(), st.sampled_from(ARGUMENTS))),
)
TICKETS = st.sampled_from(
    [
        None,
        ticket(),
        ticket(request(fields={}, missing=("admins", "group", "users")), state=State.ASKING),
        ticket(state=State.ON_HOLD, held="Umbau"),
        ticket(state=State.CLOSED, merged_into="KV-7"),
        ticket(requester=Address()),
    ]
)
LAST = Earlier(at=NOW, mail=None, before=(ticket(),), since=(ticket(),))


@given(st.lists(LINES, max_size=4), TICKETS)
def test_whatever_staff_write_it_is_done_whole_or_refused_whole(lines, about):
    desk = replace(DESK, others={"KV-1040": ticket(key="KV-1040")}, last=LAST)

    outcome = carry_out(about, read_order(body(*lines)), desk)

    if outcome.refused:
        assert outcome == Outcome(ticket=about, refused=outcome.refused, rows=outcome.rows)
        assert outcome.rows[-1] == ("", AGAIN)
    else:
        done = [row for row in outcome.rows if row[0]]
        assert len(done) >= len([line for line in lines if re.match(r"\s*#\s*\w", line)])


def test_an_order_is_taken_back_as_a_whole():
    closed = ticket(state=State.CLOSED)
    earlier = Earlier(at=NOW, mail=7, before=(ticket(),), since=(closed,))
    desk = replace(DESK, history=(by_kim("closed", "abgeschlossen von Kim Sommer"),), last=earlier)

    assert carry_out(closed, read_order(body("#undo")), desk) == Outcome(
        ticket=ticket(),
        events=(by_kim("undone", "rückgängig gemacht: abgeschlossen von Kim Sommer"),),
        rows=(("#undo", "rückgängig: abgeschlossen von Kim Sommer"),),
        effects=(Undo(order=earlier),),
    )


def test_an_order_about_several_tickets_is_taken_apart():
    order = by_key(read_order(body("#erledigt KV-1", "#an KV-2 anna", "#hilfe", "#erledgt KV-3")))

    parts = by_ticket(order, None, desk=DESK)

    assert [(key, [command.name for command in part.commands]) for key, part in parts.items()] == [
        ("KV-1", ["close"]),
        ("KV-2", ["assign"]),
        (None, ["help"]),
    ]
    assert [len(part.refused) for part in parts.values()] == [1, 0, 0]


def test_words_below_go_to_the_member_of_the_only_ticket_that_is_named():
    one = by_ticket(by_key(read_order(body("#erledigt KV-1", "", "Fertig!"))), None, desk=DESK)
    two = by_ticket(by_key(read_order(body("#erledigt KV-1", "#erledigt KV-2", "", "Fertig!"))), None, desk=DESK)

    assert one["KV-1"].answer == "Fertig!"
    assert carry_out(None, two[None], DESK).refused == (
        ("Fertig!", "zu welchem Vorgang gehören diese Worte? Antworte auf seine Mail oder nenne genau einen"),
    )


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_can_be_carried_out_somewhere(verb):
    assert verb.do or verb.anywhere
