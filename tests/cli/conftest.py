"""The commands, typed in the folder where rules.yaml lies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scoring import PROJECT
from tests.typed import Ended, typed

Command = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the project's own rules and templates, for whatever is done to them."""
    shutil.copy(PROJECT / "rules.yaml", tmp_path)
    shutil.copytree(PROJECT / "templates", tmp_path / "templates")
    return tmp_path


@pytest.fixture
def mailbot(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Types `mailbot …` in the folder, with an environment that says nothing."""
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("MAILBOT_")]:
        monkeypatch.delenv(name)
    return typed
