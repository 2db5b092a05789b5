"""How far folders have been read."""

from __future__ import annotations

from mailbot.store import mailboxes
from mailbot.store.database import Database
from mailbot.store.mailboxes import Reading


def test_a_folder_of_our_own_is_numbered_without_a_gap_whatever_is_given_up(database: Database):
    def next_uid(mailbox: str) -> int:
        with database.write() as connection:
            return mailboxes.next_uid(connection, mailbox, "lmtp", uidvalidity=1)

    first = [next_uid("support"), next_uid("buero"), next_uid("support")]
    try:
        with database.write() as connection:
            mailboxes.next_uid(connection, "support", "lmtp", uidvalidity=1)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass

    assert (first, next_uid("support")) == ([1, 1, 2], 3)
    with database.read() as connection:
        assert mailboxes.reading(connection, "support", "lmtp") == Reading(
            mailbox="support", folder="lmtp", uidvalidity=1, last_uid=3, since=None
        )
