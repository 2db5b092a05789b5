"""A look into the database from outside, for the shell: it creates nothing, brings nothing up to date, and waits for nobody."""

from __future__ import annotations

from sqlalchemy import URL, create_engine, select
from sqlalchemy.pool import NullPool

from mailbot.store.tables import tickets

SECONDS = 1
"""Who has pressed the tabulator does not wait longer for a server."""


def newest_tickets(url: URL, beginning: str, *, at_most: int) -> tuple[tuple[str, str, str], ...]:
    """
    Key, service and state of the newest tickets whose keys begin so.

    Whatever is wrong with the database is raised as SQLAlchemy has it.
    """
    query = (
        select(tickets.c.key, tickets.c.service, tickets.c.state)
        .where(tickets.c.key >= beginning, tickets.c.key < beginning + "\uffff")  # unlike LIKE, by the index
        .order_by(tickets.c.number.desc())
        .limit(at_most)
    )
    with create_engine(_only_to_read(url), poolclass=NullPool, connect_args=_impatient(url)).connect() as connection:
        return tuple((row.key, row.service, row.state) for row in connection.execute(query))


def _only_to_read(url: URL) -> URL:
    if url.drivername != "sqlite":
        return url
    return url.set(database=f"file:{url.database}").update_query_dict({"mode": "ro", "uri": "true"})


def _impatient(url: URL) -> dict[str, int]:
    return {"timeout": SECONDS} if url.drivername == "sqlite" else {"connect_timeout": SECONDS}
