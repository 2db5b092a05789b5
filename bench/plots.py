"""
How the bot grows with what it holds, drawn from the figures in bench/figures/: `make plots`, after the benches.

    python -m bench.plots

One picture, docs/growth.svg: light enough for a page, readable on a light and on a dark one.
"""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib as mpl

mpl.use("svg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from bench.figures import kept
from tests.association import PROJECT

PICTURE = PROJECT / "docs" / "growth.svg"
GREY, COLOURS = "#808080", ("#d1495b", "#3a86c8", "#2a9d6f")
"""Told from white and from nearly black."""

LOOK = {
    "svg.fonttype": "none",  # letters stay letters: to be searched, and in the page's own type
    "svg.hashsalt": "mailbot",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.edgecolor": GREY,
    "axes.titlecolor": GREY,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.grid": True,
    "grid.color": GREY,
    "grid.alpha": 0.25,
    "legend.frameon": False,
}


def main() -> None:
    """Draw the picture."""
    growth, memory = kept("growth"), kept("memory")
    with mpl.rc_context(LOOK):
        figure, (mail, command, folder) = plt.subplots(1, 3, figsize=(10, 3.1), layout="constrained")
        _draw(mail, "milliseconds a mail", "tickets", growth["ms a mail"])
        commands = {f"{name.removeprefix('mailbot ')}": growth["seconds of the processor"]["SQLite"][name] for name in SHOWN}
        _draw(command, "seconds of the processor a command", "tickets", commands, goal=1.0)
        _draw(folder, "MB for a folder of old mails", "mails", {"run --once": memory["MB"]}, goal=150)
        figure.savefig(PICTURE, transparent=True, metadata={"Date": None})
    plt.close(figure)


SHOWN = ("mailbot digest", "mailbot tickets", "mailbot show")


def _draw(axes: Axes, title: str, of: str, lines: Mapping[str, Mapping[str, float]], *, goal: float | None = None) -> None:
    for colour, (name, figures) in zip(COLOURS, lines.items(), strict=False):
        sizes = [int(size) for size in figures]
        axes.plot(sizes, list(figures.values()), marker="o", markersize=4, color=colour, label=name)
    if goal is not None:
        axes.axhline(goal, color=GREY, linestyle=":", linewidth=1)
        axes.annotate("goal", (0, goal), xycoords=("axes fraction", "data"), xytext=(4, 2), textcoords="offset points")
    most = max(goal or 0, *(figure for figures in lines.values() for figure in figures.values()))
    axes.set(title=title, xscale="log", xlabel=of, ylim=(0, 1.12 * most))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda number, _: f"{number:,.0f}"))
    axes.minorticks_off()
    axes.legend(loc="lower right")


if __name__ == "__main__":
    main()
