"""Services that staff have put on hold while the bot runs; rules.yaml can do so too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from mailbot.store.database import insert_into
from mailbot.store.tables import services_on_hold


def hold(connection: Connection, service: str, *, because: str, now: datetime) -> None:
    """Put a service on hold, or change the reason."""
    statement = insert_into(connection.dialect.name, services_on_hold).values(service=service, because=because, since=now)
    connection.execute(statement.on_conflict_do_update(index_elements=["service"], set_={"because": because}))


def release(connection: Connection, service: str) -> bool:
    """End a hold; False when there is none."""
    return connection.execute(delete(services_on_hold).where(services_on_hold.c.service == service)).rowcount == 1


_HOLDS = select(services_on_hold.c.service, services_on_hold.c.because)


def holds(connection: Connection) -> dict[str, str]:
    """Service id to reason."""
    return {row.service: row.because for row in connection.execute(_HOLDS)}
