"""A bot without servers for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from mailbot.service import rulebook
from tests.service.bench import Bench, bench_in


@pytest.fixture
def quick_bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """
    The same on SQLite alone and with rules that do not change, for policy; tests/store tries the queries on both.

    Its parameter: what stands in rules.yaml to what shall stand there.
    """
    with bench_in(tmp_path, rules=getattr(request, "param", {})) as bench:
        yield bench


@pytest.fixture
def bench(database_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The bot, with nothing in its mailboxes; it looks for changed rules before everything it does."""
    monkeypatch.setattr(rulebook, "GLANCE", 0.0)
    with bench_in(tmp_path, database_url) as bench:
        yield bench
