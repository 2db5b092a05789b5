"""
What was only written down: mails that the bot would have sent, and the trial that they belong to.

    shadow ──▶ dropped    the trial is over
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from mailbot.store.outbound import State
from mailbot.store.tables import inbound, outbound


def is_there(connection: Connection) -> bool:
    """Whether mails of a trial lie in the outbox."""
    return connection.execute(select(outbound.c.id).where(outbound.c.state == State.SHADOW.value).limit(1)).first() is not None


def has_spoken(connection: Connection) -> bool:
    """Whether the outbox holds a mail that has left, or may, or might have."""
    return connection.execute(select(outbound.c.id).where(outbound.c.state != State.SHADOW.value).limit(1)).first() is not None


def drop_all(connection: Connection, *, error: str) -> int:
    """What was written in the trial is over; tells how many mails that are."""
    written = update(outbound).where(outbound.c.state == State.SHADOW.value)
    return connection.execute(written.values(state=State.DROPPED.value, error=error)).rowcount


def leave_in_place(connection: Connection) -> None:
    """What has been worked on so far counts as filed where it lies: `after: move` is for what comes from now on."""
    done = (inbound.c.moved_to.is_(None), inbound.c.done_at.is_not(None))
    connection.execute(update(inbound).where(*done).values(moved_to=inbound.c.folder))
