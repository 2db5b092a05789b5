"""Jobs of the clock: each runs once per due time, however many bots run and however often they restart."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from mailbot.store.database import insert_into
from mailbot.store.tables import jobs


def take(connection: Connection, name: str, due: str, *, now: datetime) -> bool:
    """
    Take a job that was due at `due` (a day, an hour) in the transaction that does it.

    False when it is done, or being done: another bot waits here until the first has committed.
    """
    statement = insert_into(connection.dialect.name, jobs).values(name=name, due=due, done_at=now)
    return connection.execute(statement.on_conflict_do_nothing().returning(jobs.c.name)).first() is not None


def is_done(connection: Connection, name: str, due: str) -> bool:
    """Whether the job that was due then has been done."""
    done = select(jobs.c.name).where(jobs.c.name == name, jobs.c.due == due)
    return connection.execute(done).first() is not None


def last_done(connection: Connection, name: str) -> datetime | None:
    """When the job was last done."""
    done = select(jobs.c.done_at).where(jobs.c.name == name).order_by(jobs.c.done_at.desc()).limit(1)
    return connection.execute(done).scalar_one_or_none()
