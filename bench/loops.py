"""
How many mails it takes until a loop ends: `make bench-loops`.

The scenes of tests/service/loops.py, each with a bot of its own, in process and with a clock that is set by hand.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
from rich.console import Console
from rich.table import Table

from tests.service.bench import bench_in
from tests.service.loops import ENDLESS, SCENES, Tally, play, two_mailbots


def main() -> None:
    """Play every scene and print what came of it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    table = Table(
        "loop", "from the bot", "to staff", "from the machine", "kept back", "tickets", title="Mails until all is quiet"
    )
    with TemporaryDirectory() as folder, ExitStack() as bots:
        home = Path(folder)
        others = [bots.enter_context(two_mailbots(home / f"other-{lost}", stripped=lost)) for lost in (False, True)]
        for number, scene in enumerate((*others, *SCENES, ENDLESS)):
            here = home / str(number)
            here.mkdir()
            with bench_in(here) as bench:
                table.add_row(scene.name, *_figures(play(bench, scene)))
    Console(width=120).print(table)


def _figures(tally: Tally) -> tuple[str, ...]:
    figures = (tally.to_others, tally.to_staff, tally.from_others, tally.kept_back, tally.tickets)
    return tuple(map(str, figures))


if __name__ == "__main__":
    main()
