"""Tickets as lists show them, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import date

import pytest

from mailbot.store import listing, tickets
from mailbot.store.database import Database
from mailbot.store.listing import Listed, Newest
from mailbot.tickets.ticket import State, Ticket
from mailbot.understanding.request import Request
from tests import builders

FIRST = builders.ticket(key="KV-1001", due=date(2026, 4, 2), subject="Nextcloud für Köln")
STATES = (State.CLOSED, State.OPEN, State.REFERRED, State.ASKING, State.CLOSED, State.TRIAGE)
"""Of the tickets from KV-1001 on."""


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as connection:
        for number, state in enumerate(STATES, start=1001):
            tickets.add(connection, number, _ticket(number, state))
    return database


def _ticket(number: int, state: State) -> Ticket:
    service = "video" if number % 2 else "nextcloud"
    return replace(FIRST, key=f"KV-{number}", state=state, request=replace(FIRST.request, service=service))


def test_a_list_tells_of_a_ticket_what_it_shows(database: Database):
    asked = Request(service="nextcloud", fields={"group": "OV Kalk", "users": (builders.ANNA,)}, missing=("admins",))
    with database.write() as connection:
        tickets.add(connection, 1001, replace(FIRST, request=asked))

    with database.read() as connection:
        found = listing.get(connection, "kv-1001")

    assert found == Listed(
        key="KV-1001",
        service="nextcloud",
        kind="new",
        state=FIRST.state,
        mailbox=FIRST.mailbox,
        requester=FIRST.requester.email,
        subject="Nextcloud für Köln",
        fields={"group": "OV Kalk", "users": [{"given": "Anna", "surname": "Schmidt", "email": builders.ANNA.email}]},
        missing=["admins"],
        assignee=None,
        opened=FIRST.opened,
        updated=FIRST.updated,
        due=date(2026, 4, 2),
    )


def test_every_ticket_is_listed_in_the_order_of_numbers_or_those_of_a_state_and_a_service(filled: Database):
    found = [
        [each.key for each in listing.every(filled, state=state, service=service)]
        for state, service in ((None, None), (State.CLOSED, None), (None, "nextcloud"), (State.CLOSED, "nextcloud"))
    ]

    assert found == [
        [f"KV-{number}" for number in range(1001, 1007)],
        ["KV-1001", "KV-1005"],
        ["KV-1002", "KV-1004", "KV-1006"],
        [],
    ]


@pytest.mark.parametrize(
    ("at_most", "state", "service", "keys", "further", "older"),
    [
        (6, None, None, "1001 1002 1003 1004 1005 1006", 0, False),
        (5, None, None, "1002 1003 1004 1005 1006", 0, True),  # those that somebody waits for, and the newest of the others
        (3, None, None, "1002 1004 1006", 0, True),
        (2, None, None, "1004 1006", 1, True),
        (1, State.CLOSED, None, "1005", 0, True),
        (1, State.OPEN, None, "1002", 0, False),
        (2, None, "nextcloud", "1004 1006", 1, False),
        (2, None, "video", "1003 1005", 0, True),
    ],
)
def test_the_newest_are_those_that_somebody_waits_for_and_then_the_others(
    filled: Database, at_most: int, state: State | None, service: str | None, keys: str, further: int, older: bool
):
    with filled.read() as connection:
        found = listing.newest(connection, at_most=at_most, state=state, service=service)

    assert found == Newest(tickets=found.tickets, further=further, older=older)
    assert [each.key for each in found.tickets] == [f"KV-{number}" for number in keys.split()]


@pytest.mark.parametrize("portion", [1, 2, 3])
def test_however_small_the_portions_every_ticket_is_listed_once(filled: Database, monkeypatch: pytest.MonkeyPatch, portion: int):
    whole = list(listing.every(filled))

    monkeypatch.setattr(listing, "PORTION", portion)

    assert list(listing.every(filled)) == whole
