"""The mails that the bot sends to itself: on their way, or found again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from mailbot.store.tables import canaries

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One of them; `found_at` None: it has not been seen again yet."""

    message_id: str
    mailbox: str
    sent_at: datetime
    found_at: datetime | None = None


def keep(connection: Connection, canary: Canary) -> None:
    """Note one that is about to leave, and forget those of long ago."""
    connection.execute(delete(canaries).where(canaries.c.sent_at < canary.sent_at - KEPT))
    connection.execute(canaries.insert().values(message_id=canary.message_id, mailbox=canary.mailbox, sent_at=canary.sent_at))


def found(connection: Connection, message_id: str, *, mailbox: str, now: datetime) -> Canary | None:
    """The canary of that Message-ID, which has come to the mailbox it was meant for; None when it is none."""
    here = (canaries.c.message_id == message_id.strip().strip("<>"), canaries.c.mailbox == mailbox)
    connection.execute(update(canaries).where(*here, canaries.c.found_at.is_(None)).values(found_at=now))
    row = connection.execute(select(canaries).where(*here)).one_or_none()
    return None if row is None else Canary(**row._mapping)


def newest_found(connection: Connection, mailbox: str) -> Canary | None:
    """The one that was sent last of those that came back."""
    back = (canaries.c.mailbox == mailbox, canaries.c.found_at.is_not(None))
    row = connection.execute(select(canaries).where(*back).order_by(canaries.c.sent_at.desc()).limit(1)).one_or_none()
    return None if row is None else Canary(**row._mapping)


def lost_since(connection: Connection, mailbox: str, *, before: datetime) -> datetime | None:
    """When the first was sent that is missing, if it and all after it left before then and none of them came back."""
    last = newest_found(connection, mailbox)
    missing = [canaries.c.mailbox == mailbox, canaries.c.found_at.is_(None), canaries.c.sent_at <= before]
    if last is not None:
        missing.append(canaries.c.sent_at > last.sent_at)
    return connection.execute(select(func.min(canaries.c.sent_at)).where(*missing)).scalar_one_or_none()
