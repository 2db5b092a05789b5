"""Column types that keep what SQLite and PostgreSQL would otherwise change or refuse."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Dialect, LargeBinary, String, Text, bindparam
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An instant, aware and in UTC on both sides; SQLite knows no zones and keeps the bare UTC time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text out of mails. PostgreSQL refuses NUL, and no database takes halves of surrogate pairs: both are left out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


class Packed(TypeDecorator[bytes]):
    """Bytes, compressed where they lie."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | bytearray | None:
        return None if value is None else _packed(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.decompress(value)


LONG = 1_000_000
"""Bytes; what is longer is nearly all attachments."""


def _packed(value: bytes) -> bytes | bytearray:
    if len(value) <= LONG:
        return zlib.compress(value, level=6)
    # In base64 nothing is said twice: looking for it takes four times as long and saves nothing.
    packer, packed, whole = zlib.compressobj(strategy=zlib.Z_HUFFMAN_ONLY), bytearray(), memoryview(value)
    for at in range(0, len(value), LONG):  # piece by piece: there is only one copy
        packed += packer.compress(whole[at : at + LONG])
    packed += packer.flush()
    return packed


class Term(TypeDecorator[str]):
    """
    One of a few words of ours, like a state. What it is compared with stands in the statement itself.

    As a parameter it would leave PostgreSQL to plan for any of them: most rows have the same one, and those that are
    looked for hardly ever. And no database could tell that an index of the rows with that word alone serves.
    """

    impl = String
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Comparisons with the words themselves."""

        def operate(self, op: OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
            """As always, but for words and lists of words."""
            return super().operate(op, *(_in_the_statement(each) for each in other), **kwargs)

    comparator_factory = Comparator


def _in_the_statement(value: Any) -> Any:
    match value:
        case str():
            return bindparam(None, value, String, literal_execute=True)
        case [*words]:
            return bindparam(None, words, String, expanding=True, literal_execute=True)
    return value
