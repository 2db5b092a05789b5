"""What a limit counts, on SQLite and PostgreSQL."""

from datetime import timedelta

from mailbot.store import delivery, kin
from mailbot.store.database import Database
from mailbot.store.kin import Kin, Place
from tests.store.outbox import NOW, claim, outgoing, queue, sent


def test_a_limit_counts_the_mails_of_its_kin(database: Database):
    queue(database, outgoing("1"), outgoing("2"), outgoing("3", automatic=False), outgoing("4", recipient="paul@posteo.example"))
    queue(database, outgoing("5"))
    sent(database, 4, 3, 2, 1)
    anna = Kin(recipient="anna@posteo.example", automatic=True)
    yesterday, since_then = NOW - timedelta(days=1), NOW - timedelta(hours=4)

    with database.read() as connection:
        hers = kin.sent_at(connection, *(Place(kin=anna, number=number, since=yesterday) for number in (1, 2, 3)))
        of_all = kin.sent_at(connection, *(Place(kin=Kin(), number=number, since=yesterday) for number in (1, 4, 5)))
        of_a_ticket = kin.sent_at(connection, Place(kin=Kin(ticket="KV-1001"), number=1, since=yesterday))
        too_old = kin.sent_at(connection, Place(kin=anna, number=2, since=since_then))

    assert hers == (NOW - timedelta(hours=3), NOW - timedelta(hours=4), None)
    assert of_all == (NOW - timedelta(hours=1), NOW - timedelta(hours=4), None)
    assert (*of_a_ticket, *too_old) == (None, None)


def test_a_limit_counts_the_copies_that_somebody_got(database: Database):
    queue(database, outgoing("1", copies=("paul_w@posteo.example", "eva@posteo.example")), outgoing("2"))
    first = claim(database)
    assert first is not None
    with database.write() as connection:
        delivery.sent(connection, first.id, copies=("paul_w@posteo.example",), now=NOW)
    sent(database, 0)

    with database.read() as connection:
        counted = {
            address: kin.sent_at(connection, Place(kin=Kin(recipient=address), number=1, since=NOW - timedelta(days=1)))
            for address in ("paul_w@posteo.example", "paulxw@posteo.example", "aul_w@posteo.example", "eva@posteo.example")
        }

    assert [address for address, found in counted.items() if found != (None,)] == ["paul_w@posteo.example"]
