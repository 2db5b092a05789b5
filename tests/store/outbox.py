"""Mails of ours for tests, and their way into and out of the outbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event

from mailbot.store import delivery, outbound
from mailbot.store.database import Database
from mailbot.store.outbound import Outgoing

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)


def outgoing(message_id: str = "1@verein.example", **changes: object) -> Outgoing:
    values: dict[str, object] = {
        "message_id": message_id,
        "ticket": None,
        "mailbox": "support",
        "recipient": "anna@posteo.example",
        "raw": b"Hallo\r\n",
        "automatic": True,
        "due_at": NOW,
    }
    return Outgoing(**{**values, **changes})  # type: ignore[arg-type]


def queue(database: Database, *mails: Outgoing) -> None:
    with database.write() as connection:
        for mail in mails:
            outbound.queue(connection, mail, now=NOW)


def claim(database: Database, now: datetime = NOW) -> outbound.Outbound | None:
    with database.write() as connection:
        claimed = delivery.claim(connection, now=now, lease=LEASE)
    return claimed[0] if claimed else None


@contextmanager
def mails_fetched(database: Database) -> Iterator[list[int]]:
    """Of how many mails each statement fetches the bytes until the end of the block; only PostgreSQL tells."""
    fetched = list[int]()

    def look(_connection: object, cursor: Any, *_: object) -> None:
        if any(column.name == "raw" for column in cursor.description or ()):
            fetched.append(cursor.rowcount)

    event.listen(database.engine, "after_cursor_execute", look)
    try:
        yield fetched
    finally:
        event.remove(database.engine, "after_cursor_execute", look)


def sent(database: Database, *ago: float) -> None:
    """Send what is queued, one after the other, so many hours ago each."""
    for hours in ago:
        mail = claim(database)
        assert mail is not None
        with database.write() as connection:
            delivery.sent(connection, mail.id, now=NOW - timedelta(hours=hours))
