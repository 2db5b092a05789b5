"""
How fast the bot drains a full inbox, beside the least that any program must do: `make bench`.

    python -m bench.drain [MAILS] [ROUNDS] [--peers]

Each contender drains an inbox of its own on the same Dovecot and the same SMTP sink, start-up included, in turn. Prints the
mails a second and the ratio to the floor (bench/floor.py), the median of the rounds; exits 1 when a contender left mails.
With `--peers` also the programs in bench/peers, from a venv of their own (`make bench-peers`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
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
from mailbot.mail.imap import Folder, open_folder
from mailbot.store import inbound, outbound
from mailbot.store.database import Database, open_database
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Commands that drain an inbox side by side; `over` says when those are to be stopped that do not end by themselves."""

    commands: Sequence[Command]
    over: Callable[[], bool] | None = None


Contender = Callable[[Field, str, Path], AbstractContextManager[Race]]
"""Who drains the inbox of a user, with a folder for what it keeps; and what it needs meanwhile."""


def main() -> None:
    """Print the figures."""
    asked = ArgumentParser(prog="python -m bench.drain", description=__doc__)
    asked.add_argument("mails", nargs="?", type=int, default=MAILS)
    asked.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    asked.add_argument("--peers", action="store_true")
    words = asked.parse_args()
    contenders = {**CONTENDERS, **(PEERS if words.peers else {})}
    try:
        with _field() as here:
            # In turn, so that what else the machine does is spread over all.
            rounds = [
                {name: _drained(here, name, each, words.mails) for name, each in contenders.items()} for _ in range(words.rounds)
            ]
    except pytest.skip.Exception as missing:
        raise SystemExit(f"bench: {missing}") from None
    _print(words.mails, {name: median(each[name] for each in rounds) for name in contenders})


@contextmanager
def _field() -> Iterator[Field]:
    (port,) = free_ports(1)
    with own_folder("sink") as home, running_dovecot() as dovecot, running_postgresql() as postgresql:
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
        with running(command, port=port, log=home / "log"):
            yield Field(dovecot=dovecot, sink=port, postgresql=postgresql)


def _drained(here: Field, name: str, contender: Contender, mails: int) -> float:
    """Seconds for a full inbox."""
    user = f"support-{uuid4().hex[:8]}@verein.example"
    with open_folder(here.dovecot.login(user), "INBOX"):
        fill(here.dovecot, user, letters(mails, user))
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as home, contender(here, user, Path(home)) as race:
        failed, took = _run(race)
    with open_folder(here.dovecot.login(user), "INBOX", readonly=True) as inbox:
        left = len(inbox.uids())
    if any(failed) or left:
        raise SystemExit(f"bench: {name} left {left} of {mails} mails, exit status {failed}")
    return took


def _run(race: Race) -> tuple[Sequence[int], float]:
    """Exit statuses, and the seconds until the inbox was drained."""
    began = monotonic()
    running_now = [
        subprocess.Popen(
            each.words, env={**os.environ, **each.variables}, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=sys.stderr
        )
        for each in race.commands
    ]
    if race.over is None:
        return [process.wait() for process in running_now], monotonic() - began
    while not race.over() and all(process.poll() is None for process in running_now):
        time.sleep(0.25)  # to look takes the processor too
    took = monotonic() - began
    for process in running_now:
        process.send_signal(signal.SIGTERM)
    return [process.wait() for process in running_now], took


def _floor(*options: str) -> Contender:
    @contextmanager
    def contender(here: Field, user: str, home: Path) -> Iterator[Race]:
        words = [sys.executable, "-m", "bench.floor", *options, *_where(here, user, home / "floor.db")]
        yield Race(commands=[Command(words=words)])

    return contender


def _where(here: Field, user: str, place: Path) -> Sequence[str]:
    return ["127.0.0.1", str(here.dovecot.imap), str(here.sink), user, str(place)]


@contextmanager
def _on_sqlite(here: Field, user: str, home: Path) -> Iterator[Race]:
    yield Race(commands=[_bot(here, user, home, f"sqlite:///{home / 'mailbot.db'}", "--once")])


@contextmanager
def _with_a_reader(here: Field, user: str, home: Path) -> Iterator[Race]:
    bot = _bot(here, user, home, f"sqlite:///{home / 'mailbot.db'}", "--once")
    yield Race(commands=[replace(bot, variables={**bot.variables, "MAILBOT_READERS": "1"})])


def _on_postgresql(processes: int) -> Contender:
    """As services: they run on, so that none leaves when it has nothing to do for a moment."""

    @contextmanager
    def contender(here: Field, user: str, home: Path) -> Iterator[Race]:
        with (
            fresh_database(here.postgresql) as url,
            closing(open_database(url)) as books,
            open_folder(here.dovecot.login(user), "INBOX") as inbox,
        ):
            bot = _bot(here, user, home, url.render_as_string(hide_password=False))
            yield Race(commands=[bot] * processes, over=lambda: _all_is_done(books, inbox))

    return contender


def _all_is_done(books: Database, inbox: Folder) -> bool:
    with books.read() as connection:
        came, left = inbound.counts(connection).get("support", {}), outbound.counts(connection)
    waiting = came.get(inbound.State.PENDING, 0) or any(
        number for state, number in left.items() if state is not outbound.State.SENT
    )
    return bool(came) and not waiting and not inbox.uids()


def _peer(script: str) -> Contender:
    @contextmanager
    def contender(here: Field, user: str, home: Path) -> Iterator[Race]:
        words = [str(PROJECT / ".venv/peers/bin/python"), f"bench/peers/{script}.py"]
        where = _where(here, user, home)
        subprocess.run([*words, "prepare", *where], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        yield Race(commands=[Command(words=[*words, "drain", *where])])

    return contender


def _bot(here: Field, user: str, home: Path, database: str, *options: str) -> Command:
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
        "MAILBOT_LOG_LEVEL": "warning",
    }
    program = str(Path(sys.executable).with_name("mailbot"))
    return Command(words=[program, "run", *options, "--since", "all"], variables=variables)


CONTENDERS: Mapping[str, Contender] = {
    "floor": _floor(),
    "floor, with the bot's promises": _floor("--promises"),
    "mailbot, SQLite": _on_sqlite,
    "mailbot, SQLite, and a process that reads": _with_a_reader,
    "mailbot, PostgreSQL, one process": _on_postgresql(1),
    "mailbot, PostgreSQL, two processes": _on_postgresql(2),
}
PEERS: Mapping[str, Contender] = {
    "django-helpdesk, SQLite": _peer("django_helpdesk_drains"),
    "Roundup, SQLite": _peer("roundup_drains"),
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
