"""How far folders have been read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

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


def test_who_wants_a_number_meanwhile_waits_for_it(database: Database):
    def three() -> list[int]:
        taken = list[int]()
        for _ in range(3):
            with database.write() as connection:
                taken.append(mailboxes.next_uid(connection, "support", "lmtp", uidvalidity=1))
        return taken

    with ThreadPoolExecutor() as bots:
        taken = [each.result() for each in [bots.submit(three) for _ in range(4)]]

    assert sorted(uid for each in taken for uid in each) == list(range(1, 13))
