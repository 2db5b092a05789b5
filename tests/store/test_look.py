"""Databases that are only looked at."""

import socket
from threading import Timer

import pytest
from sqlalchemy import make_url

from mailbot.errors import StoreError
from mailbot.store import database
from mailbot.store.look import look_at


def test_a_server_that_takes_the_connection_and_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(database, "SHARED", {**database.SHARED, "connect_timeout": "2"})  # libpq takes no less
    with socket.create_server(("127.0.0.1", 0)) as server:
        hangs_up = Timer(5, server.close)  # else who waits would do so for ever
        hangs_up.start()
        with pytest.raises(StoreError, match="timeout expired"):
            look_at(make_url(f"postgresql+psycopg://bot:hunter2@127.0.0.1:{server.getsockname()[1]}/mailbot"))
        hangs_up.cancel()
