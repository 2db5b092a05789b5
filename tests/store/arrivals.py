"""Mails that came in, for tests, and their way to a worker."""

from datetime import UTC, datetime, timedelta

from mailbot.store import claims, inbound
from mailbot.store.database import Database
from mailbot.store.inbound import Identity, Inbound, New, Place, State
from mailbot.store.portion import Most

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
INBOX = Place(mailbox="support", folder="INBOX", uidvalidity=7, uid=1)
MAIL = Identity(message_id="1@posteo.example", sha256="a" * 64)


def keep(
    database: Database,
    *,
    place: Place = INBOX,
    identity: Identity = MAIL,
    raw: bytes = b"Hallo\r\n",
    state: State = State.PENDING,
) -> bool:
    with database.write() as connection:
        return inbound.add(connection, New(place=place, identity=identity, raw=raw, received=NOW, state=state)) == 1


def claim(database: Database, now: datetime = NOW) -> Inbound | None:
    return next((mail for mail, _ in claim_some(database, now, mails=1)), None)


def claim_some(
    database: Database, now: datetime = NOW, *, mails: int = 10, bytes: int = 1000
) -> tuple[tuple[Inbound, bytes], ...]:
    with database.write() as connection:
        return claims.claim(connection, now=now, lease=LEASE, most=Most(mails=mails, bytes=bytes))
