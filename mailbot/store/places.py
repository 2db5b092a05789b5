"""Where on a server the mails lie that came in: known by their UIDs, recognised when those change, moved when they are done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from sqlalchemy import ColumnElement, Connection, or_, select, update

from mailbot.store.inbound import Identity, New, Place, State, is_that
from mailbot.store.portion import portions
from mailbot.store.tables import inbound, ticket_mails, tickets
from mailbot.tickets.ticket import State as TicketState


def is_here(connection: Connection, place: Place) -> bool:
    """Whether the mail of that place is kept."""
    return connection.execute(select(inbound.c.id).where(*_at(place))).first() is not None


def _at(place: Place) -> tuple[ColumnElement[bool], ...]:
    return (*_beside(place), inbound.c.uid == place.uid)


def _beside(place: Place) -> tuple[ColumnElement[bool], ...]:
    """In the same folder."""
    return _in(place.mailbox, place.folder, place.uidvalidity)


def _in(mailbox: str, folder: str, uidvalidity: int) -> tuple[ColumnElement[bool], ...]:
    return inbound.c.mailbox == mailbox, inbound.c.folder == folder, inbound.c.uidvalidity == uidvalidity


def newest(connection: Connection, *, mailbox: str, folder: str, uidvalidity: int, number: int) -> dict[int, Identity]:
    """What the mails with the highest UIDs are, by UID; the Message-IDs of forgotten ones are veiled."""
    rows = connection.execute(
        select(inbound.c.uid, inbound.c.message_id, inbound.c.sha256)
        .where(*_in(mailbox, folder, uidvalidity))
        .order_by(inbound.c.uid.desc())
        .limit(number)
    )
    return {row.uid: Identity(message_id=row.message_id, sha256=row.sha256) for row in rows}


def are_here(connection: Connection, places: Sequence[Place]) -> frozenset[Place]:
    """The mails of which of these places, all in one folder, are kept."""
    by_uid = {place.uid: place for place in places}
    found = select(inbound.c.uid).where(*_beside(places[0]), inbound.c.uid.in_(by_uid))
    return frozenset(by_uid[uid] for uid in connection.execute(found).scalars())


def any_waits_for_its_place(connection: Connection, place: Place) -> bool:
    """Whether mails of that folder are kept under another UIDVALIDITY, to be recognised (`attach`)."""
    here = (inbound.c.mailbox == place.mailbox, inbound.c.folder == place.folder)
    # Each half by the index and in its order, else what is not there is looked for everywhere.
    halves = (inbound.c.uidvalidity < place.uidvalidity, inbound.c.uidvalidity > place.uidvalidity)
    kept = select(inbound.c.id).where(*here).order_by(inbound.c.uidvalidity).limit(1)
    return any(connection.execute(kept.where(half)).first() for half in halves)


def forget_places(connection: Connection, *, mailbox: str, folder: str, uidvalidity: int) -> None:
    """The UIDs under that UIDVALIDITY mean other mails from now on; those that had them wait to be recognised (`attach`)."""
    connection.execute(
        update(inbound)
        .where(*_in(mailbox, folder, uidvalidity))
        # No server says 0; the row's own number keeps them apart.
        .values(uidvalidity=0, uid=inbound.c.id)
    )


def attach(connection: Connection, *, place: Place, identity: Identity) -> bool:
    """
    After a change of UIDVALIDITY: let the mail that is known under an older one be at `place` from now on.

    False when no mail of that identity waits for its place; of several copies each is taken once.
    """
    known = connection.execute(
        select(inbound.c.id)
        .where(
            inbound.c.mailbox == place.mailbox,
            inbound.c.folder == place.folder,
            inbound.c.uidvalidity != place.uidvalidity,
            *is_that(identity),
            or_(inbound.c.moved_to.is_(None), inbound.c.moved_to == inbound.c.folder),
        )
        .order_by(inbound.c.id)
        .limit(1)
    ).scalar_one_or_none()
    if known is None:
        return False
    connection.execute(update(inbound).where(inbound.c.id == known).values(uidvalidity=place.uidvalidity, uid=place.uid))
    return True


def refill(connection: Connection, mail: New) -> bool:
    """Let a mail of before the first run whose words are gone be processed after all; False when there is none at its place."""
    gone = (inbound.c.state == State.BEFORE_FIRST_RUN.value, inbound.c.forgotten_at.is_not(None))
    known = update(inbound).where(*_at(mail.place), *is_that(mail.identity), *gone)
    again = {"state": State.PENDING.value, "reason": None, "forgotten_at": None, "claimed_until": mail.held_until}
    return connection.execute(known.values(raw=mail.raw, message_id=mail.identity.message_id, **again)).rowcount == 1


def to_move(connection: Connection, *, mailbox: str, folder: str, uidvalidity: int) -> dict[State, list[int]]:
    """
    UIDs in that folder of mails that nobody must read there any more, by the state they ended in.

    A mail whose ticket waits for a person to read it (triage) stays.
    """
    read_by_people = (
        select(ticket_mails.c.mail)
        .join(tickets, tickets.c.number == ticket_mails.c.ticket)
        .where(tickets.c.state == TicketState.TRIAGE.value)
    )
    ended = (State.TICKET, State.STAFF, State.IGNORED, State.QUARANTINED)
    rows = connection.execute(
        select(inbound.c.state, inbound.c.uid)
        .where(
            *_in(mailbox, folder, uidvalidity),
            inbound.c.moved_to.is_(None),
            inbound.c.done_at.is_not(None),
            inbound.c.state.in_([state.value for state in ended]),
            inbound.c.id.not_in(read_by_people),
        )
        .order_by(inbound.c.uid)
    )
    found: dict[State, list[int]] = {}
    for state, uid in rows:
        found.setdefault(State(state), []).append(uid)
    return found


def moved(connection: Connection, *, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int], to: str) -> None:
    """Note where these mails lie now."""
    connection.execute(
        update(inbound)
        .where(
            *_in(mailbox, folder, uidvalidity),
            inbound.c.uid.in_(uids),
        )
        .values(moved_to=to)
    )


def known_uids(connection: Connection, uids: Sequence[int], *, mailbox: str, folder: str, uidvalidity: int) -> frozenset[int]:
    """Those of these UIDs of that folder that the books hold; what has left the folder is not looked at."""
    held = select(inbound.c.uid).where(*_in(mailbox, folder, uidvalidity))
    found = (connection.execute(held.where(inbound.c.uid.in_(some))).scalars() for some in portions(uids))
    return frozenset(chain.from_iterable(found))
