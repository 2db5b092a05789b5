"""
A bot on real servers that is killed again and again, and the count at the end.

Each round lays new mails into the inboxes, starts the bot, and waits for its death; the next round's bot finds what the
dead one left. The clock of each is so far ahead of the one before that the claims of the dead have expired.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from mailbot.mail.imap import open_folder
from mailbot.service import sender
from mailbot.store.database import Database, open_database
from mailbot.store.inbound import State, in_state
from mailbot.store.tables import events, inbound, outbound, tickets
from tests.association import PROJECT, Association
from tests.faults.victim import LASTING, NO_REPLY
from tests.servers.process import eventually
from tests.servers.station import parsed
from tests.service.bench import ASKS, eml

COMPLETE = "Hallo,\n\nder OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Anna Schmidt, {address}.\n\nAnna Schmidt\n"
PRIVACY = "Guten Tag,\n\nbitte löschen Sie alle meine Daten nach Art. 17 DSGVO.\n\nAnna Schmidt\n"
ABSENT = "Ich bin bis Montag nicht da."

PAUSE, TURNS = 5, 12
"""Seconds after which further mails arrive, and how often, until a bot must have come to the place of its death."""

FILED = ("Mailbot/Done", "Mailbot/Ignored", "Mailbot/Quarantine")

WINDOW = (NO_REPLY, "after SMTP DATA", "before commit of sender._go_on")
"""Who dies here does not know whether the server has taken the mail: the one reason to send it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A mail that a member sends, into which inboxes, and what must become of it."""

    text: str
    headers: dict[str, str] = field(default_factory=dict)
    inboxes: tuple[str, ...] = ("support",)
    tickets: int = 1
    to_member: int = 1
    to_staff: int = 0


KINDS = (
    Kind(text=ASKS),
    Kind(text=COMPLETE, headers={"Subject": "Signal-Gruppe für den OV Kalk"}, to_staff=1),
    Kind(text=ABSENT, headers={"Auto_Submitted": "auto-replied"}, tickets=0, to_member=0),
    Kind(text=ASKS, inboxes=("support", "buero")),
    Kind(text=PRIVACY, headers={"Subject": "Datenschutz"}, inboxes=("buero",), to_staff=1),
    Kind(text=ASKS, inboxes=("support", "support")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail that was laid into an inbox, by a member of its own."""

    kind: Kind
    member: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    What the count found.

    `lost` and `doubled` are sentences, each a failure. `again` counts replies that came twice because their fate was
    unknown: under the same Message-ID, and noted on their ticket; `unknown` in how many rounds the bot died in that window.
    """

    mails: int
    tickets: int
    replies: int
    again: int
    unknown: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]


def with_moves(club: Association) -> Association:
    """The same, and what is done is moved out of its inboxes."""
    rules = club.settings.rules
    text = rules.read_text(encoding="utf-8")
    for inbox in (club.support, club.buero):
        text = text.replace(f"address: {inbox}\n", f"address: {inbox}\n    after: move\n")
    rules.write_text(text, encoding="utf-8")
    return club


class Drill:
    """One association whose bot is killed; `club` says where it lives."""

    def __init__(self, club: Association) -> None:
        self.club = club
        self.kills = Counter[str]()
        self.written: list[Written] = []
        self.unknown = 0
        self._later = timedelta()
        self._kinds = cycle(KINDS)
        self._home = club.settings.rules.parent
        self._chance = random.Random(4)

    def kill_at(self, place: str, time: int = 1) -> None:
        """A round that ends at that place, when the bot passes there for the `time`-th time."""
        self.mails_arrive(3)
        with self._bot(place, time) as bot:
            status = self._end_of(bot)
        assert status is not None, f"the bot never came to '{place}' for the {time}. time: {self._log()}"
        assert status == -signal.SIGKILL, f"it was to be killed at '{place}' and ended with {status}: {self._log()}"
        self._dies(place)

    def _end_of(self, bot: subprocess.Popen[bytes]) -> int | None:
        """
        Its exit status. Mails share commits: further ones bring it to the same place again. Some places it passes only
        when it is told to stop.
        """
        self._until(lambda: "event=running" in self._log() or bot.poll() is not None or None, "the bot starts")
        for turn in range(TURNS):
            with suppress(subprocess.TimeoutExpired):
                return bot.wait(timeout=PAUSE)
            self.mails_arrive(1)
            if turn == TURNS // 2:
                bot.terminate()
        return None

    def kill_any_time(self) -> None:
        """A round that ends wherever the bot happens to be within its first moments; mails go on arriving."""
        self.mails_arrive(2)
        with self._bot() as bot:
            self._until(lambda: "event=running" in self._log() or None, "the bot starts")
            self.mails_arrive(1)
            time.sleep(self._chance.uniform(0, 1.2))
            bot.kill()
            bot.wait()
        self._dies("any time")

    def account(self) -> Account:
        """Let the bot do what is left, in peace, and count."""
        lost, doubled = list[str](), list[str]()
        self._in_peace("run", "--once")
        database = open_database(self.club.settings.database)
        try:
            if quarantined := self._quarantined(database):
                # Who is killed three times over one mail sets it aside: a person lets it be tried again.
                for number in quarantined:
                    self._in_peace("quarantine", "retry", str(number))
                self._in_peace("run", "--once")
            self._until(self._postfix_is_empty, "Postfix delivers everything")
            self._count_mails(database, lost, doubled)
            again, replies = self._count_replies(database, lost, doubled)
            self._count_copies(database, lost, doubled)
        finally:
            database.close()
        if again > self.unknown:
            doubled.append(f"{again} replies came again, and only {self.unknown} bots died while the fate of one was unknown")
        self._count_folders(lost, doubled)
        self._ask_status(lost)
        return Account(
            mails=sum(len(each.kind.inboxes) for each in self.written),
            tickets=sum(each.kind.tickets for each in self.written),
            replies=replies,
            again=again,
            unknown=self.unknown,
            lost=tuple(lost),
            doubled=tuple(doubled),
        )

    def places(self) -> Counter[str]:
        """What a bot passes that is left in peace, and how often."""
        self.mails_arrive(len(KINDS))
        self._in_peace("run", "--once")
        return Counter(place for _, place in self._trace())

    def mails_arrive(self, number: int) -> None:
        """So many members write, each a mail of the next kind."""
        for _ in range(number):
            kind = next(self._kinds)
            member = self.club.station.address("anna")
            raw = eml(
                kind.text.format(address=member),
                From=f"Anna Schmidt <{member}>",
                To=self.club.support,
                Message_ID=f"<{uuid4().hex}@posteo.example>",
                **kind.headers,
            )
            for inbox in kind.inboxes:
                self.club.station.put(raw, {"support": self.club.support, "buero": self.club.buero}[inbox])
            self.written.append(Written(kind=kind, member=member, message_id=str(parsed(raw)["Message-ID"])))

    @contextmanager
    def _bot(self, place: str = "", time: int = 1) -> Iterator[subprocess.Popen[bytes]]:
        with (self._home / "log").open("wb") as log:
            process = subprocess.Popen(self._command("run"), env=self._environment(place, time), stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _in_peace(self, *words: str) -> str:
        done = subprocess.run(self._command(*words), env=self._environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.faults.victim", *words]

    def _environment(self, place: str = "", time: int = 1) -> dict[str, str]:
        (self._home / "trace").unlink(missing_ok=True)
        return {
            **self.club.environment(),
            "PYTHONPATH": str(PROJECT),
            "MAILBOT_LIMITS": "off",
            "VICTIM_PLACE": place,
            "VICTIM_TIME": str(time),
            "VICTIM_TRACE": str(self._home / "trace"),
            "VICTIM_LATER": str(self._later.total_seconds()),
        }

    def _dies(self, place: str) -> None:
        self.kills[place] += 1
        last = next((where for thread, where in reversed(self._trace()) if thread == "sender"), "")
        self.unknown += last in WINDOW
        self._later += sender.LEASE + timedelta(minutes=1)
        if self.club.settings.database.drivername != "sqlite":
            time.sleep(LASTING.total_seconds())

    def _trace(self) -> list[tuple[str, str]]:
        lines = (self._home / "trace").read_text(encoding="utf-8").splitlines() if (self._home / "trace").exists() else []
        return [(thread, place) for thread, _, place in (line.partition("\t") for line in lines)]

    def _log(self) -> str:
        return (self._home / "log").read_text(encoding="utf-8")

    def _until(self, look: Callable[[], Any], what: str) -> None:
        eventually(look, timeout=60, failure=lambda: f"never: {what}: {self._log()}")

    def _postfix_is_empty(self) -> bool | None:
        """Of mails to us, that is: it may keep some of other tests for who is away."""
        queue = subprocess.run(
            ["postqueue", "-c", self.club.station.postfix.conf, "-j"], capture_output=True, text=True, check=True
        )
        waiting = {to["address"] for line in queue.stdout.splitlines() for to in json.loads(line)["recipients"]}
        ours = {self.club.support, self.club.buero, self.club.staff, *(each.member for each in self.written)}
        return waiting.isdisjoint(ours) or None

    def _quarantined(self, database: Database) -> list[int]:
        with database.read() as connection:
            return [mail.id for mail in in_state(connection, State.QUARANTINED)]

    def _count_mails(self, database: Database, lost: list[str], doubled: list[str]) -> None:
        """Every mail in one row with one end; every person's mail one ticket and one event."""
        with database.read() as connection:
            rows = connection.execute(select(inbound.c.id, inbound.c.message_id, inbound.c.state)).all()
            received = Counter(connection.execute(select(events.c.mail).where(events.c.kind == "received")).scalars())
            kept = Counter(connection.execute(select(tickets.c.requester_email)).scalars())
        ends = Counter((row.message_id, row.state) for row in rows)
        told = Counter[str]()
        for row in rows:
            told[row.message_id] += received[row.id]
        for each in self.written:
            id, copies = each.message_id.strip("<>"), len(each.kind.inboxes)
            expected = {State.TICKET.value: each.kind.tickets, State.IGNORED.value: copies - each.kind.tickets}
            there = {state.value: ends[id, state.value] for state in State}
            if there != {state.value: expected.get(state.value, 0) for state in State}:
                (doubled if sum(there.values()) > copies else lost).append(f"mail {id} ended as {there}")
            _compare(told[id], each.kind.tickets, f"events of mail {id}", lost, doubled)
            _compare(kept[each.member], each.kind.tickets, f"tickets of {each.member}", lost, doubled)

    def _count_replies(self, database: Database, lost: list[str], doubled: list[str]) -> tuple[int, int]:
        """Every reply at its recipient's once; twice only under one Message-ID, and noted."""
        with database.read() as connection:
            noted = select(events.c.ticket).where(events.c.kind == "trouble", events.c.text.contains("noch einmal gesendet"))
            doubtful = set(connection.execute(select(outbound.c.message_id).where(outbound.c.ticket.in_(noted))).scalars())
            digests = set(connection.execute(select(outbound.c.message_id).where(outbound.c.ticket.is_(None))).scalars())
        expected = {each.member: each.kind.to_member for each in self.written}
        expected[self.club.staff] = sum(each.kind.to_staff for each in self.written)
        again = replies = 0
        for address, number in expected.items():
            ids = (mail["Message-ID"].strip("<>") for mail in self.club.mails(address))
            arrived = Counter(id for id in ids if id not in digests)
            _compare(len(arrived), number, f"replies to {address}", lost, doubled)
            replies += len(arrived)
            for id, copies in arrived.items():
                if copies > 1 and id not in doubtful:
                    doubled.append(f"reply {id} came {copies} times, and nothing is noted")
                elif copies > 1:
                    again += copies - 1
        return again, replies

    def _count_copies(self, database: Database, lost: list[str], doubled: list[str]) -> None:
        """A copy of every reply lies in Sent, once."""
        with database.read() as connection:
            sent = connection.execute(select(outbound.c.message_id)).scalars().all()
        inboxes = (self.club.support, self.club.buero)
        copies = Counter(mail["Message-ID"].strip("<>") for box in inboxes for mail in self._lying(box, "Sent"))
        for id in sent:
            _compare(copies[id], 1, f"copies of {id} in Sent", lost, doubled)

    def _count_folders(self, lost: list[str], doubled: list[str]) -> None:
        """Every mail lies in one folder, wherever it was moved."""
        inboxes = (self.club.support, self.club.buero)
        lying = Counter(mail["Message-ID"] for box in inboxes for name in ("INBOX", *FILED) for mail in self._lying(box, name))
        for each in self.written:
            _compare(lying[each.message_id], len(each.kind.inboxes), f"mail {each.message_id} in the folders", lost, doubled)
        for box in inboxes:
            with open_folder(self.club.station.imap.login(box), "INBOX", readonly=True) as inbox:
                if inbox._client.search("SEEN"):
                    lost.append(f"mails in the inbox of {box} count as read")

    def _lying(self, box: str, folder: str) -> Sequence[Any]:
        # What is marked \Deleted is gone as far as people see, where a server knows no MOVE.
        login = self.club.station.imap.login(box)
        with open_folder(login, "INBOX", readonly=True) as inbox:
            if folder not in inbox.folders:
                return ()
        with open_folder(login, folder, readonly=True) as opened:
            return [parsed(each.raw) for each in opened.fetch(opened._client.search("UNDELETED"))]

    def _ask_status(self, lost: list[str]) -> None:
        status = json.loads(self._in_peace("status", "--json"))
        lost += status["wrong"]
        lost += [f"{box['id']}: the books do not balance: {box['books']}" for box in status["mailboxes"] if not _balance(box)]


def _balance(box: dict[str, Any]) -> bool:
    return (box["books"]["new"], box["books"]["missing"]) == (0, 0)


def _compare(found: int, expected: int, what: str, lost: list[str], doubled: list[str]) -> None:
    if found != expected:
        (lost if found < expected else doubled).append(f"{what}: {found} instead of {expected}")
