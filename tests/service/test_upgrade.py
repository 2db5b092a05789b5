"""A bot goes on with the database of every earlier version: who was asked under the old one is answered under the new one."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, MetaData, create_engine, make_url, select, text

from mailbot.store.migrate import known_versions, migrate
from mailbot.tickets.ticket import State
from tests.service.bench import Bench, answering, bench_in

ANNA = "anna.schmidt@posteo.example"
IDS = ("inbound", "outbound", "events")


@pytest.mark.parametrize("version", known_versions()[:-1])
def test_a_conversation_goes_on_after_an_upgrade(database_url: URL, tmp_path: Path, version: str):
    today = make_url(f"sqlite:///{tmp_path / 'today.db'}")
    for home in ("before", "after"):
        (tmp_path / home).mkdir()
    with bench_in(tmp_path / "before", today) as before:
        before.arrives()
        (question,), history = before.slot.to(ANNA), before.history()
    as_it_was(today, database_url, version)

    with bench_in(tmp_path / "after", database_url) as after:
        assert after.history() == history
        answer(after, before, question)

        (ticket,) = after.tickets()
        assert (ticket.key, ticket.state, ticket.requester.email) == ("KV-1001", State.ON_HOLD, ANNA)
        assert len(after.slot.to(ANNA)) == 1


def answer(bench: Bench, before: Bench, question: EmailMessage) -> None:
    """What was asked for, as a reply to what the old version wrote; the mailbox is where it was."""
    bench.support.next_uid = before.support.next_uid
    bench.arrives("Nutzerin ist Anna Schmidt, anna.schmidt@posteo.example, sie ist auch Admin.", **answering(question))


def as_it_was(today: URL, old: URL, version: str) -> None:
    """The same rows in a database of that version, as far as it had tables and columns for them."""
    source, target = create_engine(today), create_engine(old)
    with target.begin() as connection:
        migrate(connection, to=version)
    here, there = reflected(source), reflected(target)
    with source.connect() as reading, target.begin() as writing:
        for table in there.sorted_tables:
            if table.name == "alembic_version" or table.name not in here.tables:
                continue
            common = [column for column in here.tables[table.name].c if column.name in table.c]
            rows = [row._asdict() for row in reading.execute(select(*common))]
            if rows:
                writing.execute(table.insert(), rows)
        if target.dialect.name == "postgresql":
            for name in IDS:
                writing.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"))
    source.dispose()
    target.dispose()


def reflected(engine: Engine) -> MetaData:
    found = MetaData()
    found.reflect(engine)
    return found
