"""
What staff have ordered, with the tickets as they were before: so that it can be undone.

With a ticket are kept who takes part in it, and which of its mails wait for a person: proposals and drafts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from mailbot.mail.message import Address
from mailbot.store import outbound as ours
from mailbot.store import participants, verdicts
from mailbot.store import tickets as ticket_store
from mailbot.store.outbound import Outbound
from mailbot.store.tables import orders, tickets
from mailbot.tickets.orders.order import Earlier
from mailbot.tickets.ticket import Source, State, Ticket
from mailbot.understanding.record import request_from_json, request_to_json


def remember(connection: Connection, before: Ticket, *, by: str, mail: int | None, at: datetime) -> None:
    """
    Keep the ticket as it was before an order, or as it shall be without it. Of one mail the first counts, whatever else it does.

    `by` is the id of the member of staff; `mail` that of the inbound mail, None at the command line.
    """
    number = connection.execute(select(tickets.c.number).where(tickets.c.key == before.key)).scalar_one()
    kept = select(orders.c.id).where(orders.c.ticket == number, orders.c.undone_at.is_(None), *_the_same(by, mail, at))
    if connection.execute(kept).first() is not None:
        return
    people = participants.of(connection, before.key)
    waiting = verdicts.for_a_person(connection, before.conversation)
    earlier = (each for each in waiting if (each.cause, each.created) != (mail, at))  # what the order itself has written goes
    stored = {
        **_to_json(before),
        "participants": [[each.name, each.email, copied] for each, copied in people],
        "mails": [[each.id, each.state.value, each.cause, each.created.isoformat()] for each in earlier],
    }
    connection.execute(orders.insert().values(ticket=number, by=by, mail=mail, at=at, before=stored))


def last(connection: Connection, key: str, *, by: str) -> Earlier | None:
    """The last order of a member of staff about a ticket, with all tickets that it changed; these are locked."""
    newest = connection.execute(
        select(orders)
        .join(tickets, tickets.c.number == orders.c.ticket)
        .where(tickets.c.key == key, orders.c.by == by)
        .order_by(orders.c.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return None
    rows = connection.execute(
        select(tickets.c.key, orders.c.before)
        .join(tickets, tickets.c.number == orders.c.ticket)
        .where(*_the_same(by, newest.mail, newest.at))
        .order_by(tickets.c.number)
    ).all()
    since = tuple(ticket_store.lock(connection, row.key) for row in rows)
    return Earlier(
        at=newest.at,
        mail=newest.mail,
        before=tuple(_as_it_was(ticket, row.before) for ticket, row in zip(since, rows, strict=True)),
        since=since,
        undone=newest.undone_at is not None,
    )


def undone(connection: Connection, order: Earlier, *, by: str, now: datetime) -> tuple[Outbound, ...]:
    """
    That order is taken back, and cannot be again: who took part does so, and what waited for a person does so.

    Gives the mails that wait again. The tickets themselves are the caller's to keep.
    """
    rows = connection.execute(
        select(tickets.c.key, orders.c.before)
        .join(tickets, tickets.c.number == orders.c.ticket)
        .where(*_the_same(by, order.mail, order.at))
        .order_by(orders.c.id)
    ).all()
    again: list[Outbound | None] = []
    for row in rows:
        those = [(Address(name=name, email=email), copied) for name, email, copied in row.before["participants"]]
        participants.set_to(connection, row.key, those)
        for id, state, cause, created in row.before["mails"]:
            was = datetime.fromisoformat(created)
            again.append(verdicts.put_back(connection, id, ours.State(state), cause=cause, created=was))
    connection.execute(update(orders).where(*_the_same(by, order.mail, order.at)).values(undone_at=now))
    return tuple(mail for mail in again if mail is not None)


def _the_same(by: str, mail: int | None, at: datetime) -> tuple[Any, ...]:
    return orders.c.by == by, orders.c.mail == mail, orders.c.at == at


def _to_json(ticket: Ticket) -> dict[str, Any]:
    """What orders can change."""
    return {
        "request": request_to_json(ticket.request),
        "state": ticket.state.value,
        "mailbox": ticket.mailbox,
        "assignee": ticket.assignee,
        "questions": ticket.questions,
        "due": ticket.due.isoformat() if ticket.due else None,
        "held": ticket.held,
        "waits_until": ticket.waits_until.isoformat() if ticket.waits_until else None,
        "merged_into": ticket.merged_into,
        "sources": [[each.field, each.value, each.by.name, each.by.email] for each in ticket.sources],
        "vouched": ticket.vouched,
    }


def _as_it_was(ticket: Ticket, stored: Mapping[str, Any]) -> Ticket:
    return replace(
        ticket,
        request=request_from_json(stored["request"]),
        state=State(stored["state"]),
        mailbox=stored["mailbox"],
        assignee=stored["assignee"],
        questions=stored["questions"],
        due=date.fromisoformat(stored["due"]) if stored["due"] else None,
        held=stored["held"],
        waits_until=datetime.fromisoformat(stored["waits_until"]) if stored["waits_until"] else None,
        merged_into=stored["merged_into"],
        sources=tuple(
            Source(field=field, value=value, by=Address(name=name, email=email))
            for field, value, name, email in stored["sources"]
        ),
        vouched=stored["vouched"],
    )
