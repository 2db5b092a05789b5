"""A club whose bot runs on Dovecot and Postfix."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from tests.association import Association, association
from tests.servers.station import Station


@pytest.fixture
def club(station: Station, tmp_path: Path) -> Association:
    """On SQLite."""
    return association(station, make_url(f"sqlite:///{tmp_path / 'mailbot.db'}"), tmp_path)


@pytest.fixture
def any_club(station: Station, database_url: URL, tmp_path: Path) -> Association:
    """On SQLite and on PostgreSQL in turn: for the whole way, and for what touches the database in ways of its own."""
    return association(station, database_url, tmp_path)
