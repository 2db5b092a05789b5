"""A command as a process of its own: what it took by the clock and of the processor, and its memory at its peak."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MAILBOT = str(Path(sys.executable).with_name("mailbot"))

_MEASURED = """
import resource, subprocess, sys, time
began = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
if done.returncode:
    sys.exit(done.stderr)
took, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
print(took, used.ru_utime + used.ru_stime, used.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000))
"""
"""In a process of its own that is small: what a child takes is counted from what its parent had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Seconds by the clock, seconds of the processor, and MB at most."""

    clock: float
    processor: float
    peak: float


def measured(words: Sequence[str], variables: Mapping[str, str], *, compiled: Path) -> Taken:
    """
    What `mailbot` takes with these words.

    Args:
        variables: besides those of this process.
        compiled: where Python keeps its bytecode, as an installed mailbot has it.

    Raises CalledProcessError: the command failed.
    """
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(compiled)}
    command = [sys.executable, "-c", _MEASURED, MAILBOT, *words]
    said = subprocess.run(command, env={**os.environ, **kept, **variables}, stdout=subprocess.PIPE, check=True, text=True).stdout
    clock, processor, peak = map(float, said.split())
    return Taken(clock=clock, processor=processor, peak=peak)
