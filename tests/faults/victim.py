"""
`mailbot`, killed at one place of its way: `VICTIM_PLACE="after SMTP DATA" VICTIM_TIME=2 python -m tests.faults.victim run`.

The program is the real one; only the doors to the outside are watched: every transaction, every command of IMAP and SMTP.
The second time that it passes there it ends as by `kill -9`. Every place passed is written to the file VICTIM_TRACE, and
VICTIM_LATER sets the clock forward by so many seconds. With a folder in VICTIM_MIGRATIONS it is of a later version, which has
the migrations there as well.
"""

from __future__ import annotations

import os
import signal
import smtplib
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial, wraps
from pathlib import Path
from threading import Lock, current_thread
from typing import Any

from imapclient import IMAPClient
from sqlalchemy import Connection

from mailbot.cli import main
from mailbot.service import heart, office
from mailbot.store import migrate
from mailbot.store.database import Database

IMAP = ("select_folder", "search", "fetch", "append", "move", "copy", "add_flags", "uid_expunge", "create_folder")

LASTING = timedelta(seconds=2)
"""So long a lease of a dead victim lasts on PostgreSQL: by the database's clock, which nobody sets forward."""

SMTP = ("mail", "rcpt", "data", "quit")

HALF_SENT = "with half of the mail sent"
NO_REPLY = "with the mail sent, its reply unread"


class Way:
    """The places that the program passes, counted over all its threads; at one of them it dies."""

    def __init__(self, place: str, time: int, trace: str) -> None:
        self._place, self._time = place, time
        self._trace = os.open(trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._passed = Counter[str]()
        self._lock = Lock()

    def passes(self, place: str) -> None:
        with self._lock:
            self._passed[place] += 1
            os.write(self._trace, f"{current_thread().name}\t{place}\n".encode())
            if place == self._place and self._passed[place] == self._time:
                os.kill(os.getpid(), signal.SIGKILL)


def watch(way: Way) -> None:
    """Let every effect on the outside tell where the program is."""
    for command in IMAP:
        _around(way, IMAPClient, command, f"IMAP {command.removesuffix('_folder').upper()}")
    for command in SMTP:
        _around(way, smtplib.SMTP, command, f"SMTP {command.upper()}")
    _within_data(way)
    _transactions(way)


def _around(way: Way, owner: type, name: str, what: str) -> None:
    original = getattr(owner, name)

    @wraps(original)
    def watched(*words: Any, **named: Any) -> Any:
        way.passes(f"before {what}")
        answer = original(*words, **named)
        way.passes(f"after {what}")
        return answer

    setattr(owner, name, watched)


def _within_data(way: Way) -> None:
    original = smtplib.SMTP.send

    def watched(self: smtplib.SMTP, words: bytes | str) -> None:
        if isinstance(words, str):  # a command; only the mail itself comes as bytes
            original(self, words)
            return
        half = len(words) // 2
        original(self, words[:half])
        way.passes(HALF_SENT)
        original(self, words[half:])
        way.passes(NO_REPLY)

    smtplib.SMTP.send = watched  # type: ignore[method-assign]


def _transactions(way: Way) -> None:
    original = Database.write

    @contextmanager
    def watched(database: Database, whose: str) -> Iterator[Connection]:
        with original(database) as connection:
            yield connection
            way.passes(f"before commit of {whose}")
        way.passes(f"after commit of {whose}")

    def write(database: Database) -> Any:
        caller = sys._getframe(1)
        module = caller.f_globals["__name__"].rpartition(".")[2]
        return watched(database, f"{module}.{caller.f_code.co_name}")

    Database.write = write  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    heart.LASTING, heart.BEAT = LASTING, 0.5
    if folder := os.environ.get("VICTIM_MIGRATIONS"):
        migrate.FOLDERS = (*migrate.FOLDERS, Path(folder))
    later = timedelta(seconds=float(os.environ.get("VICTIM_LATER", "0")))
    office.open_office = partial(office.open_office, clock=lambda: office.utc_now() + later)
    watch(Way(os.environ.get("VICTIM_PLACE", ""), int(os.environ.get("VICTIM_TIME", "1")), os.environ["VICTIM_TRACE"]))
    main()
