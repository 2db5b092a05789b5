"""
How much time and memory a large folder takes, and a large mail: `make bench-big-folder`.

    python -m bench.big_folder [MAILS …]

`mailbot run --once` on a real Dovecot, as a process of its own: its first contact with folders of old mails, a look when
nothing is new, one short mail that is answered, and one of 25 MB. Keeps the figures in bench/figures/, for bench/plots.py.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from bench.figures import keep
from bench.letters import fill, huge_letter
from bench.measured import Taken, measured
from mailbot.demo.ports import free_ports
from mailbot.mail.imap import open_folder
from tests.association import PROJECT, SECRET
from tests.servers.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.servers.process import own_folder, running
from tests.service.bench import ASKS, eml

FOLDERS = (100, 2_000, 10_000, 50_000)
SUPPORT = "address: support@die-linke-koeln.de"
TEXT = "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\n" + "Ein Satz, damit die Mail so lang ist wie andere auch.\n" * 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A mailbox of Dovecot's, and where the bot's mails go."""

    dovecot: Dovecot
    sink: int
    home: Path
    compiled: Path

    @property
    def user(self) -> str:
        """A mailbox of its own for each folder."""
        return f"{self.home.name}@verein.example"

    def run(self) -> Taken:
        """All that is there now."""
        login = f"imap://{self.user.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{self.dovecot.imap}"
        variables = {
            "MAILBOT_RULES": str(self.home / "rules.yaml"),
            "MAILBOT_DATABASE": f"sqlite:///{self.home / 'mailbot.db'}",
            "MAILBOT_IMAP_SUPPORT": login,
            "MAILBOT_IMAP_BUERO": login.replace("imap://", "imap://buero-"),
            "MAILBOT_SMTP": f"smtp://127.0.0.1:{self.sink}",
            "MAILBOT_SECRET": SECRET,
            "MAILBOT_LOG_LEVEL": "warning",
        }
        return measured(["run", "--once"], variables, compiled=self.compiled)

    def arrives(self, raw: bytes) -> None:
        """A new mail."""
        with open_folder(self.dovecot.login(self.user), "INBOX") as inbox:
            inbox.append("INBOX", raw, seen=False)


def main() -> None:
    """Print the figures."""
    folders = sorted(map(int, sys.argv[1:])) or list(FOLDERS)
    try:
        with _servers() as (dovecot, sink), tempfile.TemporaryDirectory(prefix="mailbot-bench-") as home:
            rows = dict(_rows(dovecot, sink, Path(home), folders))
    except pytest.skip.Exception as missing:
        raise SystemExit(f"bench: {missing}") from None
    _print(rows)
    contacts = {number: rows[_contact(number)] for number in folders}
    keep("memory", {"MB": {number: round(taken.peak) for number, taken in contacts.items()}})


@contextmanager
def _servers() -> Iterator[tuple[Dovecot, int]]:
    (port,) = free_ports(1)
    with own_folder("sink") as home, running_dovecot() as dovecot:
        command = [
            sys.executable,
            "-m",
            "aiosmtpd",
            "-n",
            "-s",
            "40000000",
            "-l",
            f"127.0.0.1:{port}",
            "-c",
            "aiosmtpd.handlers.Sink",
        ]
        with running(command, port=port, log=home / "log"):
            yield dovecot, port


def _rows(dovecot: Dovecot, sink: int, home: Path, folders: list[int]) -> Iterator[tuple[str, Taken]]:
    _post(dovecot, sink, home, "compiled-first").run()
    for number in folders:
        post = _post(dovecot, sink, home, f"folder-of-{number}")
        with open_folder(dovecot.login(post.user), "INBOX"):
            fill(dovecot, post.user, _old(number), old=True)
        yield _contact(number), post.run()
    yield "the same, nothing new", post.run()
    post.arrives(eml(ASKS))
    yield "the same, one short mail", post.run()
    post.arrives(huge_letter(post.user))
    yield "the same, one mail of 25 MB", post.run()


def _contact(number: int) -> str:
    return f"first contact, {number:,} mails"


def _post(dovecot: Dovecot, sink: int, home: Path, name: str) -> Post:
    own = home / name
    shutil.copytree(PROJECT / "templates", own / "templates")
    rules = (PROJECT / "rules.yaml").read_text(encoding="utf-8")
    (own / "rules.yaml").write_text(rules.replace(SUPPORT, f"address: {name}@verein.example"), encoding="utf-8")
    return Post(dovecot=dovecot, sink=sink, home=own, compiled=home / "compiled")


def _old(number: int) -> Iterator[bytes]:
    one = eml(TEXT, Message_ID="<number@posteo.example>")
    return (one.replace(b"<number@", b"<%d@" % at) for at in range(number))


def _print(rows: dict[str, Taken]) -> None:
    table = Table("", title="mailbot run --once")
    for heading in ("seconds", "of the processor", "peak MB"):
        table.add_column(heading, justify="right")
    for what, taken in rows.items():
        table.add_row(what, f"{taken.clock:.1f}", f"{taken.processor:.1f}", f"{taken.peak:.0f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
