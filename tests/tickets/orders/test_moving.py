"""Orders that put a ticket elsewhere."""

from dataclasses import replace

import pytest

from mailbot.tickets.orders.carrying_out import carry_out
from mailbot.tickets.orders.grammar import read_order
from mailbot.tickets.orders.order import Merge, Outcome, Split, TellStaff
from mailbot.tickets.ticket import State
from tests.builders import NOW, body, request, ticket
from tests.tickets.orders.desk import DESK, by_kim, ordered

ASKED = ticket(request(fields={"group": "OV Kalk"}, missing=("admins", "users")), key="KV-1040", state=State.ASKING, questions=1)


def merged(line: str, **others):
    return carry_out(ticket(), read_order(body(line)), replace(DESK, others=others or {"KV-1040": ASKED}))


def test_what_the_other_lacks_is_taken_over_and_nothing_else():
    outcome = merged("#zusammen KV-1040")

    complete = replace(ASKED, request=request(fields={**request().fields, "group": "OV Kalk"}), state=State.OPEN)
    assert outcome == Outcome(
        ticket=ticket(state=State.CLOSED, merged_into="KV-1040"),
        events=(by_kim("merged", "aufgegangen in KV-1040"),),
        rows=(("#zusammen KV-1040", "aufgegangen in KV-1040"),),
        effects=(
            Merge(into=replace(complete, updated=NOW), events=(by_kim("merged", "KV-1042 ist hier aufgegangen"),), told=True),
        ),
    )


@pytest.mark.parametrize(
    "line", ["#zusammen mit kv-1040", "#merge into [KV-1040].", "#Zusammen: KV-1040", "#zusammen kv1040", "#zusammen mit 1040"]
)
def test_the_other_is_named_as_people_write_keys(line: str):
    assert merged(line).ticket.merged_into == "KV-1040"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("#zusammen", "mit welchem Vorgang? Zum Beispiel: #zusammen KV-1040"),
        ("#zusammen KV-1042", "KV-1042 ist dieser Vorgang selbst"),
        ("#zusammen KV-7", "KV-7 gibt es nicht"),
        ("#zusammen 7", "KV-7 gibt es nicht"),
        ("#zusammen 1042", "KV-1042 ist dieser Vorgang selbst"),
        ("#zusammen mit 2 anderen", "mit welchem Vorgang? Zum Beispiel: #zusammen KV-1040"),
    ],
)
def test_a_ticket_goes_on_in_one_that_is_there(line: str, why: str):
    assert merged(line).refused == ((line, why),)


def test_it_never_goes_round_in_circles():
    gone = replace(ASKED, state=State.CLOSED, merged_into="KV-1042")

    outcome = merged("#zusammen KV-1040", **{"KV-1040": gone})

    assert outcome.refused == (("#zusammen KV-1040", "KV-1040 ist schon in KV-1042 aufgegangen"),)


@pytest.mark.parametrize("state", [State.CLOSED, State.REFERRED])
def test_nothing_that_waits_goes_on_where_nobody_looks(state: State):
    over = replace(ASKED, state=state)

    outcome = merged("#zusammen KV-1040", **{"KV-1040": over})

    why = "KV-1040 ist abgeschlossen, und niemand sähe diesen Vorgang dort; öffne ihn zuerst: #wieder-auf KV-1040"
    assert outcome.refused == (("#zusammen KV-1040", why),)


def test_what_is_closed_itself_may_go_on_in_what_is_closed():
    done = replace(ticket(), state=State.CLOSED)
    desk = replace(DESK, others={"KV-1040": replace(ASKED, state=State.CLOSED)})

    outcome = carry_out(done, read_order(body("#zusammen KV-1040")), desk)

    assert (outcome.refused, outcome.ticket) == ((), replace(done, merged_into="KV-1040"))


def test_nothing_goes_on_in_what_is_forgotten():
    forgotten = replace(ASKED, state=State.CLOSED, forgotten_at=NOW)

    outcome = merged("#zusammen KV-1040", **{"KV-1040": forgotten})

    assert outcome.refused == (("#zusammen KV-1040", "von KV-1040 ist nichts mehr gespeichert"),)


def test_splitting_leaves_the_ticket_as_it_is():
    before = ticket()

    outcome = ordered("#teilen video", of=before)

    fresh = request("video", {"group": "OV Ehrenfeld"}, missing=("person", "role"))
    assert outcome.ticket == before
    assert outcome.effects == (Split(request=fresh, state=State.ASKING, due=None),)


def test_a_closed_ticket_is_not_split():
    outcome = ordered("#teilen video", of=replace(ticket(), state=State.CLOSED))

    assert outcome.refused == (("#teilen video", "der Vorgang ist abgeschlossen; #wieder-auf öffnet ihn"),)


def test_a_ticket_is_not_split_into_what_it_is():
    assert ordered("#teilen nextcloud").refused[0][1] == "der Vorgang ist selbst einer zu Cloudspeicher (Nextcloud)"


@pytest.mark.parametrize("line", ["#weiter buero", "#weiter an Büro", "#forward to buero@die-linke-koeln.de"])
def test_a_ticket_goes_to_another_mailbox(line: str):
    outcome = ordered(line)

    assert (outcome.ticket.mailbox, outcome.effects) == ("buero", (TellStaff(),))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("#weiter büros", "dieses Postfach gibt es nicht, meintest du „buero“?; es gibt „support“, „buero“"),
        ("#weiter support", "der Vorgang liegt schon bei Support-Team"),
    ],
)
def test_a_mailbox_that_is_none_is_refused(line: str, why: str):
    assert ordered(line).refused == ((line, why),)
