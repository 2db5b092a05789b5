"""
Whether a mail takes longer the more tickets there are: `make bench-growth`.

    python -m bench.growth [TICKETS …]

For each number a database of years (bench/years.py) is filled, on SQLite and PostgreSQL; then the same mails come to all of them
in turn, a few at a time, without servers. Prints the milliseconds a mail, and the ratio to the smallest, medians of the rounds.
A million tickets take 5 GB and a quarter of an hour to fill.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import monotonic

import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL, make_url

from bench.letters import letters
from bench.years import fill
from mailbot.store import mailboxes
from tests.servers.postgresql import fresh_database, running_postgresql
from tests.service.bench import MONDAY, Bench, bench_in

SIZES = (1_000, 30_000)
ROUNDS, MAILS = 12, 10
SUPPORT = "support@die-linke-koeln.de"


def main() -> None:
    """Print the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    sizes = sorted(map(int, sys.argv[1:])) or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as folder, running_postgresql() as server:
        _print("SQLite", _measured([(size, make_url(f"sqlite:///{folder}/{size}.db")) for size in sizes]))
        with ExitStack() as databases:
            urls = [(size, databases.enter_context(fresh_database(server))) for size in sizes]
            _print("PostgreSQL", _measured(urls))


def _measured(databases: Sequence[tuple[int, URL]]) -> Mapping[int, float]:
    """Seconds a mail in each of the databases, which are filled with so many tickets."""
    for size, url in databases:
        fill(url, size, MONDAY)
    mails = list(letters(ROUNDS * MAILS, SUPPORT))
    took: dict[int, list[float]] = {size: [] for size, _ in databases}
    with ExitStack() as benches:
        bots = {size: benches.enter_context(_bot(url)) for size, url in databases}
        for start in range(0, len(mails), MAILS):
            for size, bot in bots.items():
                took[size].append(_come_in(bot, mails[start : start + MAILS]))
    return {size: median(seconds) for size, seconds in took.items()}


@contextmanager
def _bot(url: URL) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as home, bench_in(Path(home), url) as bot:
        with bot.office.database.read() as connection:
            reading = mailboxes.reading(connection, "support", "INBOX")
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


def _print(name: str, seconds: Mapping[int, float]) -> None:
    table = Table(title=name)
    for heading in ("tickets", "ms a mail", "× the smallest"):
        table.add_column(heading, justify="right")
    for size, took in seconds.items():
        table.add_row(f"{size:,}", f"{took * 1000:.1f}", f"{took / seconds[min(seconds)]:.2f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
