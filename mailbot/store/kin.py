"""Mails of ours that one limit counts together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, String, and_, cast, func, or_, select, true, union_all

from mailbot.store.outbound import State
from mailbot.store.tables import NO_COPIES, number_of, outbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """
    Mails that one limit counts together: those to an address (also as a copy), about a ticket, the automatic ones;
    None is all of them.
    """

    recipient: str | None = None
    ticket: str | None = None
    automatic: bool | None = None
    transcripts: bool = False  # those alone that answer staff and are about no ticket


def newest(connection: Connection, kin: Kin, *, place: int, since: datetime) -> datetime | None:
    """
    When the mail of that kin was sent that stands at this place, counted from the newest (1).

    None where fewer have been sent after `since`.
    """
    newest_of_each = (
        select(outbound.c.sent_at)
        .where(outbound.c.sent_at > since, each)
        .order_by(outbound.c.sent_at.desc())
        .limit(place)
        .subquery()
        for each in _alike(kin)
    )
    times = union_all(*(select(each.c.sent_at) for each in newest_of_each)).subquery()
    newest = select(times.c.sent_at).order_by(times.c.sent_at.desc())
    return connection.execute(newest.offset(place - 1).limit(1)).scalar_one_or_none()


def held_before(connection: Connection, kin: Kin, id: int) -> int:
    """How many mails of that kin, written before the mail of that id, are held until the limits allow them."""
    held = and_(outbound.c.state == State.HELD.value, outbound.c.id < id)
    return int(connection.execute(select(func.count()).select_from(outbound).where(held, or_(*_alike(kin)))).scalar_one())


def _alike(kin: Kin) -> Sequence[ColumnElement[bool]]:
    """One or two conditions, each for an index of its own; no mail meets both."""
    also = and_(true(), *_also(kin))
    if kin.recipient is None:
        return [also]
    to_them = outbound.c.recipient == kin.recipient
    if kin.ticket is not None:  # It has few mails. In one condition, else they are looked for among all that staff get.
        return [and_(also, or_(to_them, _has_copy(kin.recipient)))]
    return [and_(also, to_them), and_(also, ~to_them, _has_copy(kin.recipient))]


def _also(kin: Kin) -> Iterator[ColumnElement[bool]]:
    if kin.ticket is not None:
        yield outbound.c.ticket == number_of(kin.ticket)
    if kin.automatic is not None:
        yield outbound.c.automatic.is_(kin.automatic)
    if kin.transcripts:
        yield and_(outbound.c.ticket.is_(None), outbound.c.cause.is_not(None))


def _has_copy(address: str) -> ColumnElement[bool]:
    """Whether the address is among the copies: in the text of the JSON list it stands in quotes."""
    as_text = cast(outbound.c.copies, String)
    return and_(as_text != NO_COPIES, as_text.contains(json.dumps(address), autoescape=True))
