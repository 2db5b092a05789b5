"""What stays of a ticket that is forgotten, and what is left of one when a person leaves it."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from mailbot.mail.message import Address
from mailbot.mail.search import wanted
from mailbot.tickets.person import Subject, without
from mailbot.tickets.retention import forgotten
from mailbot.tickets.ticket import Source, State, Ticket
from tests.builders import ANNA, MEHMET, NOW, request, ticket

PAUL = Subject(address=str(MEHMET.email), names=frozenset({MEHMET.name}), pattern=wanted([str(MEHMET.email)], [MEHMET.name]))
SECRET = "Zora Zwirbel"
FULL = replace(
    ticket(request(hints={"group": SECRET}, because=(SECRET,))),
    requester=Address(name=SECRET, email="zora@x.example"),
    subject=SECRET,
    held=SECRET,
    sources=(Source(field="users", value=SECRET, by=Address(name=SECRET, email="zora@x.example")),),
)
OF_NOBODY = {"key", "conversation", "state", "mailbox", "language", "assignee", "questions", "opened", "updated", "due"}
OF_NOBODY |= {"merged_into", "follows", "forgotten_at"}


def test_of_a_forgotten_ticket_nothing_of_anybody_stays():
    after = forgotten(FULL, NOW)

    assert SECRET not in repr(after)
    assert "example" not in repr(after)
    emptied = {field.name for field in fields(Ticket)} - OF_NOBODY - {"request", "requester"}
    assert {name: getattr(after, name) for name in emptied if getattr(after, name)} == {}


@pytest.mark.parametrize("state", State)
def test_nobody_waits_for_it_any_more(state: State):
    after = forgotten(replace(FULL, state=state), NOW)

    assert after.state is (State.REFERRED if state is State.REFERRED else State.CLOSED)


def test_a_person_leaves_the_ticket_of_somebody_else():
    named = replace(
        ticket(request(because=(f'users: "{MEHMET.name}" in line 3',), hints={"who": str(MEHMET.email)})),
        subject=f"Nextcloud für {MEHMET.name}",
        held=f"{MEHMET.name} fehlt",
        sources=(
            Source(field="users", value="Anna Schmidt", by=Address(name=MEHMET.name, email=str(MEHMET.email))),
            Source(field="group", value="OV Ehrenfeld", by=Address(name="Kim", email="kim@x.example")),
        ),
    )

    left = without(named, PAUL)

    assert MEHMET.name not in repr(left)
    assert str(MEHMET.email) not in repr(left)
    assert left.request.fields["users"] == (ANNA,)
    assert [each.by.name for each in left.sources] == ["Kim"]
