"""
How fast the bot drains a full inbox, beside the least that any program must do: `make bench`.

    python -m bench.drain [MAILS] [ROUNDS]

Each contender is a process of its own on the same Dovecot and the same SMTP sink, start-up included, in turn. Prints the
mails a second and the ratio to the floor (bench/floor.py), the median of the rounds; exits 1 when a contender left mails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import monotonic
from uuid import uuid4

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL

from bench.letters import fill, letters
from mailbot.demo.ports import free_ports
from mailbot.mail.imap import open_folder
from tests.association import PROJECT, SECRET
from tests.servers.dovecot import Dovecot, running_dovecot
from tests.servers.postgresql import fresh_database, running_postgresql
from tests.servers.process import own_folder, running

MAILS, ROUNDS = 1000, 3
SUPPORT = "address: support@die-linke-koeln.de"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where all contenders run."""

    dovecot: Dovecot
    sink: int  # port of an SMTP server that takes everything and keeps nothing
    postgresql: URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is started, and with which variables besides those of this process."""

    words: Sequence[str]
    variables: Mapping[str, str] = field(default_factory=dict)


Commands = Callable[[Field, str, Path], AbstractContextManager[Sequence[Command]]]
"""The commands that drain the inbox of a user side by side, with a folder for what they keep; and what they need meanwhile."""


def main() -> None:
    """Print the figures."""
    mails, rounds = map(int, (*sys.argv[1:], *(MAILS, ROUNDS)[len(sys.argv) - 1 :]))
    try:
        with _field() as here:
            seconds = {name: [_drained(here, name, mails) for _ in range(rounds)] for name in CONTENDERS}
    except pytest.skip.Exception as missing:
        raise SystemExit(f"bench: {missing}") from None
    _print(mails, {name: median(each) for name, each in seconds.items()})


@contextmanager
def _field() -> Iterator[Field]:
    (port,) = free_ports(1)
    with own_folder("sink") as home, running_dovecot() as dovecot, running_postgresql() as postgresql:
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
        with running(command, port=port, log=home / "log"):
            yield Field(dovecot=dovecot, sink=port, postgresql=postgresql)


def _drained(here: Field, name: str, mails: int) -> float:
    """Seconds for a full inbox."""
    user = f"support-{uuid4().hex[:8]}@verein.example"
    with open_folder(here.dovecot.login(user), "INBOX"):
        fill(here.dovecot, user, letters(mails, user))
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as home, CONTENDERS[name](here, user, Path(home)) as commands:
        began = monotonic()
        running_now = [subprocess.Popen(each.words, env={**os.environ, **each.variables}, cwd=PROJECT) for each in commands]
        failed = [process.wait() for process in running_now]
        took = monotonic() - began
    with open_folder(here.dovecot.login(user), "INBOX", readonly=True) as inbox:
        left = len(inbox.uids())
    if any(failed) or left:
        raise SystemExit(f"bench: {name} left {left} of {mails} mails, exit status {failed}")
    return took


@contextmanager
def _floor(here: Field, user: str, home: Path) -> Iterator[Sequence[Command]]:
    where = ["127.0.0.1", str(here.dovecot.imap), str(here.sink), user, str(home / "floor.db")]
    yield [Command(words=[sys.executable, "-m", "bench.floor", *where])]


@contextmanager
def _on_sqlite(here: Field, user: str, home: Path) -> Iterator[Sequence[Command]]:
    yield [_bot(here, user, home, f"sqlite:///{home / 'mailbot.db'}")]


def _on_postgresql(processes: int) -> Commands:
    @contextmanager
    def commands(here: Field, user: str, home: Path) -> Iterator[Sequence[Command]]:
        with fresh_database(here.postgresql) as database:
            yield [_bot(here, user, home, database.render_as_string(hide_password=False))] * processes

    return commands


def _bot(here: Field, user: str, home: Path, database: str) -> Command:
    rules = (PROJECT / "rules.yaml").read_text(encoding="utf-8")
    (home / "rules.yaml").write_text(rules.replace(SUPPORT, f"address: {user}\n    after: move"), encoding="utf-8")
    shutil.copytree(PROJECT / "templates", home / "templates")
    imap = f"imap://{user.replace('@', '%40')}:secret@127.0.0.1:{here.dovecot.imap}"
    variables = {
        "MAILBOT_RULES": str(home / "rules.yaml"),
        "MAILBOT_DATABASE": database,
        "MAILBOT_IMAP_SUPPORT": imap,
        "MAILBOT_IMAP_BUERO": imap.replace("support", "buero"),
        "MAILBOT_SMTP": f"smtp://127.0.0.1:{here.sink}",
        "MAILBOT_SECRET": SECRET,
        "MAILBOT_LIMITS": "off",
    }
    program = str(Path(sys.executable).with_name("mailbot"))
    return Command(words=[program, "run", "--once", "--since", "all"], variables=variables)


CONTENDERS: Mapping[str, Commands] = {
    "floor": _floor,
    "mailbot, SQLite": _on_sqlite,
    "mailbot, PostgreSQL, one process": _on_postgresql(1),
    "mailbot, PostgreSQL, two processes": _on_postgresql(2),
}


def _print(mails: int, seconds: Mapping[str, float]) -> None:
    table = Table(title=f"{mails} mails")
    for heading in ("", "seconds", "mails a second", "× the floor's time"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, took in seconds.items():
        table.add_row(name, f"{took:.1f}", f"{mails / took:.0f}", f"{took / seconds['floor']:.1f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
