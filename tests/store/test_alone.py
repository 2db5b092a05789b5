"""One bot for one SQLite file, any number for one PostgreSQL."""

from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from mailbot.errors import StoreError
from mailbot.store.alone import alone_on
from mailbot.store.database import open_database


def test_two_bots_on_one_sqlite_file_the_second_is_refused_and_the_next_one_is_not(tmp_path: Path):
    url = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")

    with alone_on(url), pytest.raises(StoreError) as refused, alone_on(url):
        pass

    assert str(refused.value) == (
        f"another `mailbot run` works on {tmp_path}/mailbot.db; stop it, or use PostgreSQL, which several bots may share"
    )
    with alone_on(url):
        pass


def test_other_commands_work_on_the_database_meanwhile(tmp_path: Path):
    url = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")

    with alone_on(url):
        open_database(url).close()


def test_any_number_of_bots_share_a_postgresql():
    url = URL.create("postgresql+psycopg", database="mailbot")

    with alone_on(url), alone_on(url):
        pass


def test_a_folder_that_nobody_may_write_to_is_named():
    with (
        pytest.raises(StoreError, match=r"^/no/such/folder/mailbot\.db\.lock: cannot be made and locked"),
        alone_on(make_url("sqlite:////no/such/folder/mailbot.db")),
    ):
        pass
