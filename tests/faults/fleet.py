"""
Hosts whose bots share a PostgreSQL: each has a loopback address of its own, by which alone its bot reaches database and servers.

What happens to hosts happens to these: the bot is killed, or stopped and goes on later; the host loses its database.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, func, select

from mailbot.store import leases
from mailbot.store.database import Database, open_database
from mailbot.store.inbound import State
from mailbot.store.outbound import State as Fate
from mailbot.store.tables import inbound, outbound
from tests.association import Association
from tests.faults.drill import Drill, with_moves
from tests.servers.process import eventually
from tests.servers.proxy import Wire, wire_to

PORT = 5432


@dataclass(eq=False)
class Host:
    """One host; its bot runs between `start` and `kill`."""

    address: str
    database: Wire
    log: Path
    command: Sequence[str]
    variables: Mapping[str, str]
    bots: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start the bot, and see it at work."""
        with self.log.open("wb") as log:
            self.bots.append(subprocess.Popen(self.command, env=self.variables, stderr=log))
        eventually(self._has_started, timeout=120, failure=self.says)
        assert self.bots[-1].poll() is None, self.says()

    def _has_started(self) -> bool | None:
        return "event=running" in self.says() or self.bots[-1].poll() is not None or None

    def says(self) -> str:
        """The log of its bot."""
        return self.log.read_text(encoding="utf-8")

    def sleeps(self) -> None:
        """The process is stopped where it is (SIGSTOP): it keeps its connections, and says nothing."""
        self.bots[-1].send_signal(signal.SIGSTOP)

    def wakes(self) -> None:
        """The process goes on where it was."""
        self.bots[-1].send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As by `kill -9`, or for want of memory."""
        for bot in self.bots:
            bot.kill()
            bot.wait()


class Fleet:
    """Two hosts, and what the drill of a single bot knows: mails that arrive, and the count at the end."""

    def __init__(self, club: Association, hosts: Sequence[Host], database: Database) -> None:
        self.drill = Drill(club)
        self.hosts = hosts
        self.database = database

    def reader(self, mailbox: str = "support") -> Host:
        """The host whose bot reads that mailbox, as soon as one does."""

        def look() -> Host | None:
            with self.database.read() as connection:
                held = {lease.subject: lease.holder for lease in leases.held(connection)}
            holder = held.get(f"mailbox {mailbox}", "")
            return next((host for host in self.hosts if holder.endswith(f"process {host.bots[-1].pid}")), None)

        return eventually(look, timeout=60, failure=lambda: f"nobody reads {mailbox}")

    def other(self, host: Host) -> Host:
        """The other one."""
        return next(each for each in self.hosts if each is not host)

    def all_is_done(self, *, timeout: float = 60) -> None:
        """Wait until every mail is taken in and has its end, and all that follows from it is sent."""
        eventually(self._is_done, timeout=timeout, failure=lambda: "\n".join(host.says() for host in self.hosts))

    def _is_done(self) -> bool | None:
        arrived = sum(len(each.kind.inboxes) for each in self.drill.written)
        ended = select(func.count()).where(inbound.c.state != State.PENDING.value)
        unsent = select(func.count()).where(outbound.c.state != Fate.SENT.value)
        with self.database.read() as connection:
            return (connection.execute(ended).scalar_one(), connection.execute(unsent).scalar_one()) == (arrived, 0) or None


@contextmanager
def two_hosts(
    club: Association, home: Path, command: Sequence[str], addresses: Sequence[str] = ("127.0.0.2", "127.0.0.3")
) -> Iterator[Fleet]:
    """A fleet on the PostgreSQL of the association; its bots are no more at the end of the block."""
    moving = with_moves(club)
    moving.is_rehearsed()
    with ExitStack() as stack:
        hosts = [stack.enter_context(_host(moving, home, command, address)) for address in addresses]
        database = open_database(club.settings.database)
        stack.callback(database.close)
        yield Fleet(club, hosts, database)


@contextmanager
def _host(club: Association, home: Path, command: Sequence[str], address: str) -> Iterator[Host]:
    servers = (club.station.imap.imap, club.station.postfix.smtp)
    with ExitStack() as stack:
        wires = {port: stack.enter_context(wire_to(port, address=address)) for port in servers}
        database = stack.enter_context(wire_to(_socket(club.settings.database), address=address))
        variables = club.environment()
        for port, wire in wires.items():
            here, there = f"127.0.0.1:{port}", f"{address}:{wire.port}"
            variables = {name: value.replace(here, there) for name, value in variables.items()}
        url = club.settings.database.set(host=address, port=database.port, query={})
        host = Host(
            address=address,
            database=database,
            log=home / f"log of {address}",
            command=command,
            variables={
                **variables,
                "MAILBOT_DATABASE": url.render_as_string(hide_password=False),
                "MAILBOT_LIMITS": "off",
                "VICTIM_TRACE": str(home / f"trace of {address}"),
            },
        )
        stack.callback(host.kill)
        yield host


def _socket(database: URL) -> Path:
    return Path(str(database.query["host"])) / f".s.PGSQL.{database.port or PORT}"
