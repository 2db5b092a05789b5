"""Which inbound mails belong to which tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from mailbot.store.database import insert_into
from mailbot.store.merging import whole
from mailbot.store.participants import canonical
from mailbot.store.tables import NUMBER, inbound, participants, ticket_mails, tickets


def add(connection: Connection, key: str, mail: int) -> None:
    """From now on the inbound mail belongs to the ticket."""
    connection.execute(_belonging(connection.dialect.name), {"of": key, "mail": mail})


@cache
def _belonging(dialect: str) -> Any:
    return insert_into(dialect, ticket_mails).values(ticket=NUMBER).on_conflict_do_nothing()


def mails_of(connection: Connection, key: str) -> tuple[int, ...]:
    """Ids of the inbound mails that belong to the ticket, or to one that was merged into it, in order."""
    found = select(ticket_mails.c.mail).where(ticket_mails.c.ticket.in_(whole(key))).distinct().order_by(ticket_mails.c.mail)
    return tuple(connection.execute(found).scalars())


_LATELY = (
    select(tickets.c.key, ticket_mails.c.mail)
    .join(ticket_mails, ticket_mails.c.ticket == tickets.c.number)
    .where(tickets.c.requester_email == bindparam("who"), tickets.c.opened >= bindparam("since"))
    .order_by(ticket_mails.c.mail.desc(), tickets.c.number)
)


def lately_from(connection: Connection, address: str, *, since: datetime) -> tuple[tuple[str, int], ...]:
    """Tickets that the address has opened since then, each with the mails that belong to it, the newest first."""
    found = connection.execute(_LATELY, {"who": address, "since": since})
    return tuple((row.key, row.mail) for row in found)


_OF_MAIL = (
    select(tickets.c.key)
    .join(ticket_mails, ticket_mails.c.ticket == tickets.c.number)
    .where(ticket_mails.c.mail == bindparam("which"))
    .order_by(tickets.c.number)
)


def tickets_of(connection: Connection, mail: int) -> tuple[str, ...]:
    """Keys of the tickets that the inbound mail belongs to."""
    return tuple(connection.execute(_OF_MAIL, {"which": mail}).scalars())


def ticket_with(connection: Connection, message_ids: Sequence[str], address: str) -> str | None:
    """Key of the newest ticket that a mail of one of these Message-IDs belongs to and the address takes part in."""
    if not message_ids:
        return None
    return connection.execute(
        select(tickets.c.key)
        .join(ticket_mails, ticket_mails.c.ticket == tickets.c.number)
        .join(inbound, inbound.c.id == ticket_mails.c.mail)
        .join(participants, participants.c.ticket == tickets.c.number)
        .where(inbound.c.message_id.in_(message_ids), participants.c.address == canonical(address))
        .order_by(tickets.c.number.desc())
        .limit(1)
    ).scalar_one_or_none()


def with_mail(connection: Connection, message_id: str, *, by_hand: bool = False) -> tuple[str, ...]:
    """Keys of the tickets that a mail of that Message-ID belongs to, in order; `by_hand`: written from a mailbox, past us."""
    found = (
        select(tickets.c.key, tickets.c.number)
        .join(ticket_mails, ticket_mails.c.ticket == tickets.c.number)
        .join(inbound, inbound.c.id == ticket_mails.c.mail)
        .where(inbound.c.message_id == message_id, *([inbound.c.by_hand] if by_hand else []))
        .order_by(tickets.c.number)
        .distinct()
    )
    return tuple(connection.execute(found).scalars())
