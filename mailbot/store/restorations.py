"""
A database that was restored from a backup, and what it learns of the time that it has forgotten.

A backup bears a mark: whoever starts on it knows that mails may have been answered since. Of what our Sent folders show of
that time only our own signed Message-IDs are kept, and, veiled, those of the mails that they answer: nothing of anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, delete, select, update

from mailbot.store.database import insert_into
from mailbot.store.inbound import veiled
from mailbot.store.tables import recollections, restorations


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """A mail of ours that left after the backup: its Message-ID says about which ticket and to whom."""

    message_id: str
    sent_at: datetime


def mark(connection: Connection, *, taken_at: datetime) -> None:
    """From now on this database is the copy that was taken then."""
    connection.execute(restorations.insert().values(taken_at=taken_at))


def unsettled(connection: Connection) -> datetime | None:
    """When the oldest copy was taken whose time since then nobody has looked into; None: there is none."""
    open_ones = select(restorations.c.taken_at).where(restorations.c.settled_at.is_(None)).order_by(restorations.c.taken_at)
    return connection.execute(open_ones.limit(1)).scalar_one_or_none()


def settle(connection: Connection, *, now: datetime) -> None:
    """All that can be learned has been."""
    connection.execute(update(restorations).where(restorations.c.settled_at.is_(None)).values(settled_at=now))


def recollect(connection: Connection, *, message_id: str, key: str, answers: str, sent_at: datetime) -> None:
    """Note a mail of ours about the ticket `key`, and the Message-ID (may be "") of the mail that it answers; once."""
    statement = insert_into(connection.dialect.name, recollections).on_conflict_do_nothing(index_elements=["message_id"])
    connection.execute(statement.values(message_id=message_id, ticket=key, answers=veiled(answers), sent_at=sent_at))


def answering(connection: Connection, message_id: str) -> tuple[Recollection, ...]:
    """Those that answer that mail, the oldest first."""
    return _recollections(connection, _ANSWERING, veiled(message_id)) if message_id else ()


def about(connection: Connection, key: str) -> tuple[Recollection, ...]:
    """Those about that ticket, the oldest first."""
    return _recollections(connection, _ABOUT, key)


_IN_ORDER = select(recollections.c.message_id, recollections.c.sent_at).order_by(recollections.c.sent_at)
_ANSWERING = _IN_ORDER.where(recollections.c.answers == bindparam("which"))
_ABOUT = _IN_ORDER.where(recollections.c.ticket == bindparam("which"))


def _recollections(connection: Connection, statement: Select[tuple[str, datetime]], which: str) -> tuple[Recollection, ...]:
    found = connection.execute(statement, {"which": which})
    return tuple(Recollection(message_id=row.message_id, sent_at=row.sent_at) for row in found)


def take(connection: Connection, message_id: str) -> None:
    """The database knows that mail again."""
    connection.execute(delete(recollections).where(recollections.c.message_id == message_id))
