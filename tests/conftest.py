"""Servers for all tests. Each worker of pytest-xdist has its own; every test its own mailboxes and databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings
from imapclient import IMAPClient
from sqlalchemy.engine import URL, make_url

from mailbot.service.journal import start_journal
from mailbot.tickets import rehearsal
from tests.chromium import Chromium, find_chromium
from tests.databases import postgresql_with_tables, sqlite_with_tables
from tests.once import compile_statements_once, read_rules_once
from tests.servers.authority import Authority, running_authority
from tests.servers.courier import running_courier
from tests.servers.cyrus import running_cyrus
from tests.servers.dovecot import Dovecot, running_dovecot
from tests.servers.imap import ImapServer
from tests.servers.postfix import Postfix, running_postfix
from tests.servers.postgresql import fresh_database, running_postgresql
from tests.servers.process import missing
from tests.servers.station import Station

# How long an example takes says nothing on a busy machine.
settings.register_profile("mailbot", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("mailbot")

compile_statements_once()
read_rules_once()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who waits for a mail server goes first: at the end, when one worker has nothing left, the other is soon done as well."""
    items.sort(key=lambda item: "station" not in getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def journal() -> None:
    """The log is written as in the program; structlog's own way draws whole stacks with all that is in them."""
    start_journal()


@pytest.fixture
def unrehearsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules are in force, and pass a check, without the rehearsal, which has tests of its own and writes some 800 mails."""
    monkeypatch.setattr(rehearsal, "cases", lambda _: ())


@pytest.fixture(scope="session")
def token_server() -> Iterator[Authority]:
    """Who gives access tokens, and tells `dovecot` whose they are."""
    with running_authority() as authority:
        yield authority


@pytest.fixture(scope="session")
def dovecot(token_server: Authority) -> Iterator[Dovecot]:
    """An IMAP server; any user, password "secret", each an empty mailbox. It takes access tokens and client certificates too."""
    with running_dovecot(authority=token_server) as server:
        yield server


@pytest.fixture(scope="session")
def plain_dovecot() -> Iterator[Dovecot]:
    """An IMAP server that knows nothing but IMAP4rev1: no IDLE, MOVE, UIDPLUS, NAMESPACE, SPECIAL-USE."""
    with running_dovecot(capabilities="IMAP4rev1") as server:
        yield server


OTHERS = {"cyrus": running_cyrus, "courier": running_courier}


@pytest.fixture(scope="session")
def imap_server(request: pytest.FixtureRequest) -> Iterator[ImapServer]:
    """The one of the stories: Dovecot, or what TESTS_IMAP_SERVER names (`make test-other-servers`)."""
    name = os.environ.get("TESTS_IMAP_SERVER", "dovecot")
    if name not in OTHERS:
        yield request.getfixturevalue(name)
        return
    with OTHERS[name]() as server:
        yield server


@pytest.fixture(scope="session")
def postfix(imap_server: ImapServer) -> Iterator[Postfix]:
    """An SMTP server that delivers into `imap_server`."""
    with running_postfix(imap_server) as server:
        yield server


@pytest.fixture(scope="session")
def station(imap_server: ImapServer, postfix: Postfix) -> Station:
    """Both, with words for handing mails in and looking into mailboxes."""
    return Station(imap=imap_server, postfix=postfix)


@pytest.fixture
def user() -> str:
    """An address whose mailbox no other test knows."""
    return f"user-{uuid4().hex[:12]}@verein.example"


@pytest.fixture
def people(imap_server: ImapServer, user: str) -> Iterator[IMAPClient]:
    """The user's mailbox as people see it, in a mail program."""
    with imap_server.seen_by_people(user) as client:
        yield client


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """A PostgreSQL server."""
    with running_postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: URL) -> Iterator[URL]:
    """A database with today's tables, for others to be made like it."""
    with postgresql_with_tables(postgresql) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database with today's tables and nothing in them, of each kind in turn."""
    if request.param == "sqlite":
        yield sqlite_with_tables(tmp_path)
        return
    server, tables = request.getfixturevalue("postgresql"), request.getfixturevalue("postgresql_tables")
    with fresh_database(server, like=tables) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    """A database without tables, of each kind in turn; the file of SQLite is not there yet."""
    if request.param == "sqlite":
        yield make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")
        return
    with fresh_database(request.getfixturevalue("postgresql")) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    """A browser."""
    return find_chromium() or missing("Chromium is not installed")
