from __future__ import annotations

from urllib.parse import unquote

import pytest

from mailbot.tickets.actions import actions
from mailbot.tickets.orders.grammar import read_command
from mailbot.tickets.orders.verbs import BY_NAME
from mailbot.tickets.ticket import State, Ticket
from tests.builders import catalogue, request, ticket

CATALOGUE = catalogue()
KIM = CATALOGUE.staff[0]
EVERY = (
    ticket(),
    ticket(assignee="kim"),
    ticket(request(fields={}, missing=("admins", "group", "users.email")), state=State.ASKING),
    ticket(request("video", missing=("person",)), state=State.ASKING),
    ticket(state=State.ON_HOLD),
    ticket(state=State.CLOSED),
    ticket(request("other"), state=State.TRIAGE),
)


def offered(of: Ticket, rules=CATALOGUE) -> dict[str, str]:
    """The label of each action and the body of its mail."""
    return {each.label: unquote(each.href.partition("&body=")[2]) for each in actions(of, KIM, rules).actions}


@pytest.mark.parametrize("of", EVERY)
def test_every_order_that_is_offered_is_understood(of: Ticket):
    for body in offered(of).values():
        command = read_command(body.strip() + (" x" if body.endswith(" ") else ""))
        assert command.name in BY_NAME


@pytest.mark.parametrize("of", EVERY)
def test_who_reads_plain_text_is_told_the_same(of: Ticket):
    for each in actions(of, KIM, CATALOGUE).actions:
        assert each.how.startswith(f"{unquote(each.href.partition('&body=')[2]).strip()} – ")


def test_an_order_that_needs_nothing_more_ends_its_line_and_others_wait_for_words():
    found = offered(ticket())

    assert found["Abschließen"] == "#erledigt\r\n"
    assert found["Übernehmen"] == "#nehme ich\r\n"
    assert found["Später"] == "#warten bis "
    assert found["Notiz"] == "#notiz "


def test_what_makes_no_sense_is_not_offered():
    assert "Übernehmen" not in offered(ticket(assignee="kim"))
    assert list(offered(ticket(state=State.CLOSED))) == ["Wieder öffnen", "Notiz"]
    assert "Nachfragen" not in offered(ticket(request("other"), state=State.TRIAGE))


def test_a_mailbox_with_an_address_for_notes_takes_them_there():
    box = {"id": "support", "address": "support@verein.example", "name": "Support", "notes": "support+notiz@verein.example"}

    *_, note = actions(ticket(), KIM, catalogue(mailboxes=(box,))).actions

    assert note.href == "mailto:support%2Bnotiz@verein.example?subject=Re%3A%20%5BKV-1042%5D"
    assert note.how == "eine Mail an support+notiz@verein.example – alles darin bleibt unter euch"
