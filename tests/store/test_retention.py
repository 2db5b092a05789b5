"""What has had its time, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import StaticPool

from mailbot.store import (
    absences,
    claims,
    delivery,
    histories,
    inbound,
    jobs,
    outbound,
    participants,
    places,
    retention,
    tables,
    ticket_mails,
    tickets,
)
from mailbot.store.database import Database
from mailbot.store.inbound import Identity, New, Place
from mailbot.store.retention import Expired, Kind, expired, forget_some
from mailbot.store.tables import metadata
from mailbot.tickets.retention import bounds
from mailbot.tickets.ticket import State
from tests import builders
from tests.store.outbox import outgoing

NOW = datetime.fromisoformat("2026-06-01T09:00:00+00:00")
CATALOGUE = builders.catalogue(
    services=({**builders.NEXTCLOUD, "retention": "10 days"}, *builders.SERVICES[1:]),
    retention={"closed": "90 days", "ignored": "30 days", "quarantine": "20 days", "before_first_run": "1 day"},
)
BOUNDS = bounds(CATALOGUE, NOW)


def days(number: float) -> datetime:
    """So long ago."""
    return NOW - timedelta(days=number)


def a_ticket(database: Database, number: int, *, ago: float, state: State = State.CLOSED, service: str = "video") -> str:
    key = f"KV-{number}"
    with database.write() as connection:
        request = builders.request(service, {"group": "OV Kalk"})
        tickets.add(connection, number, builders.ticket(request, key=key, conversation=number, state=state, updated=days(ago)))
        histories.note(connection, key, builders.event(at=days(ago)))
    return key


def a_mail(database: Database, uid: int, *keys: str, ago: float, state: inbound.State = inbound.State.TICKET) -> int:
    waits = state in (inbound.State.PENDING, inbound.State.BEFORE_FIRST_RUN)
    with database.write() as connection:
        mail = New(
            place=Place(mailbox="support", folder="INBOX", uidvalidity=7, uid=uid),
            identity=Identity(message_id=f"{uid}@posteo.example", sha256=f"{uid:064}"),
            raw=b"Hallo von Anna Schmidt\r\n",
            received=days(ago),
            state=state if waits else inbound.State.PENDING,
        )
        inbound.add(connection, mail)
        id = connection.execute(select(func.max(tables.inbound.c.id))).scalar_one()
        if not waits:
            claims.finish(connection, id, state, now=days(ago))
        for key in keys:
            ticket_mails.add(connection, key, id)
    return int(id)


def ours(database: Database, message_id: str, key: str | None, *, ago: float, **how: Any) -> None:
    with database.write() as connection:
        outbound.queue(connection, outgoing(message_id, ticket=key, due_at=days(ago)), now=days(ago))
        found = outbound.by_message_id(connection, message_id)
        assert found is not None
        if how.get("sent", True):
            delivery.sent(connection, found.id, now=days(ago))


def counted(database: Database) -> dict[Kind, int]:
    with database.read() as connection:
        return {kind: share.number for kind, share in expired(connection, BOUNDS).items() if share.number}


def forget_all(database: Database) -> dict[Kind, int]:
    done = {}
    for kind in Kind:
        with database.write() as connection:
            done[kind] = forget_some(connection, kind, BOUNDS, now=NOW)
    return {kind: number for kind, number in done.items() if number}


@pytest.mark.parametrize(
    ("state", "service", "ago", "over"),
    [
        (State.CLOSED, "video", 91, True),
        (State.CLOSED, "video", 89, False),
        (State.REFERRED, "aktivisti", 91, True),
        (State.CLOSED, "nextcloud", 11, True),  # has a time of its own
        (State.CLOSED, "nextcloud", 9, False),
        (State.CLOSED, "has left rules.yaml", 91, True),
        *((state, "nextcloud", 4000, False) for state in State if state not in (State.CLOSED, State.REFERRED)),
    ],
)
def test_a_ticket_has_its_time_from_its_end(database: Database, state: State, service: str, ago: float, over: bool):
    a_ticket(database, 1001, ago=ago, state=state, service=service)

    assert counted(database) == ({Kind.TICKETS: 1} if over else {})


def test_of_a_forgotten_ticket_stays_what_counts_and_nothing_of_anybody(database: Database):
    key = a_ticket(database, 1001, ago=91)
    mail = a_mail(database, 1, key, ago=91)
    ours(database, "KV-1001.m@verein.example", key, ago=91)
    with database.read() as connection:
        before = tickets.get(connection, key)

    assert forget_all(database) == {Kind.MAILS: 1, Kind.OURS: 1, Kind.TICKETS: 1}

    with database.read() as connection:
        after = tickets.get(connection, key)
        assert after == replace(
            before,
            request=replace(before.request, fields=MappingProxyType({})),
            requester=builders.Address(),
            subject="",
            forgotten_at=NOW,
        )
        history = [(event.at, event.kind, event.by, event.text) for event in histories.of(connection, key)]
        assert history == [(days(91), "received", "", ""), (NOW, "expired", "mailbot", retention.TOLD)]
        assert not participants.takes_part(connection, key, "anna.schmidt@posteo.example")
        row, raw = inbound.get(connection, mail)
        assert (raw, row.state, row.place.uid, row.reason) == (b"", inbound.State.TICKET, 1, retention.BECAUSE)
        (gone,) = outbound.of_ticket(connection, key)
        assert (gone.recipient, gone.state, outbound.raw_of(connection, gone.id)) == ("", outbound.State.SENT, b"")
        assert outbound.ticket_of(connection, "KV-1001.m@verein.example") == key


def test_a_mail_stays_while_one_of_its_tickets_needs_it(database: Database):
    over, needed = a_ticket(database, 1001, ago=91), a_ticket(database, 1002, ago=91, state=State.OPEN)
    a_mail(database, 1, over, needed, ago=91)
    a_mail(database, 2, over, ago=91)

    assert forget_all(database) == {Kind.MAILS: 1, Kind.TICKETS: 1}


@pytest.mark.parametrize("kept_back", [delivery.stop, None])
def test_what_has_not_left_keeps_its_ticket(database: Database, kept_back: Any):
    key = a_ticket(database, 1001, ago=91)
    ours(database, "1@verein.example", key, ago=91, sent=False)
    ours(database, "2@verein.example", None, ago=91, sent=False)
    if kept_back:
        with database.write() as connection:
            kept_back(connection, 1, error="too many")

    assert counted(database) == {}


def test_mails_without_a_ticket_have_a_time_of_their_own(database: Database):
    for uid, (state, ago) in enumerate(
        [
            (inbound.State.IGNORED, 31),
            (inbound.State.IGNORED, 29),
            (inbound.State.STAFF, 31),
            (inbound.State.QUARANTINED, 21),
            (inbound.State.QUARANTINED, 19),
            (inbound.State.BEFORE_FIRST_RUN, 2),
            (inbound.State.BEFORE_FIRST_RUN, 0.5),
            (inbound.State.PENDING, 4000),
        ],
        start=1,
    ):
        a_mail(database, uid, ago=ago, state=state)

    assert forget_all(database) == {Kind.IGNORED: 2, Kind.QUARANTINE: 1, Kind.BEFORE_FIRST_RUN: 1}
    assert counted(database) == {}


def test_a_mail_that_waited_in_quarantine_for_too_long_is_ignored_and_counted(database: Database):
    a_mail(database, 1, ago=21, state=inbound.State.QUARANTINED)

    forget_all(database)

    with database.read() as connection:
        assert inbound.counts(connection) == {"support": {inbound.State.IGNORED: 1}}


def test_the_mail_of_a_forgotten_one_is_still_the_same_mail(database: Database):
    a_mail(database, 1, ago=31, state=inbound.State.IGNORED)
    forget_all(database)
    a_mail(database, 2, ago=0, state=inbound.State.PENDING)

    again = Identity(message_id="1@posteo.example", sha256=f"{1:064}")
    with database.write() as connection:
        (copy,) = inbound.in_state(connection, inbound.State.PENDING)
        first = inbound.original(connection, replace(copy, identity=again))
        moved = places.attach(connection, place=Place(mailbox="support", folder="INBOX", uidvalidity=8, uid=5), identity=again)

    assert first is not None
    assert (first.id, moved) == (1, True)


def test_small_things_go_too(database: Database):
    with database.write() as connection:
        absences.go_away(connection, "kim", until=date(2026, 5, 31))
        absences.go_away(connection, "anna", until=date(2026, 6, 1))
        for ago in (100, 60, 50):
            jobs.take(connection, "digest", f"{days(ago):%Y-%m-%d}", now=days(ago))
    a_ticket(database, 1001, ago=3, state=State.OPEN)
    with database.write() as connection:
        for ago in (3, 0.5):
            connection.execute(tables.orders.insert().values(ticket=1001, by="kim", at=days(ago), before={}))
    ours(database, "1@verein.example", None, ago=31)

    assert counted(database) == {Kind.ABSENCES: 1, Kind.JOBS: 2, Kind.ORDERS: 1, Kind.NOTICES: 1}
    assert forget_all(database) == {Kind.ABSENCES: 1, Kind.JOBS: 2, Kind.ORDERS: 1, Kind.NOTICES: 1}
    with database.read() as connection:
        assert jobs.last_done(connection, "digest") == days(50)
        assert absences.away(connection, on=date(2026, 5, 1)) == {"anna": date(2026, 6, 1)}


def test_words_about_a_forgotten_ticket_that_come_later_go_as_well(database: Database):
    key = a_ticket(database, 1001, ago=91)
    forget_all(database)
    late = builders.event("trouble", "Nicht angekommen bei anna.schmidt@posteo.example", at=NOW + timedelta(hours=1))
    with database.write() as connection:
        histories.note(connection, key, late)

    assert forget_all(database) == {Kind.LATE: 1}
    with database.read() as connection:
        assert [event.text for event in histories.of(connection, key)] == ["", retention.TOLD, ""]


def test_the_rehearsal_tells_the_oldest(database: Database):
    for number, ago in ((1001, 91), (1002, 120)):
        a_ticket(database, number, ago=ago)

    with database.read() as connection:
        assert expired(connection, BOUNDS)[Kind.TICKETS] == Expired(number=2, oldest=days(120).date())


AGES = st.sampled_from([0.5, 1.5, 9, 11, 19, 21, 29, 31, 89, 91])
TICKETS = st.lists(st.tuples(st.sampled_from(State), st.sampled_from(["nextcloud", "video", "gone"]), AGES), max_size=4)
MAILS = st.lists(st.tuples(st.sampled_from(inbound.State), st.sets(st.integers(0, 3)), AGES), max_size=4)
OURS = st.lists(st.tuples(st.integers(0, 4), st.booleans(), AGES), max_size=4)


@given(TICKETS, MAILS, OURS)
@settings(max_examples=25, deadline=None)
def test_the_run_forgets_what_the_rehearsal_told_and_a_second_run_nothing(
    some: list[tuple[State, str, float]],
    came: list[tuple[inbound.State, set[int], float]],
    went: list[tuple[int, bool, float]],
):
    database = Database(create_engine("sqlite://", poolclass=StaticPool))
    with database.write() as connection:
        metadata.create_all(connection)
    keys = [a_ticket(database, 1001 + n, ago=ago, state=state, service=id) for n, (state, id, ago) in enumerate(some)]
    for uid, (state, of, ago) in enumerate(came, start=1):
        belongs = [keys[n] for n in of if n < len(keys)] if state in (inbound.State.TICKET, inbound.State.STAFF) else []
        a_mail(database, uid, *belongs, ago=ago, state=state)
    for n, (of, sent, ago) in enumerate(went):
        ours(database, f"{n}@verein.example", keys[of] if of < len(keys) else None, ago=ago, sent=sent)
    with database.read() as connection:
        balance = {box: sum(states.values()) for box, states in inbound.counts(connection).items()}

    told, done = counted(database), forget_all(database)

    assert done == told
    assert counted(database) == forget_all(database) == {}
    with database.read() as connection:
        assert {box: sum(states.values()) for box, states in inbound.counts(connection).items()} == balance
        assert all(ticket.requester.email for ticket in tickets.unfinished(connection))
    database.close()
