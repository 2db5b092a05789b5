"""An empty database of each kind for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from mailbot.store.database import Database, open_database


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    """An empty database, open."""
    opened = open_database(database_url)
    yield opened
    opened.close()
