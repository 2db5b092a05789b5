"""What people see: colours on a terminal, plain text in a pipe, and no colour for who wants none."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

TABLE = """
from mailbot.cli.tables import print_table
rows = [("KV-1001", "triage", "[bold]x[/bold] " + "long " * 30), ("KV-1002", "closed", "")]
print_table(("key", "state", "why"), rows, wraps=("why",))
"""
COLOUR = re.compile(r"\x1b\[[\d;]*3\d")


def on_a_terminal(**environment: str) -> str:
    """What the table looks like where somebody looks, 80 characters wide."""
    ours, theirs = pty.openpty()
    known = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "COLUMNS": "80", **environment}
    subprocess.run([sys.executable, "-c", TABLE], stdout=theirs, check=True, env=known)
    os.close(theirs)
    shown = b""
    while True:
        try:
            some = os.read(ours, 4096)
        except OSError:  # Linux says so when nobody is left on the other side
            break
        if not some:
            break
        shown += some
    os.close(ours)
    return shown.decode()


def test_a_terminal_shows_states_in_colour_and_breaks_no_line():
    shown = on_a_terminal()

    assert COLOUR.search(shown)
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in shown.splitlines()) <= 80


def test_who_wants_no_colour_gets_none():
    assert not COLOUR.search(on_a_terminal(NO_COLOR="1"))


def test_a_pipe_gets_plain_text_whole_lines_and_what_looks_like_markup_as_it_is():
    shown = subprocess.run([sys.executable, "-c", TABLE], capture_output=True, text=True, check=True).stdout

    assert shown.splitlines() == [
        "key      state   why",
        f"KV-1001  triage  [bold]x[/bold] {'long ' * 30}".rstrip(),
        "KV-1002  closed",
    ]
