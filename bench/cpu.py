"""
What one mail costs in time of the processor, stage by stage; how long the commands take to start; what a huge mail takes.

    python -m bench.cpu [MAILS]

Times are of the processor, not of the clock, so that other programs on the machine matter little; of each stage the median.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from bench.letters import huge_letter, letters
from bench.measured import Taken, measured
from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.explain import tickets_after
from mailbot.mail.compose import compose
from mailbot.mail.letter import Letter, Origin
from mailbot.mail.message import Address
from mailbot.mail.origin import origin
from mailbot.mail.read import read
from mailbot.tickets.decide import decide
from mailbot.tickets.rendering import Words
from mailbot.tickets.writer import Writer
from mailbot.understanding.understand import understand
from tests.association import PROJECT

MAILS, MAILBOX = 300, "support"
CORPUS = PROJECT.parent / "shared" / "corpus"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STAGES = ("read", "origin", "understand", "decide", "words to the member", "words to staff", "both as bytes")
T = TypeVar("T")


@dataclass(slots=True)
class Watch:
    """Milliseconds of the processor, by stage, one for each mail."""

    spent: dict[str, list[float]] = field(default_factory=lambda: {stage: [] for stage in STAGES})

    def time(self, stage: str, work: Callable[[], T]) -> T:
        """What `work` gives; how long it took is written down."""
        began = process_time()
        done = work()
        self.spent[stage].append(1000 * (process_time() - began))
        return done


def main() -> None:
    """Print the figures."""
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else MAILS
    catalogue = load_catalogue(PROJECT / "rules.yaml")
    writer = Writer(catalogue, PROJECT / "templates")
    piles = {"bench/letters.py": tuple(letters(mails, catalogue.mailboxes[0].address))}
    if CORPUS.is_dir():
        piles["corpus"] = tuple(path.read_bytes() for path in sorted(CORPUS.glob("*/*.eml")))
    table = Table("", title="milliseconds a mail, median (nine of ten are below)")
    for name, raw in piles.items():
        table.add_column(f"{name}, {len(raw)} mails", justify="right")
    _watched(next(iter(piles.values()))[:50], catalogue, writer)  # expressions and templates are compiled when they are first met
    columns = [_watched(raw, catalogue, writer).spent for raw in piles.values()]
    for stage in STAGES:
        table.add_row(stage, *(_figure(column[stage]) for column in columns))
    Console(width=120).print(table)
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as home:
        Console(width=120).print(_commands(Path(home), next(iter(piles.values()))))


def _commands(home: Path, mails: Sequence[bytes]) -> Table:
    """What whole processes take, start included; `--cases` with all the mails, each a conversation."""
    one, huge, cases = home / "one.eml", home / "huge.eml", home / "cases"
    one.write_bytes(mails[0])
    huge.write_bytes(huge_letter(MAILBOX))
    for number, raw in enumerate(mails):
        case = cases / str(number)
        case.mkdir(parents=True)
        (case / "01.eml").write_bytes(raw)
        (case / "case.yaml").write_text(f"mails: [{{file: 01.eml, mailbox: {MAILBOX}}}]\n", encoding="utf-8")
    table = Table("", "seconds", "peak MB", title="commands, median of five")
    for name, words in {
        "mailbot --help": ["--help"],
        "mailbot explain FILE": ["explain", str(one)],
        f"mailbot explain --cases, {len(mails)} mails": ["explain", "--json", "--cases", str(cases)],
        "mailbot explain, 25 MB": ["explain", str(huge)],
    }.items():
        _run(words, home / "compiled")  # the first one compiles
        took = [_run(words, home / "compiled") for _ in range(5)]
        table.add_row(name, f"{median(each.processor for each in took):.2f}", f"{max(each.peak for each in took):.0f}")
    return table


def _run(words: Sequence[str], compiled: Path) -> Taken:
    return measured(words, {"MAILBOT_RULES": str(PROJECT / "rules.yaml")}, compiled=compiled)


def _figure(spent: Sequence[float]) -> str:
    return f"{median(spent):.2f} ({sorted(spent)[len(spent) * 9 // 10]:.2f})"


def _watched(mails: Sequence[bytes], catalogue: Catalogue, writer: Writer) -> Watch:
    """Each mail as the first of its conversation, from its bytes to those of the two that follow from it."""
    watch, box, member = Watch(), catalogue.mailboxes[0], catalogue.staff[0]
    for raw in mails:
        mail = watch.time("read", partial(read, raw))
        source = watch.time("origin", partial(origin, mail, own=catalogue.own_addresses, authserv_ids=catalogue.authserv_ids))
        if source.machine:
            continue
        reading = watch.time("understand", partial(understand, mail, (), catalogue))
        decision = watch.time("decide", partial(decide, reading, (), catalogue))
        if decision.reply is None:
            continue
        tickets = tickets_after(decision, (), mail, box, catalogue)
        write = partial(writer.answer, decision, tickets, subject=mail.subject, to=mail.sender, mailbox=box, known=True)
        answer = watch.time("words to the member", write)
        tell = partial(writer.for_staff, tickets[0], events=(), original=mail.text, attachments=(), doubts=(), member=member)
        told = watch.time("words to staff", tell)
        watch.time("both as bytes", partial(_composed, {mail.sender.email: answer, member.email: told}))
    return watch


def _composed(letters: Mapping[str, Words]) -> list[bytes]:
    return [compose(_letter(words, Address(email=to)), date=NOW) for to, words in letters.items()]


def _letter(words: Words, to: Address) -> Letter:
    return Letter(
        message_id="1@verein.example",
        sender=Address(name="IT-Support", email="support@verein.example"),
        to=(to,),
        subject=words.subject,
        text=words.text,
        html=words.html,
        origin=Origin.REPLIED,
    )


if __name__ == "__main__":
    main()
