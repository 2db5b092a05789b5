"""From a folder to rows: a mail is kept, durably and whole, before anybody looks at what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from mailbot.catalogue import Mailbox
from mailbot.mail.imap import Arrived, Folder, portions
from mailbot.service import instruments
from mailbot.service.identity import identity_of
from mailbot.service.office import Office
from mailbot.store import claims, inbound, mailboxes, places
from mailbot.store.inbound import Identity, New, Place, State
from mailbot.store.mailboxes import Reading

log = structlog.get_logger()

GROUP_BYTES = 8_000_000
GROUP_MAILS = 100
"""What is kept in one transaction at most."""

HELD = timedelta(hours=1)
"""So long at most a mail waits for the look into Sent, where it may be answered already, if nobody hands it over before."""

SAMPLE = 5
"""So many of the newest mails are looked at: do they still have their numbers?"""

FILED = {
    State.TICKET: "Mailbot/Done",
    State.STAFF: "Mailbot/Done",
    State.IGNORED: "Mailbot/Ignored",
    State.QUARANTINED: "Mailbot/Quarantine",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """From when on mails count, instead of the catalogue's `first_run`: a moment (aware), or None for all."""

    moment: datetime | None


def receive(office: Office, box: Mailbox, folder: Folder, *, since: Since | None = None) -> int:
    """
    Keep every mail of the folder that is not known yet; tells how many are new. They are held until `hand_over`.

    Whatever is cut off halfway is done again next time, and changes nothing then.
    """
    reading = begin(office, box.id, box.folder, folder, since)
    uids = folder.uids(after=reading.last_uid)
    new = 0
    for group in _groups(folder.fetch(uids)):
        with office.database.write() as connection:
            new += _keep(connection, reading, group, now=office.clock())
            reading = read_up_to(connection, reading, group[-1].uid)
    with office.database.write() as connection:
        # The last ones may have been gone before they could be fetched.
        read_up_to(connection, reading, max(reading.last_uid, uids[-1] if uids else 0))
        mailboxes.reached(connection, box.id, now=office.clock())
    if new:
        instruments.received(box.id, new)
        log.info("received", mailbox=box.id, mails=new)
    return new


def hand_over(office: Office, box: Mailbox) -> None:
    """What was received may be worked on now."""
    with office.database.write() as connection:
        claims.hand_over(connection, box.id)


def begin(office: Office, mailbox: str, name: str, folder: Folder, since: Since | None) -> Reading:
    """
    How far the folder of that name has been read; nothing on first contact, with --since, and when UIDs have lost
    their meaning.
    """
    now = office.clock()
    with office.database.read() as connection:
        known = mailboxes.reading(connection, mailbox, name)
        newest = places.newest(connection, mailbox=mailbox, folder=name, uidvalidity=folder.uidvalidity, number=SAMPLE)
    anew = known is not None and _is_numbered_anew(folder, known, newest)
    if known is not None and not anew and since is None:
        return known
    with office.database.write() as connection:
        if since is not None:
            inbound.recall(connection, mailbox=mailbox, since=since.moment, held_until=now + HELD)
        if anew:
            places.forget_places(connection, mailbox=mailbox, folder=name, uidvalidity=folder.uidvalidity)
        first = now - office.catalogue.first_run if known is None else known.since
        reading = Reading(
            mailbox=mailbox,
            folder=name,
            uidvalidity=folder.uidvalidity,
            last_uid=0,
            since=first if since is None else since.moment,
        )
        mailboxes.keep_reading(connection, reading)
    if anew:
        log.warning("the server has numbered the folder anew, mails are recognised by what they are", mailbox=mailbox)
    return reading


def _is_numbered_anew(folder: Folder, known: Reading, newest: Mapping[int, Identity]) -> bool:
    """
    Whether UIDs mean other mails than the books say.

    By rights UIDVALIDITY tells; a server that was restored from a backup may keep it and give numbers a second time.
    """
    if folder.uidvalidity != known.uidvalidity or folder.starts_over(known.last_uid):
        return True
    found = {uid: identity_of(field).message_id for uid, field in folder.names(list(newest)).items()}
    # A mail without a name proves nothing.
    kept = {uid: identity.message_id for uid, identity in newest.items()}
    others = [uid for uid, name in found.items() if name and kept[uid] and not inbound.names_same(kept[uid], name)]
    # Server and bot, or an older bot, may read broken headers differently: the whole mail tells, else it would prove it for ever.
    return any(not _is_same(newest[mail.uid], identity_of(mail.raw)) for mail in folder.fetch(others))


def _is_same(kept: Identity, found: Identity) -> bool:
    return kept.sha256 == found.sha256 or inbound.names_same(kept.message_id, found.message_id)


def read_up_to(connection: Connection, reading: Reading, uid: int) -> Reading:
    """Note that the folder has been read up to that UID."""
    further = replace(reading, last_uid=uid)
    mailboxes.keep_reading(connection, further)
    return further


def _keep(connection: Connection, reading: Reading, group: Sequence[Arrived], *, now: datetime) -> int:
    """Tells how many are new, or are to be processed after all."""
    known = places.are_here(connection, [_place(reading, mail) for mail in group])
    some_wait = places.any_waits_for_its_place(connection, _place(reading, group[0]))
    new, again = list[New](), 0
    for mail in group:
        found = _new(reading, mail, now=now)
        if found.place in known or (some_wait and places.attach(connection, place=found.place, identity=found.identity)):
            before = found.state is State.BEFORE_FIRST_RUN
            again += not before and places.refill(connection, found)
        else:
            new.append(found)
    return inbound.add(connection, *new) + again


def _new(reading: Reading, mail: Arrived, *, now: datetime) -> New:
    before = reading.since is not None and mail.received < reading.since
    return New(
        place=_place(reading, mail),
        identity=identity_of(mail.raw),
        raw=mail.raw,
        received=mail.received,
        state=State.BEFORE_FIRST_RUN if before else State.PENDING,
        reason=f"older than {reading.since:%Y-%m-%d %H:%M} UTC, when the first run began to count" if before else None,
        held_until=None if before else now + HELD,
    )


def _place(reading: Reading, mail: Arrived) -> Place:
    return Place(mailbox=reading.mailbox, folder=reading.folder, uidvalidity=reading.uidvalidity, uid=mail.uid)


def _groups(mails: Iterable[Arrived]) -> Iterator[Sequence[Arrived]]:
    group, size = list[Arrived](), 0
    for mail in mails:
        if group and (size + len(mail.raw) > GROUP_BYTES or len(group) == GROUP_MAILS):
            yield group
            group, size = [], 0
        group.append(mail)
        size += len(mail.raw)
    if group:
        yield group


def file_away(office: Office, box: Mailbox, folder: Folder) -> None:
    """Where rules.yaml says `after: move`: move what is done. The database knows first, the folder follows."""
    if box.after != "move":
        return
    here = {"mailbox": box.id, "folder": box.folder}
    with office.database.read() as connection:
        done = places.to_move(connection, **here, uidvalidity=folder.uidvalidity)
    for state, uids in ((state, some) for state, all_of_it in done.items() for some in portions(all_of_it)):
        if not office.lease.lasts():
            return  # somebody else files by now
        folder.move(uids, FILED[state])
        with office.database.write() as connection:
            places.moved(connection, **here, uidvalidity=folder.uidvalidity, uids=uids, to=FILED[state])
