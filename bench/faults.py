"""
Kills `mailbot run` at every step of its way, on real servers, and counts what was lost or doubled: `make bench-faults`.

Four installations, each killed at every place that it passes, some of them a second time further on, and at moments of chance.
Prints a table; exits 1 when anything was lost or doubled.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
from rich.console import Console
from rich.table import Table

from tests.association import association
from tests.faults.drill import Account, Drill, with_moves
from tests.servers.dovecot import running_dovecot
from tests.servers.postfix import running_postfix
from tests.servers.postgresql import database_of
from tests.servers.station import Station

INSTALLATIONS = {
    "SQLite, mails stay": ("sqlite", "leave", ""),
    "SQLite, mails are moved": ("sqlite", "move", ""),
    "SQLite, server without MOVE": ("sqlite", "move", "IMAP4rev1"),
    "PostgreSQL, mails are moved": ("postgresql", "move", ""),
}
FIRST = ("before commit of database._bring_up_to_date", "before commit of receiver.begin", "after commit of receiver.begin")
FIRST_MOVES = ("before IMAP CREATE", "after IMAP CREATE")
"""What an installation passes only once, or not with an empty database again; each of its two inboxes begins once."""

BY_CHANCE = 12
"""Kills of each installation at whatever moment."""

OFTEN = 4
"""Who passes a place so often is killed there the second time too."""


def main() -> None:
    try:
        _bench()
    except pytest.skip.Exception as missing:
        raise SystemExit(f"bench-faults: {missing}") from None


def _bench() -> None:
    console = Console(width=120)
    begun, accounts, kills = monotonic(), list[Account](), Counter[str]()
    wanted = sys.argv[1:] or list(INSTALLATIONS)
    for name in wanted:
        database, after, capabilities = INSTALLATIONS[name]
        with _drill(database, after, capabilities) as drill:
            _kill(drill, name, FIRST + (FIRST_MOVES if after == "move" else ()))
            accounts.append(drill.account())
            kills += drill.kills
            console.print(_summary(name, drill.kills.total(), accounts[-1]))
    console.print(_places(kills), _sums(kills.total(), accounts, monotonic() - begun))
    for sentence in (sentence for each in accounts for sentence in (*each.lost, *each.doubled)):
        console.print(sentence, style="red")
    raise SystemExit(any(each.lost or each.doubled for each in accounts))


def _kill(drill: Drill, name: str, first: Sequence[str]) -> None:
    for place in first:
        drill.kill_at(place)
    passed = drill.places()
    rounds = [(place, time) for place, often in passed.items() for time in (1, 2) if time == 1 or often >= OFTEN]
    rounds = [each for each in rounds if each[0] not in FIRST + FIRST_MOVES] + [("", 0)] * BY_CHANCE
    random.Random(name).shuffle(rounds)
    for place, time in rounds:
        if place:
            drill.kill_at(place, time)
        else:
            drill.kill_any_time()


@contextmanager
def _drill(database: str, after: str, capabilities: str) -> Iterator[Drill]:
    with (
        running_dovecot(capabilities=capabilities) as dovecot,
        running_postfix(dovecot) as postfix,
        tempfile.TemporaryDirectory() as folder,
        database_of(database, Path(folder)) as url,
    ):
        club = association(Station(imap=dovecot, postfix=postfix), url, Path(folder))
        yield Drill(with_moves(club) if after == "move" else club)


def _summary(name: str, kills: int, account: Account) -> str:
    return (
        f"{name}: {kills} kills, {account.mails} mails, {account.tickets} tickets, {account.replies} replies, "
        f"lost {len(account.lost)}, doubled {len(account.doubled)}, "
        f"sent again in the window {account.again} of {account.unknown}"
    )


def _places(kills: Counter[str]) -> Table:
    table = Table("killed", "times")
    for place, times in sorted(kills.items()):
        table.add_row(place, str(times))
    return table


def _sums(kills: int, accounts: list[Account], seconds: float) -> str:
    mails, replies = sum(each.mails for each in accounts), sum(each.replies for each in accounts)
    lost, doubled = sum(len(each.lost) for each in accounts), sum(len(each.doubled) for each in accounts)
    again, unknown = sum(each.again for each in accounts), sum(each.unknown for each in accounts)
    return (
        f"{kills} kills, {mails} mails, {replies} replies: {lost} lost, {doubled} doubled; {unknown} bots died while the fate of "
        f"a reply was unknown, {again} of those came twice, under the same Message-ID and noted ({seconds / 60:.0f} min)"
    )


if __name__ == "__main__":
    main()
