"""Orders about the data of who asks for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.tickets.orders.carrying_out import carry_out
from mailbot.tickets.orders.grammar import read_order
from mailbot.tickets.orders.order import EraseMember, HandOver, Holdings, Outcome, Show
from mailbot.tickets.orders.privacy import AT_MOST, NEEDED, NOT_HERE, SHOWN, UNPROVEN
from mailbot.tickets.ticket import Event, State
from tests.builders import PRIVACY, SERVICES, body, catalogue, request, ticket
from tests.tickets.orders.desk import DESK, by_kim

RULES = catalogue(services=tuple({**each, "privacy": each is PRIVACY} for each in SERVICES))
ASKED = ticket(request("privacy"), state=State.TRIAGE)
HELD = Holdings(proven=True, told="3 eigene Vorgänge, 4 Mails", archive=b"PK")
EMAIL = "anna.schmidt@posteo.example"


def ordered(line: str, *, held: Holdings | None = HELD, service: str = "privacy", history: tuple[Event, ...] = ()) -> Outcome:
    about = replace(ASKED, request=request(service))
    return carry_out(about, read_order(body(line)), replace(DESK, catalogue=RULES, holdings=held, history=history))


@pytest.mark.parametrize("line", ["#auskunft", "#auskunft bestätigt", "#export bitte"])
def test_nothing_is_handed_over_that_nobody_has_looked_into(line: str):
    outcome = ordered(line)

    assert outcome.effects == (Show(archive=b"PK"),)
    assert outcome.events == (by_kim("note", SHOWN),)
    assert outcome.rows == (
        (line, "du bekommst sie zuerst selbst, in einer eigenen Mail"),
        ("", "Sieh sie durch. Damit sie hinausgeht, antworte dann mit: #auskunft bestätigt"),
    )


def test_who_asked_is_handed_their_data():
    outcome = ordered("#auskunft bestätigt", history=(by_kim("note", SHOWN),))

    assert outcome.effects == (HandOver(archive=b"PK"),)
    assert outcome.events == (by_kim("answered", "Auskunft nach Art. 15 DSGVO als ZIP-Datei geschickt"),)
    assert outcome.rows == (
        ("#auskunft bestätigt", f"die Auskunft geht als ZIP-Datei an {EMAIL}"),
        ("", "Stand: wartet auf uns, bitte lesen; #erledigt schließt den Vorgang ab"),
    )
    assert outcome.ticket is not None
    assert outcome.ticket.state is State.TRIAGE


def test_before_anything_is_erased_it_is_told_and_asked():
    outcome = ordered("#löschen")

    assert (outcome.ticket, outcome.effects, outcome.events) == (ASKED, (), ())
    assert outcome.rows == (
        ("#löschen", "noch ist nichts gelöscht"),
        ("", f"Gelöscht würde alles zu {EMAIL}: 3 eigene Vorgänge, 4 Mails"),
        ("", "Damit es geschieht, antworte mit: #löschen bestätigt"),
    )


@pytest.mark.parametrize("line", ["#löschen bestätigt", "#Loeschen bestaetigt!", "#erase confirmed"])
def test_a_second_yes_closes_and_erases(line: str):
    outcome = ordered(line)

    assert outcome.ticket is not None
    assert outcome.ticket.state is State.CLOSED
    assert outcome.effects == (EraseMember(),)


@pytest.mark.parametrize("line", ["#löschen sofort", "#löschen vielleicht bestätigt", "#löschen ja"])
def test_nothing_else_is_a_yes(line: str):
    assert ordered(line).effects == ()


@pytest.mark.parametrize("line", ["#auskunft", "#löschen", "#löschen bestätigt"])
@pytest.mark.parametrize(
    ("held", "service", "why"),
    [
        (Holdings(proven=False), "privacy", UNPROVEN.format(EMAIL)),
        (None, "privacy", UNPROVEN.format(EMAIL)),
        (HELD, "nextcloud", NOT_HERE),
    ],
)
def test_what_is_refused_says_why_and_does_nothing(line: str, held: Holdings | None, service: str, why: str):
    outcome = ordered(line, held=held, service=service)

    assert outcome.refused == ((line, why),)
    assert (outcome.events, outcome.effects) == ((), ())


def test_what_is_still_needed_is_not_erased():
    outcome = ordered("#löschen bestätigt", held=replace(HELD, needed_for=("KV-7", "KV-8")))

    assert outcome.refused == (("#löschen bestätigt", NEEDED.format("KV-7, KV-8")),)


def test_what_no_mail_can_carry_is_handed_over_in_another_way():
    ((_, why),) = ordered("#auskunft", held=replace(HELD, archive=bytes(AT_MOST + 1))).refused

    assert why == "die Auskunft ist mit 7 MB zu groß für eine Mail; wer den Bot betreibt, holt sie mit: mailbot privacy export"
