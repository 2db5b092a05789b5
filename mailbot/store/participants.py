"""Who takes part in a ticket, and who of them gets copies."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from mailbot.mail.message import Address
from mailbot.store.database import insert_into
from mailbot.store.merging import whole
from mailbot.store.tables import KEY, NUMBER, number_of, participants, tickets


def take_part(connection: Connection, key: str, address: str) -> None:
    """From now on the address belongs to the ticket."""
    connection.execute(_taking_part(connection.dialect.name), {"of": key, "who": canonical(address)})


@cache
def _taking_part(dialect: str) -> Any:
    there = select(tickets.c.number, bindparam("who", type_=participants.c.address.type)).where(tickets.c.key == KEY)
    return insert_into(dialect, participants).from_select(["ticket", "address"], there).on_conflict_do_nothing()


def takes_part(connection: Connection, key: str, *addresses: str) -> bool:
    """Whether one of the addresses belongs to the ticket, or to one that was merged into it."""
    found = select(participants.c.address).where(
        participants.c.ticket.in_(whole(key)), participants.c.address.in_([canonical(each) for each in addresses])
    )
    return connection.execute(found).first() is not None


def copy_to(connection: Connection, key: str, address: Address) -> bool:
    """From now on the address gets our mails to the requester, too. False: it does already."""
    if address.email in {each.email for each in in_copy(connection, key)}:
        return False
    take_part(connection, key, address.email)
    _set_copied(connection, key, address.email, copied=True, name=address.name)
    return True


def copy_no_more(connection: Connection, key: str, address: str) -> bool:
    """The address takes part still, and gets no copies any more. False: it got none."""
    if address.lower() not in {each.email for each in in_copy(connection, key)}:
        return False
    _set_copied(connection, key, address, copied=False)
    return True


_IN_COPY = (
    select(participants.c.name, participants.c.address)
    .where(participants.c.ticket == NUMBER, participants.c.copied)
    .order_by(participants.c.address)
)


def in_copy(connection: Connection, key: str) -> tuple[Address, ...]:
    """Who gets our mails to the requester, too, in order of their addresses."""
    return tuple(Address(name=row.name, email=row.address) for row in connection.execute(_IN_COPY, {"of": key}))


def of(connection: Connection, key: str) -> tuple[tuple[Address, bool], ...]:
    """Who belongs to the ticket, in order of their addresses, each with whether they get copies."""
    found = select(participants).where(participants.c.ticket == number_of(key)).order_by(participants.c.address)
    return tuple((Address(name=row.name, email=row.address), row.copied) for row in connection.execute(found))


def set_to(connection: Connection, key: str, those: Iterable[tuple[Address, bool]]) -> None:
    """They belong to the ticket, and nobody else."""
    connection.execute(delete(participants).where(participants.c.ticket == number_of(key)))
    for each, copied in those:
        take_part(connection, key, each.email)
        _set_copied(connection, key, each.email, copied=copied, name=each.name)


def _set_copied(connection: Connection, key: str, address: str, **values: Any) -> None:
    here = (participants.c.ticket == number_of(key), participants.c.address == canonical(address))
    connection.execute(update(participants).where(*here).values(**values))


def canonical(address: str) -> str:
    """An address as it is kept."""
    # No address is longer (RFC 5321, 4.5.3.1); a longer one is rubbish that must not burst the index.
    return address.lower()[:320]
