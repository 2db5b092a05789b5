"""A bot without servers for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from mailbot.service.office import open_office
from mailbot.settings import Login, Settings
from tests.association import PROJECT
from tests.service.bench import Bench, Clock, Shelf, Slot, drawers


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the project's own rules.yaml and templates."""
    rules = (PROJECT / "rules.yaml").read_text(encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    shutil.copytree(PROJECT / "templates", tmp_path / "templates")
    return tmp_path


@pytest.fixture
def bench(home: Path) -> Iterator[Bench]:
    """The bot, with nothing in its mailboxes."""
    clock, support, buero, slot = Clock(), Shelf(), Shelf(), Slot()

    @contextmanager
    def open_smtp(_login: Login) -> Iterator[Slot]:
        yield slot

    settings = Settings(
        rules=home / "rules.yaml",
        database=make_url(f"sqlite:///{home / 'mailbot.db'}"),
        imap={id: Login(scheme="imap", host="127.0.0.1", port=143, user=id, password="secret") for id in ("support", "buero")},
        smtp=Login(scheme="smtp", host="127.0.0.1", port=25),
    )
    with open_office(settings, clock=clock, folders=drawers(support, buero), smtp=open_smtp) as office:
        yield Bench(office=office, clock=clock, support=support, buero=buero, slot=slot)
