"""What a person is handed of their data (GDPR, Art. 15): an archive with a page to read, JSON, and their mails."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection

from mailbot.mail.read import read
from mailbot.service.office import Office
from mailbot.store import histories, inbound, outbound
from mailbot.store.person import Traces
from mailbot.tickets.access import Access, Handed, as_json, in_order, told
from mailbot.tickets.calendar import day_of
from mailbot.tickets.letters.pen import ARCHIVE


def pack(office: Office, connection: Connection, traces: Traces, *, with_notes: bool) -> bytes:
    """The archive (ZIP). `with_notes`: somebody looks into it who can take out what a note says of others."""
    now, rules = office.clock(), office.rules(connection)
    by_hand = tuple(_written_by_hand(connection, traces))
    others = {*traces.naming, *traces.beside}.difference(by_hand)
    mails = dict((*_from_them(connection, traces), *_to_them(connection, traces), *_by_hand(connection, by_hand)))
    access = Access(
        address=traces.subject.address,
        names=tuple(sorted(traces.subject.names)),
        day=day_of(now, rules.catalogue.hours),
        tickets=tuple(
            told(ticket, histories.of(connection, ticket.key), traces.subject, rules.catalogue, with_notes=with_notes)
            for ticket in (*traces.own, *traces.shared)
        ),
        mails=in_order(tuple(mails)),
        named=tuple(sorted({_day(connection, id, office) for id in others})),
        beside=len(traces.telling),
    )
    page = rules.writer.access(access).html
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as files:
        _add(files, "auskunft.html", page.encode(), now)
        _add(files, "daten.json", json.dumps(as_json(access), ensure_ascii=False, indent=2).encode(), now)
        for handed in access.mails:
            _add(files, handed.file, mails[handed], handed.at)
    return archive.getvalue()


def _add(files: ZipFile, name: str, content: bytes, at: datetime) -> None:
    # The format knows no year before 1980 and none after 2107.
    year = min(max(at.year, 1980), 2107)
    files.writestr(ZipInfo(name, (year, at.month, at.day, at.hour, at.minute, at.second)), content, ZIP_DEFLATED)


def _from_them(connection: Connection, traces: Traces) -> Iterator[tuple[Handed, bytes]]:
    for id in traces.sent:
        row, raw = inbound.get(connection, id)
        yield Handed(file=_name("von", row.received, id), at=row.received, subject=read(raw).subject, sent=False), raw


def _to_them(connection: Connection, traces: Traces) -> Iterator[tuple[Handed, bytes]]:
    """What has left; what waits or never went was not handed to anybody. What was handed over before is not packed again."""
    for id in traces.received:
        row = outbound.get(connection, id)
        if row.sent_at is not None:
            raw = outbound.raw_of(connection, id)
            mail = read(raw)
            if all(each.name != ARCHIVE for each in mail.attachments):
                yield Handed(file=_name("an", row.sent_at, id), at=row.sent_at, subject=mail.subject, sent=True), raw


def _written_by_hand(connection: Connection, traces: Traces) -> Iterator[int]:
    """What staff wrote to them themselves, from the mailbox."""
    for id in traces.naming:
        row, raw = inbound.get(connection, id)
        mail = read(raw)
        if row.by_hand and traces.subject.address in {each.email for each in (*mail.to, *mail.cc)}:
            yield id


def _by_hand(connection: Connection, ids: Sequence[int]) -> Iterator[tuple[Handed, bytes]]:
    for id in ids:
        row, raw = inbound.get(connection, id)
        file = _name("an", row.received, f"{id}-team")
        yield Handed(file=file, at=row.received, subject=read(raw).subject, sent=True), raw


def _name(folder: str, at: datetime, id: int | str) -> str:
    return f"{folder}/{at:%Y-%m-%d}-{id}.eml"


def _day(connection: Connection, id: int, office: Office) -> date:
    row, _ = inbound.get(connection, id)
    return day_of(row.received, office.catalogue.hours)
