"""
How long a member waits: from the arrival of a mail to its answer at the SMTP server, one mail at a time: `make bench-latency`.

    python -m bench.latency [MAILS]

The bot runs as it does every day, on Dovecot with and without IDLE, on SQLite and PostgreSQL, and as two bots on one
PostgreSQL. A mail has arrived when Dovecot has said so to who brought it (LMTP); it is answered when the SMTP server has the
whole answer. "Dovecot tells" is how long a client that does nothing else waits for the news.
"""

from __future__ import annotations

import os
import random
import shutil
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from queue import Empty, Queue
from statistics import median, quantiles
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from imapclient import IMAPClient
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL

from mailbot.demo.ports import free_ports
from tests.association import PROJECT, SECRET
from tests.servers.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.servers.postgresql import database_of
from tests.servers.process import eventually
from tests.service.bench import ASKS, eml

MAILS = 20
SUPPORT = "address: support@die-linke-koeln.de"
LONGEST = 90.0
"""Seconds after which a mail counts as never answered."""

WITHOUT_IDLE = "IMAP4rev1 LITERAL+ MOVE UIDPLUS NAMESPACE SPECIAL-USE"


class Sink:
    """An SMTP server that takes everything; tells what each mail answers, and when it had it."""

    def __init__(self) -> None:
        self.answers = Queue[tuple[str, float]]()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """The whole mail is here."""
        self.answers.put((str(message_from_bytes(envelope.content)["In-Reply-To"]), monotonic()))
        return "250 OK"

    def answer_to(self, message_id: str) -> float:
        """When the first answer to that mail was here (`time.monotonic`)."""
        end = monotonic() + LONGEST
        while (left := end - monotonic()) > 0:
            try:
                answers, at = self.answers.get(timeout=left)
            except Empty:
                break
            if answers == message_id:
                return at
        raise SystemExit(f"bench-latency: {message_id} was not answered within {LONGEST:.0f} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """So many bots on a database of that kind, on a server with or without IDLE."""

    name: str
    database: str = "sqlite"
    bots: int = 1
    idle: bool = True
    fewer: int = 1  # a share of the mails, where each takes long


CONTENDERS = (
    Contender(name="SQLite"),
    Contender(name="PostgreSQL", database="postgresql"),
    Contender(name="PostgreSQL, two bots", database="postgresql", bots=2),
    Contender(name="SQLite, server without IDLE", idle=False, fewer=2),
)


def main() -> None:
    """Print the figures."""
    mails = int(sys.argv[1]) if sys.argv[1:] else MAILS
    try:
        with running_dovecot() as dovecot:
            rows = {"Dovecot tells": _news(dovecot, mails // 2)}
        rows |= {each.name: _seconds(each, mails // each.fewer) for each in CONTENDERS}
    except pytest.skip.Exception as missing:
        raise SystemExit(f"bench-latency: {missing}") from None
    _print(rows)


def _news(dovecot: Dovecot, mails: int) -> list[float]:
    """Until a client that waits by IDLE hears of a mail."""
    user = _user()
    took = []
    with IMAPClient("127.0.0.1", dovecot.imap, ssl=False) as client:
        client.login(user, PASSWORD)
        client.select_folder("INBOX")
        for _ in range(mails):
            client.idle()
            time.sleep(random.uniform(0.2, 1.2))
            arrived = _deliver(dovecot, user, eml())
            client.idle_check(timeout=LONGEST)
            took.append(monotonic() - arrived)
            client.idle_done()
    return took


def _seconds(contender: Contender, mails: int) -> list[float]:
    """How long each of so many mails waited for its answer, one after the other, at no fixed moments."""
    sink, user, took = Sink(), _user(), list[float]()
    capabilities = "" if contender.idle else WITHOUT_IDLE
    with running_dovecot(capabilities=capabilities) as dovecot, _at_work(contender, dovecot, user, sink):
        for number in range(mails + 1):
            time.sleep(random.uniform(2, 4 if contender.idle else 12))  # until the copy of the last answer is filed
            message_id = f"<{uuid4().hex}@posteo.example>"
            raw = eml(ASKS, Message_ID=message_id, From=f"Anna Schmidt <anna{number}@posteo.example>")
            arrived = _deliver(dovecot, user, raw)
            took.append(sink.answer_to(message_id) - arrived)
    return took[1:]  # the first one waits for what is loaded only once


@contextmanager
def _at_work(contender: Contender, dovecot: Dovecot, user: str, sink: Sink) -> Iterator[None]:
    """The bots run until the end of the block."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mailbot-bench-")))
        (port,) = free_ports(1)
        server = Controller(sink, hostname="127.0.0.1", port=port)
        server.start()
        stack.callback(server.stop)
        variables = _variables(home, dovecot, user, port, stack.enter_context(database_of(contender.database, home)))
        for number in range(contender.bots):
            stack.enter_context(_bot(home / f"log {number}", variables))
        yield


@contextmanager
def _bot(log: Path, variables: Mapping[str, str]) -> Iterator[None]:
    with log.open("wb") as words:
        process = subprocess.Popen(_command(), env={**os.environ, **variables}, cwd=PROJECT, stderr=words)
    try:
        eventually(lambda: "event=running" in log.read_text() or None, timeout=60, failure=log.read_text)
        yield
    finally:
        process.terminate()
        process.wait()


def _command() -> Sequence[str]:
    return [str(Path(sys.executable).with_name("mailbot")), "run"]


def _variables(home: Path, dovecot: Dovecot, user: str, smtp: int, database: URL) -> dict[str, str]:
    rules = (PROJECT / "rules.yaml").read_text(encoding="utf-8")
    (home / "rules.yaml").write_text(rules.replace(SUPPORT, f"address: {user}"), encoding="utf-8")
    shutil.copytree(PROJECT / "templates", home / "templates")
    imap = f"imap://{user.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{dovecot.imap}"
    return {
        "MAILBOT_RULES": str(home / "rules.yaml"),
        "MAILBOT_DATABASE": database.render_as_string(hide_password=False),
        "MAILBOT_IMAP_SUPPORT": imap,
        "MAILBOT_IMAP_BUERO": imap.replace("support", "buero"),
        "MAILBOT_SMTP": f"smtp://127.0.0.1:{smtp}",
        "MAILBOT_SECRET": SECRET,
        "MAILBOT_LIMITS": "off",
    }


def _user() -> str:
    return f"support-{uuid4().hex[:8]}@verein.example"


def _deliver(dovecot: Dovecot, user: str, raw: bytes) -> float:
    """Bring a mail as a mail server does; tells when it lay in the mailbox (`time.monotonic`)."""
    with smtplib.LMTP("127.0.0.1", dovecot.lmtp) as server:
        server.sendmail("anna@posteo.example", [user], raw)
        return monotonic()


def _print(rows: Mapping[str, Sequence[float]]) -> None:
    table = Table(title="From the arrival of a mail to its answer at the SMTP server, in seconds")
    for heading in ("", "mails", "median", "95 %", "longest"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, took in rows.items():
        figures = (median(took), quantiles(took, n=20, method="inclusive")[-1], max(took))
        table.add_row(name, str(len(took)), *(f"{figure:.2f}" for figure in figures))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
