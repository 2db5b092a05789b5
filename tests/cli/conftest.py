"""The installed command, run as people and scripts run it: by its name, in the folder where rules.yaml lies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.scoring import PROJECT


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the project's own rules and templates, for whatever is done to them."""
    shutil.copy(PROJECT / "rules.yaml", tmp_path)
    shutil.copytree(PROJECT / "templates", tmp_path / "templates")
    return tmp_path


@pytest.fixture
def mailbot(folder: Path) -> Command:
    """Runs `mailbot …` in the folder, with an environment that says nothing."""
    script = Path(sys.executable).with_name("mailbot")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAILBOT_")}

    def run(*words: str) -> Ended:
        ended = subprocess.run([script, *words], cwd=folder, env=environment, capture_output=True, timeout=60, check=False)
        return Ended(status=ended.returncode, out=ended.stdout.decode(), err=ended.stderr.decode())

    return run
