"""
Two hosts, one PostgreSQL, mails that come in all the time, and every half minute something happens to one of the hosts:
`make bench-hosts`.

    python -m bench.hosts [KILLS]

Most times its bot is killed (SIGKILL) at a moment of chance and started anew, as its supervisor would do; now and then it is
stopped for longer than its leases last and goes on (SIGSTOP, SIGCONT), or the host loses its database for a while. Then
everything is counted as in bench/faults.py, and the longest time is told that any mail waited for what followed from it.
Exits 1 when anything was lost or doubled, or waited for longer than 30 seconds.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from mailbot.service.heart import LASTING
from mailbot.store.tables import inbound, outbound
from tests.association import association
from tests.faults.drill import Account
from tests.faults.fleet import Fleet, Host, two_hosts
from tests.servers.dovecot import running_dovecot
from tests.servers.postfix import running_postfix
from tests.servers.postgresql import fresh_database, running_postgresql
from tests.servers.station import Station

KILLS = 20
BETWEEN = (2.0, 8.0)
"""Seconds of peace before something happens."""

EVERY = 2.0
"""Seconds between two mails."""

MOST = timedelta(seconds=30)
"""What nobody may wait longer for."""

MAILBOT = [sys.executable, "-c", "from mailbot.cli import main; main()", "run"]


def main() -> None:
    """Print what was counted."""
    kills = int(sys.argv[1]) if sys.argv[1:] else KILLS
    try:
        _bench(kills)
    except pytest.skip.Exception as missing:
        raise SystemExit(f"bench-hosts: {missing}") from None


def _bench(kills: int) -> None:
    with (
        running_dovecot() as dovecot,
        running_postfix(dovecot) as postfix,
        running_postgresql() as server,
        fresh_database(server) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        club = association(Station(imap=dovecot, postfix=postfix), url, Path(folder))
        with two_hosts(club, Path(folder), MAILBOT) as fleet:
            begun = monotonic()
            happened = _haunt(fleet, kills, random.Random(kills))
            fleet.all_is_done()
            waited = _longest_wait(fleet)
            fleet.drill.unknown = happened.total()
            account = fleet.drill.account()
    _print(happened, account, waited, monotonic() - begun)
    raise SystemExit(bool(account.lost or account.doubled or waited > MOST))


def _haunt(fleet: Fleet, kills: int, chance: random.Random) -> Counter[str]:
    """So many kills, and after every sixth of them something else."""
    for host in fleet.hosts:
        host.start()
    happened = Counter[str]()
    while happened["killed"] < kills:
        _mails_come(fleet, chance.uniform(*BETWEEN))
        what, happens = _next(happened)
        happens(fleet, chance.choice(fleet.hosts))
        happened[what] += 1
    return happened


def _next(happened: Counter[str]) -> tuple[str, Callable[[Fleet, Host], None]]:
    if happened["killed"] // 6 > happened["stopped"]:
        return "stopped", _stopped
    if happened["killed"] // 6 > happened["cut off"]:
        return "cut off", _cut_off
    return "killed", _killed


def _killed(fleet: Fleet, host: Host) -> None:
    host.kill()
    _mails_come(fleet, LASTING.total_seconds())
    host.start()


def _stopped(fleet: Fleet, host: Host) -> None:
    host.sleeps()
    _mails_come(fleet, 2 * LASTING.total_seconds())
    host.wakes()


def _cut_off(fleet: Fleet, host: Host) -> None:
    host.database.cut()
    _mails_come(fleet, 2 * LASTING.total_seconds())
    host.database.mend()


def _mails_come(fleet: Fleet, seconds: float) -> None:
    end = monotonic() + seconds
    while monotonic() < end:
        fleet.drill.mails_arrive(1)
        time.sleep(EVERY)


def _longest_wait(fleet: Fleet) -> timedelta:
    """From the arrival of a mail until the last of what follows from it was sent; servers tell arrivals by the second."""
    answered = select(inbound.c.received, outbound.c.sent_at).join(outbound, outbound.c.cause == inbound.c.id)
    with fleet.database.read() as connection:
        return max(row.sent_at - row.received for row in connection.execute(answered))


def _print(happened: Counter[str], account: Account, waited: timedelta, seconds: float) -> None:
    table = Table("what", "number")
    for what, number in (
        *((f"times that a host was {what}", number) for what, number in happened.items()),
        ("mails", account.mails),
        ("tickets", account.tickets),
        ("replies", account.replies),
        ("lost", len(account.lost)),
        ("doubled", len(account.doubled)),
        ("sent again, for nobody could know", account.again),
    ):
        table.add_row(what, str(number))
    table.add_row("longest wait, in seconds", f"{waited.total_seconds():.0f}")
    console = Console(width=100)
    console.print(table, f"{seconds / 60:.0f} min")
    for sentence in (*account.lost, *account.doubled):
        console.print(sentence, style="red")


if __name__ == "__main__":
    main()
