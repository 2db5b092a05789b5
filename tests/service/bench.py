"""A bot without servers: a folder and an outgoing server in memory, and a clock that is set by hand."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import URL

from mailbot.errors import DeliveryError
from mailbot.login import Login
from mailbot.mail.imap import Arrived, Filed, Standing
from mailbot.service.bot import run_once
from mailbot.service.office import Office, open_office
from mailbot.service.receiver import Since
from mailbot.settings import Settings
from mailbot.store import histories, inbound, outbound, tickets
from mailbot.store.inbound import Inbound
from mailbot.tickets.ticket import Event, Ticket
from tests.association import PROJECT
from tests.databases import sqlite_with_tables
from tests.servers.station import parsed

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANNA = "Anna Schmidt <anna.schmidt@posteo.example>"
STAFF = "technik@die-linke-koeln.de"
OURS = "mx.die-linke-koeln.de"
ASKS = "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\nViele Grüße\nAnna\n"

_ids = count(1)


@dataclass
class Clock:
    """Shows `now` until it is set."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class Shelf:
    """A mailbox as far as the receiver knows one."""

    uidvalidity: int = 7
    mails: dict[int, Arrived] = field(default_factory=dict)
    others: dict[str, Shelf] = field(default_factory=dict)  # the further folders of the mailbox, by name
    moved: dict[str, list[int]] = field(default_factory=dict)
    told: int = 0
    next_uid: int = 1

    @property
    def sent(self) -> list[bytes]:
        """What lies in Sent, the oldest first."""
        return [mail.raw for mail in self.others["Sent"].mails.values()] if "Sent" in self.others else []

    @property
    def drafts(self) -> list[bytes]:
        """What lies in Drafts, the oldest first."""
        return [mail.raw for mail in self.others["Drafts"].mails.values()] if "Drafts" in self.others else []

    def put(self, raw: bytes, received: datetime) -> int:
        uid = self.next_uid
        self.mails[uid] = Arrived(uid=uid, received=received, raw=raw)
        self.next_uid += 1
        return uid

    def renumber(self, uidvalidity: int) -> None:
        """As a server does that was restored from a backup."""
        self.uidvalidity = uidvalidity
        kept = list(self.mails.values())[::-1]
        self.mails = {uid: replace(mail, uid=uid) for uid, mail in enumerate(kept, start=31)}
        self.next_uid = 31 + len(kept)

    def restore(self, uids: Sequence[int]) -> None:
        """As an administrator does who takes yesterday's backup: what came since is gone, and so are its numbers."""
        self.mails = {uid: self.mails[uid] for uid in uids}
        self.next_uid = max(uids, default=0) + 1

    def starts_over(self, last: int) -> bool:
        return self.next_uid <= last

    def names(self, uids: Sequence[int]) -> dict[int, bytes]:
        lines = {uid: self.mails[uid].raw.split(b"\n") for uid in uids if uid in self.mails}  # as Dovecot does: CR ends no line
        return {uid: b"\n".join(line for line in each if line.startswith(b"Message-ID:")) for uid, each in lines.items()}

    def uids(self, after: int = 0, *, since: datetime | None = None) -> list[int]:
        self.told = max(self.mails, default=0)
        return sorted(uid for uid in self.mails if uid > after)

    def heads(self, uids: Sequence[int], fields: Sequence[str]) -> Iterator[Arrived]:
        for mail in self.fetch(uids):
            headers = parsed(mail.raw)
            wanted = [f"{name}: {value}" for name, value in headers.items() if name.upper() in fields]
            yield replace(mail, raw="\r\n".join([*wanted, "", ""]).encode())

    def fetch(self, uids: Sequence[int]) -> Iterator[Arrived]:
        return (self.mails[uid] for uid in uids if uid in self.mails)

    def wait(self, seconds: float, stop: Callable[[], bool]) -> bool:
        while not stop() and max(self.mails, default=0) <= self.told:
            time.sleep(0.01)
        return True

    def move(self, uids: Sequence[int], to: str) -> None:
        for uid in uids:
            self.mails.pop(uid, None)
            self.moved.setdefault(to, []).append(uid)

    def special(self, use: str, else_name: str) -> str:
        return else_name

    def known_special(self, use: str) -> str | None:
        return self.known(use.removeprefix("\\"))

    def known(self, name: str) -> str | None:
        return name if name in self.others else None

    def standing(self, folder: str) -> Standing:
        other = self.others[folder]
        return Standing(uidvalidity=other.uidvalidity, newest=other.newest)

    @property
    def newest(self) -> int:
        return self.next_uid - 1

    @contextmanager
    def beside(self, name: str) -> Iterator[Shelf]:
        yield self.others[name]

    def has(self, folder: str, message_id: str) -> bool:
        return bool(self.those_in(folder, [message_id]))

    def those_in(self, folder: str, message_ids: Sequence[str]) -> frozenset[str]:
        there = self.others[folder].mails.values() if folder in self.others else ()
        named = {str(parsed(mail.raw)["Message-ID"]).strip("<>") for mail in there}
        return named.intersection(message_ids)

    def append_all(self, folder: str, mails: Sequence[Filed]) -> None:
        for mail in mails:
            self.append(folder, mail.raw, when=mail.when)

    def append(self, folder: str, raw: bytes, *, seen: bool = True, draft: bool = False, when: datetime | None = None) -> None:
        self.others.setdefault(folder, Shelf()).put(raw, when or MONDAY)


