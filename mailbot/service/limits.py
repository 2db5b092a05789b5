"""
Whether a mail may leave now: never more than the limits, and nothing automatic to an address whose mail came back.

A loop between two machines that nothing else has ended ends here. What a short limit keeps back leaves by itself
later; at the longest one a person decides, for by then it is no person who writes to us.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue
from mailbot.store import kin, returns
from mailbot.store.kin import Kin, Place
from mailbot.store.outbound import Outbound, State

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_DECIDED = (State.SENDING, State.RELEASED)
"""It was allowed before the sender died over it, or a person has let it go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why a mail must not leave now, as a sentence for staff; `until` None: a person must decide."""

    because: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """At most `most` mails of this kin in any such span."""

    kin: Kin
    span: timedelta
    most: int
    because: str
    last: bool = False  # beyond it a person decides

    def place(self, now: datetime) -> Place:
        """Where a mail stands if the limit is reached."""
        return Place(kin=self.kin, number=self.most, since=now - self.span)


def objection(connection: Connection, catalogue: Catalogue, mail: Outbound, now: datetime) -> Objection | None:
    """
    What speaks against sending this mail now; None when nothing does.

    The digest has no limits, for it tells of all others; nor have words that staff write to a member, but for those
    of one ticket: their answer may be that of a machine.
    """
    if (mail.ticket is None and mail.cause is None) or mail.state in _DECIDED:
        return None
    to_staff = catalogue.member_of_staff(mail.recipient) is not None
    by_itself = mail.automatic or to_staff
    if by_itself and returns.comes_back(connection, mail.recipient):
        return Objection(because=f"eine Mail an {mail.recipient} kam zurück")
    limits = tuple(_limits(catalogue, mail, by_itself=by_itself))
    reached = kin.sent_at(connection, *(limit.place(now) for limit in limits))
    found = [
        (until, limit)
        for limit, moment in zip(limits, reached, strict=True)
        if moment and (until := _allowed_again(connection, limit, mail, now))
    ]
    if not found:
        return None
    final = next((limit for _, limit in found if limit.last), None)
    if final is not None:
        return Objection(because=final.because)
    until, limit = max(found, key=lambda each: each[0])
    return Objection(because=limit.because, until=until)


def _allowed_again(connection: Connection, limit: _Limit, mail: Outbound, now: datetime) -> datetime | None:
    """
    When this limit, which is reached, lets the mail go, None for now.

    What was kept back before it has its turn first. So all leave in order, and none is looked at each time one may leave.
    """
    rounds, ahead = divmod(kin.held_before(connection, limit.kin, mail.id), limit.most)
    (moment,) = kin.sent_at(connection, replace(limit.place(now), number=limit.most - ahead))
    return moment and moment + limit.span * (rounds + 1)


def objections_to_copies(connection: Connection, catalogue: Catalogue, mail: Outbound, now: datetime) -> dict[str, str]:
    """Which of its copies must not leave now, each with the reason: for them the limits hold as for the recipient."""
    against = {
        copy: objection(connection, catalogue, replace(mail, recipient=copy, state=State.QUEUED), now) for copy in mail.copies
    }
    return {copy: found.because for copy, found in against.items() if found}


def _limits(catalogue: Catalogue, mail: Outbound, *, by_itself: bool) -> Iterator[_Limit]:
    limits = catalogue.limits
    about = Kin(recipient=mail.recipient, ticket=mail.ticket, transcripts=mail.ticket is None)
    longest = max(limits.per_ticket, default=None)
    for span, most in limits.per_ticket.items():
        because = f"zu viele Mails an {mail.recipient} zu diesem Vorgang"
        yield _Limit(kin=about, span=span, most=most, because=because, last=span == longest)
    if mail.automatic:
        theirs = Kin(recipient=mail.recipient, automatic=True)
        because = f"zu viele automatische Mails an {mail.recipient}"
        yield _Limit(kin=theirs, span=HOUR, most=limits.per_hour, because=because)
        yield _Limit(kin=theirs, span=DAY, most=limits.per_day, because=because, last=True)
    if by_itself:
        yield _Limit(kin=Kin(), span=HOUR, most=limits.altogether, because="zu viele Mails in einer Stunde, an alle zusammen")
