"""What came back, on SQLite and PostgreSQL."""

from mailbot.store import delivery, outbound, returns
from mailbot.store.database import Database
from mailbot.store.outbound import State
from tests.store.outbox import NOW, claim, outgoing, queue, sent


def test_an_address_is_forgiven_what_came_back_and_only_then_what_was_stopped_goes_on(database: Database):
    queue(database, outgoing("1"), outgoing("2"), outgoing("3", recipient="paul@posteo.example"))
    sent(database, 0)
    second, third = claim(database), claim(database)
    assert second is not None
    assert third is not None

    def states_after_forgiving() -> list[State]:
        with database.write() as connection:
            returns.forgive(connection, "anna@posteo.example", now=NOW)
            return [mail.state for mail in outbound.in_state(connection, *State)]

    with database.write() as connection:
        delivery.stop(connection, second.id, error="too many")
        delivery.stop(connection, third.id, error="too many")
    assert states_after_forgiving() == [State.SENT, State.STOPPED, State.STOPPED]

    with database.write() as connection:
        returns.returned(connection, second.id - 1, now=NOW, error="came back")
        assert returns.comes_back(connection, "anna@posteo.example")
    assert states_after_forgiving() == [State.SENT, State.QUEUED, State.STOPPED]