@dataclass
class Slot:
    """
    An SMTP server: takes mails, or raises the next of `errors`; None in it means that this one is taken.

    Of several recipients it refuses those of `unknown`, unless they are the first.
    """

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    errors: list[Exception | None] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def send(self, raw: bytes, sender: str, recipients: Sequence[str]) -> Mapping[str, str]:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        refused = {each: "550 unknown" for each in recipients[1:] if each in self.unknown}
        self.taken += [(recipient, parsed(raw)) for recipient in recipients if recipient not in refused]
        return refused

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for recipient, mail in self.taken if recipient == address]


LATER = DeliveryError("mail.example:25: it does not take mails now (451 later)", again=True)
NEVER = DeliveryError("mail.example:25: it refuses the recipient (550 unknown)", again=False)


@dataclass
class Bench:
    """The bot on the bench, with words for what people do to it."""

    office: Office
    clock: Clock
    support: Shelf
    buero: Shelf
    slot: Slot
    presse: Shelf = field(default_factory=Shelf)  # has a login, and is no mailbox of rules.yaml

    def mail(self, raw: bytes, *, to: Shelf | None = None, received: datetime | None = None) -> int:
        return (to or self.support).put(raw, received or self.clock.now)

    def run(self, *, since: Since | None = None) -> None:
        run_once(self.office, since=since)

    def arrives(self, text: str = ASKS, **headers: str) -> EmailMessage:
        """A mail comes in and is processed; gives the mail."""
        raw = eml(text, **headers)
        self.mail(raw)
        self.run()
        return parsed(raw)

    def change_rules(self, old: str, new: str) -> None:
        """As staff do while the bot runs."""
        path = self.office.settings.rules
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def tickets(self) -> tuple[Ticket, ...]:
        with self.office.database.read() as connection:
            return tickets.search(connection)

    def history(self, key: str = "KV-1001") -> tuple[Event, ...]:
        with self.office.database.read() as connection:
            return histories.of(connection, key)

    def kinds(self, key: str = "KV-1001") -> list[str]:
        return [event.kind for event in self.history(key)]

    def ends(self) -> list[tuple[inbound.State, str | None]]:
        """How each mail ended, in the order in which they came."""
        return [(mail.state, mail.reason) for mail in self.rows()]

    def rows(self) -> list[Inbound]:
        with self.office.database.read() as connection:
            return sorted(
                (mail for state in inbound.State for mail in inbound.in_state(connection, state)), key=lambda mail: mail.id
            )

    def outbox(self) -> list[outbound.Outbound]:
        with self.office.database.read() as connection:
            return sorted(
                (mail for state in outbound.State for mail in outbound.in_state(connection, state)), key=lambda mail: mail.id
            )


