"""An empty database of each kind for every test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from mailbot.store.database import Database, open_database


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL of our own; no root is needed and nothing listens on the network."""
    pgserver = pytest.importorskip("pgserver", reason="the package pgserver is not installed")
    home = Path(tempfile.mkdtemp(prefix="mailbot-postgresql-"))
    server: Any = pgserver.get_server(home, cleanup_mode="delete")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Where an empty database is, once for each kind."""
    if request.param == "sqlite":
        return make_url(f"sqlite:///{tmp_path}/mailbot.db")
    server: URL = request.getfixturevalue("postgresql")
    name = f"test_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return server.set(database=name)


@pytest.fixture
def database(database_url: URL) -> Iterator[Database]:
    """An empty database, open."""
    opened = open_database(database_url)
    yield opened
    opened.close()
