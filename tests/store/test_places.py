"""Where mails lie, on SQLite and PostgreSQL."""

from dataclasses import replace

from mailbot.store import places
from mailbot.store.database import Database
from tests.store.arrivals import INBOX, MAIL, keep


def test_after_a_change_of_uidvalidity_each_known_mail_is_found_again_once(database: Database):
    keep(database)
    moved = replace(INBOX, uidvalidity=8, uid=31)

    with database.write() as connection:
        found = [places.attach(connection, place=moved, identity=MAIL), places.attach(connection, place=moved, identity=MAIL)]

    assert found == [True, False]
    with database.read() as connection:
        assert places.known_uids(connection, [30, 31], mailbox="support", folder="INBOX", uidvalidity=8) == {31}
        assert places.known_uids(connection, [30, 31], mailbox="support", folder="INBOX", uidvalidity=7) == frozenset()
