"""
Which troubles staff are told of by mail, and when. Pure.

Each is told once when it has lasted, and once more when it is over; beyond a number of mails a day the digest alone tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from mailbot.tickets.trouble import Kind

PATIENCE = timedelta(minutes=30)
"""What is over sooner happens to every server, and after every start of the bot; nobody needs a mail about it."""

_SAID: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        Kind.MAILBOX: ("{address} ist nicht erreichbar", "{address} ist wieder erreichbar"),
        Kind.PROCESSING: ("Mails bleiben liegen", "Mails werden wieder bearbeitet"),
        Kind.QUARANTINE: (
            "Mails an {address} sind in Quarantäne",
            "Keine Mail an {address} ist mehr in Quarantäne",
        ),
        Kind.DISK: ("Die Festplatte des Bots ist fast voll", "Auf der Festplatte des Bots ist wieder Platz"),
        Kind.DATABASE: ("Die Datenbank des Bots ist nicht erreichbar", "Die Datenbank des Bots ist wieder erreichbar"),
        Kind.CANARY: ("Eine Kontrollmail an {address} ist nicht angekommen", "Kontrollmails an {address} kommen wieder an"),
        Kind.CLOCK: ("Die Uhr des Bots steht", "Die Uhr des Bots geht wieder"),
    }
)

ALARMING = frozenset(_SAID)
"""Of the others no mail tells: where SMTP is away none could, and undelivered mails have their tickets and the digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """
    A trouble from its beginning to its end; `about` is the id of a mailbox, or "".

    `seen_at` says when a bot saw it first: after a start things look old that are being dealt with just then. `told_at` and
    `end_told_at` say when staff got the mail about it; None: not yet.
    """

    id: int
    kind: Kind
    about: str
    since: datetime
    seen_at: datetime
    told_at: datetime | None = None
    over_at: datetime | None = None
    end_told_at: datetime | None = None


def to_tell(alarms: Iterable[Alarm], *, now: datetime, told: int, at_most: int) -> tuple[Alarm, ...]:
    """The alarms whose beginning or end is to be told now, oldest first; `told` mails have left in the last day."""
    waiting = sorted((alarm for alarm in alarms if _is_news(alarm, now)), key=lambda alarm: alarm.over_at or alarm.since)
    return tuple(waiting[: max(0, at_most - told)])


def _is_news(alarm: Alarm, now: datetime) -> bool:
    if alarm.over_at is not None:
        return alarm.told_at is not None and alarm.end_told_at is None
    # A canary had its time already.
    patience = timedelta() if alarm.kind is Kind.CANARY else PATIENCE
    return alarm.told_at is None and alarm.seen_at <= now - patience


def said_of(kind: Kind, address: str) -> str:
    """What is wrong, in a few words for staff; `address` is that of the mailbox it is about."""
    return _SAID[kind][0].format(address=address)


def said_when_over(kind: Kind, address: str) -> str:
    """That it is not any more."""
    return _SAID[kind][1].format(address=address)
