"""How a database finds what it is asked for: listening to what is asked, and letting it tell by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from mailbot.store.tables import metadata

GROWING = frozenset({"inbound", "tickets", "ticket_mails", "participants", "events", "outbound"})
"""The tables that get a row for every mail and every ticket there ever is; all others stay small."""

SHORT = frozenset(
    str(index.name)
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
)
"""Indices of what there is still to do: they may be read from end to end."""

WIDE = {"ix_events_kind": "at"}
"""Indices by whose first column nearly all rows are found, each with the column that narrows it down."""

Asked = dict[str, Any]
"""Statements, each with the parameters with which it was asked last."""


@contextmanager
def listening(engine: Engine) -> Iterator[Asked]:
    """Every statement about rows that is asked within the block."""
    asked: Asked = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            asked[statement] = parameters[0] if many else parameters

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def scans(connection: Connection, asked: Asked) -> list[str]:
    """Those of the statements that read a growing table, or an index of all its rows, from end to end; with how they do it."""
    steps = _steps_of_sqlite
    if connection.dialect.name == "postgresql":
        steps = _steps_of_postgresql
        # The tables of a test are so short that reading them whole is rightly cheaper: whatever could do without shall do so.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    found = ((statement, step) for statement, values in asked.items() for step in steps(connection, statement, values))
    return [f"{step}: {' '.join(statement.split())}" for statement, step in dict.fromkeys(found)]


def _steps_of_sqlite(connection: Connection, statement: str, values: Any) -> Iterator[str]:
    for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
        scan = re.match(r"SCAN (\w+?)(?:_\d+)?(?: USING (?:COVERING )?INDEX (\w+))?$", step)
        search = re.match(r"SEARCH .* INDEX (\w+) \((.+)\)$", step)
        if (scan and scan[1] in GROWING and scan[2] not in SHORT) or (search and not _is_narrow(search[1], search[2])):
            yield step


def _steps_of_postgresql(connection: Connection, statement: str, values: Mapping[str, Any]) -> Iterator[str]:
    """By the plan for these values, and by the one for any values, which a prepared statement gets after some times."""
    # Doubled percent signs are single ones where no values are given.
    any_values = statement % {name: f"${number}" for number, name in enumerate(values, start=1)}
    cursor = connection.connection.cursor()
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", values)
    (for_these,) = cursor.fetchone()
    cursor.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {any_values}")
    (for_any,) = cursor.fetchone()
    plans = [for_these[0]["Plan"], for_any[0]["Plan"]]
    # The second one is taken where it looks no dearer.
    for plan in plans if plans[1]["Total Cost"] <= plans[0]["Total Cost"] else plans[:1]:
        for node in _nodes(plan):
            if _reads_all(node):
                yield " ".join(node[each] for each in ("Node Type", "Relation Name", "Index Name") if each in node)


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)


def _reads_all(node: Mapping[str, Any]) -> bool:
    index, table = node.get("Index Name"), node.get("Relation Name")  # a bitmap names its table one node further up
    if index is None:
        return node["Node Type"] == "Seq Scan" and table in GROWING
    return index not in SHORT and table in (*GROWING, None) and not _is_narrow(index, node.get("Index Cond", ""))


def _is_narrow(index: str, condition: str) -> bool:
    """Whether what is asked for of an index leaves out most of its rows."""
    return bool(condition) and (index not in WIDE or re.search(rf"\b{WIDE[index]}\b", condition) is not None)