def eml(text: str = ASKS, **headers: str) -> bytes:
    """A mail of Anna Schmidt; `In_Reply_To="…"` sets a header, "" leaves it out."""
    values = {
        "From": ANNA,
        "To": "support@die-linke-koeln.de",
        "Subject": "Nextcloud",
        "Date": "Mon, 02 Mar 2026 10:00:00 +0100",
        "Message-ID": f"<{next(_ids)}@posteo.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    for name, value in values.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    return mail.as_bytes()


def from_another(text: str = ASKS, **headers: str) -> bytes:
    """The same words from somebody who has not written before; from one sender they would count as an echo."""
    return eml(text, From=f"Anna Schmidt <anna.schmidt.{next(_ids)}@posteo.example>", **headers)


def bounce_of(mail: EmailMessage, recipient: str, *, action: str = "failed", original: str | None = None) -> bytes:
    """The report of a mail server that it could not deliver that mail (RFC 3464); `original` is another Message-ID."""
    return (
        f"From: MAILER-DAEMON@mx.posteo.example\r\nTo: support@die-linke-koeln.de\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <report-{next(_ids)}@mx.posteo.example>\r\nReturn-Path: <>\r\nAuto-Submitted: auto-replied\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.posteo.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original or mail['Message-ID']}\r\n"
        f"To: {recipient}\r\n\r\n--b--\r\n"
    ).encode()


def answering(mail: EmailMessage) -> dict[str, str]:
    """Headers of an answer to that mail."""
    return {"In_Reply_To": str(mail["Message-ID"]), "Subject": f"Re: {mail['Subject']}"}


def proof(result: str = "pass", *, domain: str = "die-linke-koeln.de") -> dict[str, str]:
    """What our own mail server writes about the sender."""
    return {"Authentication_Results": f"{OURS}; dmarc={result} header.from={domain}"}


@contextmanager
def bench_in(
    home: Path,
    database: URL | None = None,
    *,
    domain: str = "die-linke-koeln.de",
    rules: Mapping[str, str] = MappingProxyType({}),
    **settings_of: Any,
) -> Iterator[Bench]:
    """
    A bot with the project's own rules.yaml and templates, and nothing in its mailboxes; its files lie in `home`.

    `domain` is that of the association and its mailboxes; `rules` what stands in rules.yaml to what shall stand there;
    `settings_of` are further settings.
    """
    text = (PROJECT / "rules.yaml").read_text(encoding="utf-8").replace("die-linke-koeln.de", domain)
    for old, new in rules.items():
        assert old in text
        text = text.replace(old, new)
    (home / "rules.yaml").write_text(text, encoding="utf-8")
    shutil.copytree(PROJECT / "templates", home / "templates", dirs_exist_ok=True)
    clock, slot = Clock(), Slot()
    shelves = {"support": Shelf(), "buero": Shelf(), "presse": Shelf()}

    @contextmanager
    def open_folder(login: Login, folder: str, *, readonly: bool = False) -> Iterator[Any]:
        yield shelves[str(login.user)]

    @contextmanager
    def open_smtp(login: Login) -> Iterator[Any]:
        yield slot

    settings = Settings(
        rules=home / "rules.yaml",
        database=database or sqlite_with_tables(home),
        imap={
            id: Login(scheme="imap", host="127.0.0.1", port=143, user=id, password="secret")
            for id in shelves
            if id not in settings_of.get("lmtp", {})
        },
        smtp=Login(scheme="smtp", host="127.0.0.1", port=25),
        **settings_of,
    )
    with open_office(settings, clock=clock, folders=open_folder, smtp=open_smtp) as office:
        yield Bench(office=office, clock=clock, slot=slot, **shelves)
