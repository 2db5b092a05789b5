"""The outbox, on SQLite and PostgreSQL."""

import pytest
from sqlalchemy.exc import IntegrityError

from mailbot.store.database import Database
from tests.store.outbox import outgoing, queue


def test_a_message_id_is_used_once(database: Database):
    queue(database, outgoing())

    with pytest.raises(IntegrityError):
        queue(database, outgoing())
