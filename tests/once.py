"""What every test would work out anew and with the same result, worked out once in a process: conftest.py sees to it."""

from __future__ import annotations

from collections.abc import Hashable, Set
from typing import Any

from sqlalchemy import Connection, Engine, event

from mailbot.catalogue import Catalogue, reading


class Statements:
    """
    SQL as SQLAlchemy has compiled it, for all databases of one kind.

    Left to itself SQLAlchemy keeps it for one engine; a bot has one for all its life, a test has one of its own.
    """

    def __init__(self) -> None:
        self._compiled: dict[Hashable, Any] = {}

    def get(self, key: tuple[Any, ...]) -> Any:
        return self._compiled.get(self._of_kind(key))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        self._compiled[self._of_kind(key)] = compiled

    @staticmethod
    def _of_kind(key: tuple[Any, ...]) -> Hashable:
        dialect, *statement = key
        return (type(dialect), *statement)


def compile_statements_once() -> None:
    statements = Statements()

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=statements)


def read_rules_once() -> None:
    """The same text gives the same catalogue, which nobody can change; tests of reading itself ask for `parse_catalogue`."""
    parse = reading.parse_catalogue
    known: dict[tuple[str, Set[str] | None], Catalogue] = {}

    def remembering(text: str, name: str, *, handovers: frozenset[str] | None) -> Catalogue:
        if (text, handovers) not in known:
            known[text, handovers] = parse(text, name, handovers=handovers)
        return known[text, handovers]

    reading.parse_catalogue = remembering
