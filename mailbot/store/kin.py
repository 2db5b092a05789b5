"""Mails of ours that one limit counts together."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, bindparam, cast, func, or_, select, true, union_all

from mailbot.store.outbound import State
from mailbot.store.tables import NO_COPIES, number_of, outbound, tickets


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Of the mails of that kin that were sent after `since`, the one that stands there, counted from the newest (1)."""

    kin: Kin
    number: int
    since: datetime


def sent_at(connection: Connection, *places: Place) -> Sequence[datetime | None]:
    """When the mail at each of the places was sent, all asked at once; None where there are not so many."""
    if not places:
        return ()
    values = {name: value for at, place in enumerate(places) for name, value in _values(place, at).items()}
    return tuple(connection.execute(_sent_at(tuple(_form(place.kin) for place in places)), values).one())


def held_before(connection: Connection, kin: Kin, id: int) -> int:
    """How many mails of that kin, written before the mail of that id, are held until the limits allow them."""
    return int(connection.execute(_held_before(_form(kin)), {"before": id, **_values_of(kin, 0)}).scalar_one())


@cache
def _sent_at(forms: tuple[Kin, ...]) -> Select[Any]:
    """Built once, for that takes longer than to ask."""
    columns: Sequence[ColumnElement[Any]] = [_one_sent_at(form, at).label(f"at_{at}") for at, form in enumerate(forms)]
    return select(*columns)


def _one_sent_at(form: Kin, at: int) -> ColumnElement[datetime]:
    newest_of_each = (
        select(outbound.c.sent_at)
        .where(outbound.c.sent_at > bindparam(f"since_{at}", type_=outbound.c.sent_at.type), each)
        .order_by(outbound.c.sent_at.desc())
        .limit(bindparam(f"number_{at}"))
        .subquery()
        for each in _alike(form, at)
    )
    times = union_all(*(select(each.c.sent_at) for each in newest_of_each)).subquery()
    newest = select(times.c.sent_at).order_by(times.c.sent_at.desc())
    return newest.offset(bindparam(f"newer_{at}")).limit(1).scalar_subquery()


@cache
def _held_before(form: Kin) -> Select[Any]:
    held = and_(outbound.c.state == State.HELD.value, outbound.c.id < bindparam("before"))
    return select(func.count()).select_from(outbound).where(held, or_(*_alike(form, 0)))


def _form(kin: Kin) -> Kin:
    """The kin without its names: statements are the same for all that have this form."""
    return replace(kin, recipient=kin.recipient and "", ticket=kin.ticket and "")


def _values(place: Place, at: int) -> dict[str, Any]:
    here = {f"since_{at}": place.since, f"number_{at}": place.number, f"newer_{at}": place.number - 1}
    return here | _values_of(place.kin, at)


def _values_of(kin: Kin, at: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if kin.recipient is not None:
        values |= {f"recipient_{at}": kin.recipient, f"copy_{at}": _pattern(kin.recipient)}
    if kin.ticket is not None:
        values |= {f"ticket_{at}": kin.ticket}
    return values


def _alike(form: Kin, at: int) -> Sequence[ColumnElement[bool]]:
    """One or two conditions, each for an index of its own; no mail meets both."""
    also = and_(true(), *_also(form, at))
    if form.recipient is None:
        return [also]
    to_them = outbound.c.recipient == bindparam(f"recipient_{at}")
    if form.ticket is not None:  # It has few mails. In one condition, else they are looked for among all that staff get.
        return [and_(also, or_(to_them, _has_copy(at)))]
    return [and_(also, to_them), and_(also, ~to_them, _has_copy(at))]


def _also(form: Kin, at: int) -> Iterator[ColumnElement[bool]]:
    if form.ticket is not None:
        yield outbound.c.ticket == number_of(bindparam(f"ticket_{at}", type_=tickets.c.key.type))
    if form.automatic is not None:
        yield outbound.c.automatic.is_(form.automatic)
    if form.transcripts:
        yield and_(outbound.c.ticket.is_(None), outbound.c.cause.is_not(None))


def _has_copy(at: int) -> ColumnElement[bool]:
    """Whether the address is among the copies: in the text of the JSON list it stands in quotes."""
    as_text = cast(outbound.c.copies, String)
    return and_(as_text != NO_COPIES, as_text.like(bindparam(f"copy_{at}", type_=String), escape="/"))


def _pattern(address: str) -> str:
    literally = json.dumps(address).replace("/", "//").replace("%", "/%").replace("_", "/_")
    return f"%{literally}%"
