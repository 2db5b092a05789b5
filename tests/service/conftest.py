"""A bot without servers for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.bench import Bench, bench_in


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """The bot, with nothing in its mailboxes."""
    with bench_in(tmp_path) as bench:
        yield bench
