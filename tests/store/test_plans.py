"""Queries of the clock look at few tickets, however many are done: the database's own plan says so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, text

from mailbot.store import tables, tickets
from mailbot.store.database import Database
from mailbot.tickets.ticket import State
from tests import builders

DONE, WAITING = 3000, 3


def plans_of(connection: Connection, query: Any) -> str:
    """What the database says about how it finds what `query` asks for."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    query(connection)
    event.remove(connection, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    rows = [row for statement, parameters in asked for row in connection.exec_driver_sql(explain + statement, parameters)]
    return "\n".join(str(row[-1]) for row in rows)


def test_what_waits_is_found_by_index_among_all_that_is_done(database: Database):
    with database.write() as connection:
        for number in range(1, DONE + WAITING + 1):
            state = State.CLOSED if number <= DONE else State.ASKING
            here = builders.ticket(key=f"KV-{number}", conversation=number, state=state)
            connection.execute(tables.tickets.insert().values(number=number, key=here.key, **tickets._values(here)))
        connection.execute(tables.events.insert(), [line(number) for number in range(1, DONE + 1)])
        connection.execute(text("ANALYZE"))

    with database.read() as connection:
        plans = plans_of(connection, lambda each: tickets.with_histories(each, State.ASKING))

    assert "ix_tickets_state" in plans
    assert "ix_events_ticket" in plans
    assert not [step for step in plans.splitlines() if step.startswith("SCAN") or "Seq Scan" in step], plans


def line(number: int) -> dict[str, Any]:
    return {"ticket": number, "at": builders.NOW, "kind": "received", "by": "anna@posteo.example", "text": "Mail", "mail": None}
