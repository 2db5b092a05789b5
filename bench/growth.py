"""
Whether a mail, the digest and the list of tickets take longer the more tickets there are: `make bench-growth`.

    python -m bench.growth [TICKETS …]

For each number a database of years (bench/years.py) is filled, on SQLite and PostgreSQL. Then the same mails come to all of them
in turn, a few at a time, without servers; and commands that only look run as processes of their own, start included. Prints
medians, and keeps them in bench/figures/, for bench/plots.py. A million tickets take 5 GB and a quarter of an hour to fill.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import monotonic

import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL, make_url

from bench.figures import keep
from bench.letters import letters
from bench.measured import Taken, measured
from bench.years import fill
from mailbot.store import mailboxes
from tests.association import PROJECT
from tests.servers.postgresql import fresh_database, running_postgresql
from tests.service.bench import Bench, bench_in

SIZES = (1_000, 10_000, 100_000)
ROUNDS, MAILS = 12, 10
SUPPORT = "support@die-linke-koeln.de"
TODAY = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
MONDAY = TODAY - timedelta(days=TODAY.weekday())
"""The years end this week, for commands look at the clock."""

COMMANDS = {
    "mailbot digest": ["digest"],
    "mailbot tickets": ["tickets"],
    "mailbot tickets --state open --json": ["tickets", "--state", "open", "--json"],
    "mailbot show": ["show", "KV-1001"],
}
REPETITIONS = 3

Databases = Mapping[int, URL]
"""One of each number of tickets."""


def main() -> None:
    """Print the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    sizes = sorted(map(int, sys.argv[1:])) or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as folder, running_postgresql() as server, ExitStack() as databases:
        kinds: dict[str, Databases] = {
            "SQLite": {size: make_url(f"sqlite:///{folder}/{size}.db") for size in sizes},
            "PostgreSQL": {size: databases.enter_context(fresh_database(server)) for size in sizes},
        }
        for size, url in ((size, url) for each in kinds.values() for size, url in each.items()):
            fill(url, size, MONDAY)
        measure(kinds)


def measure(kinds: Mapping[str, Databases]) -> None:
    """Print and keep the figures of databases that are filled."""
    mails = {kind: _ms_a_mail(databases) for kind, databases in kinds.items()}
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as compiled:
        commands = {kind: _commands(databases, Path(compiled)) for kind, databases in kinds.items()}
    clock = {kind: _each(commands[kind], lambda taken: round(taken.clock, 2)) for kind in kinds}
    processor = {kind: _each(commands[kind], lambda taken: round(taken.processor, 2)) for kind in kinds}
    _print("milliseconds a mail", mails)
    for kind in kinds:
        _print(f"seconds by the clock, {kind}", clock[kind])
        _print(f"seconds of the processor, {kind}", processor[kind])
    keep("growth", {"ms a mail": mails, "seconds by the clock": clock, "seconds of the processor": processor})


def _each(commands: Mapping[str, Mapping[int, Taken]], figure: Callable[[Taken], float]) -> dict[str, dict[int, float]]:
    return {name: {size: figure(taken) for size, taken in sizes.items()} for name, sizes in commands.items()}


def _ms_a_mail(databases: Databases) -> dict[int, float]:
    mails = list(letters(ROUNDS * MAILS, SUPPORT))
    took: dict[int, list[float]] = {size: [] for size in databases}
    with ExitStack() as benches:
        bots = {size: benches.enter_context(_bot(url)) for size, url in databases.items()}
        for start in range(0, len(mails), MAILS):
            for size, bot in bots.items():
                took[size].append(_come_in(bot, mails[start : start + MAILS]))
    return {size: round(1000 * median(seconds), 1) for size, seconds in took.items()}


@contextmanager
def _bot(url: URL) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as home, bench_in(Path(home), url) as bot:
        with bot.office.database.read() as connection:
            reading = mailboxes.reading(connection, "support", "INBOX")
        bot.clock.now = MONDAY
        bot.support.next_uid = reading.last_uid + 1 if reading else 1
        bot.support.uidvalidity = reading.uidvalidity if reading else bot.support.uidvalidity
        bot.run()
        yield bot


def _come_in(bot: Bench, mails: Sequence[bytes]) -> float:
    """Seconds for each of the mails, from the folder to the answer."""
    for raw in mails:
        bot.mail(raw)
    began = monotonic()
    bot.run()
    took = (monotonic() - began) / len(mails)
    bot.clock.pass_by(timedelta(hours=2))  # limits of an hour are not what is measured
    return took


def _commands(databases: Databases, compiled: Path) -> dict[str, dict[int, Taken]]:
    """In turn, so that what else the machine does is spread over all."""
    took: dict[tuple[str, int], list[Taken]] = {(name, size): [] for name in COMMANDS for size in databases}
    for _ in range(REPETITIONS + 1):
        for name, size in took:
            variables = {
                "MAILBOT_RULES": str(PROJECT / "rules.yaml"),
                "MAILBOT_DATABASE": databases[size].render_as_string(hide_password=False),
            }
            took[name, size].append(measured(COMMANDS[name], variables, compiled=compiled))
    # The first one compiles.
    return {name: {size: _middle(took[name, size][1:]) for size in databases} for name in COMMANDS}


def _middle(all_of_them: Sequence[Taken]) -> Taken:
    return Taken(
        clock=median(each.clock for each in all_of_them),
        processor=median(each.processor for each in all_of_them),
        peak=max(each.peak for each in all_of_them),
    )


def _print(title: str, rows: Mapping[str, Mapping[int, float]]) -> None:
    table = Table("", title=title)
    sizes = list(next(iter(rows.values())))
    for size in sizes:
        table.add_column(f"{size:,} tickets", justify="right")
    table.add_column("× the fewest", justify="right")
    for name, figures in rows.items():
        table.add_row(name, *(f"{figures[size]:.2f}" for size in sizes), f"{figures[sizes[-1]] / figures[sizes[0]]:.2f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
