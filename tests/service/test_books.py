"""The books balance: every mail that was seen ends in one state, and what cannot be processed waits for a person."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mailbot.mail.message import Mail
from mailbot.mail.read import read
from mailbot.service import readers
from mailbot.service.health import Books, examine
from mailbot.service.survey import draw_up
from mailbot.store import inbound
from mailbot.store.inbound import State
from tests.service.bench import ASKS, MONDAY, STAFF, Bench, answering, eml, proof
from tests.service.test_worker import signal

POISON = ASKS + "PS: Dieser Text ist Gift."


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A version of the program that one kind of mail is too much for; `undo()` is the update."""

    def reads_not_all(raw: bytes) -> Mail:
        if b"Gift" in raw:
            raise RecursionError("too deep")
        return read(raw)

    monkeypatch.setattr(readers, "read", reads_not_all)
    return monkeypatch


def test_every_mail_that_was_seen_ends_in_exactly_one_state(bench: Bench, poisoned: pytest.MonkeyPatch):
    _, to_staff = signal(bench)
    bench.mail(eml(), received=MONDAY - timedelta(days=2))
    bench.mail(eml("Ich bin nicht da.", Auto_Submitted="auto-replied"))
    bench.mail(eml(POISON))
    twice = eml()
    bench.mail(twice)
    bench.mail(twice)
    bench.arrives("#erledigt", From=STAFF, **answering(to_staff), **proof())
    bench.mail(eml())

    support, _ = examine(bench.office).mailboxes

    assert support.states == {
        State.BEFORE_FIRST_RUN: 1,
        State.IGNORED: 2,
        State.QUARANTINED: 1,
        State.TICKET: 2,
        State.STAFF: 1,
    }
    assert support.books == Books(mails=8, new=1, missing=0)
    bench.run()
    after, _ = examine(bench.office).mailboxes
    assert after.books == Books(mails=sum(after.states.values()), new=0, missing=0)


def test_a_poison_mail_costs_itself_only_and_status_and_digest_name_it(bench: Bench, poisoned: pytest.MonkeyPatch):
    raw = eml(POISON)
    bench.mail(raw)
    bench.mail(eml())

    bench.run()

    assert bench.ends() == [(State.QUARANTINED, "RecursionError: too deep"), (State.TICKET, None)]
    assert len(bench.slot.taken) == 1
    assert examine(bench.office).wrong == ("support: 1 mails in quarantine; see `mailbot quarantine list`",)
    with bench.office.database.read() as connection:
        assert inbound.get(connection, 1)[1] == raw
        digest = draw_up(connection, bench.office.catalogue, day=date(2026, 3, 2), now=bench.clock.now)
    assert digest.notices.quarantined == (
        "Mail 1 (support) konnte nicht verarbeitet werden: RecursionError: too deep. Ansehen: mailbot quarantine show 1; "
        "am 1. April 2026 wird sie gelöscht",
    )


def test_after_an_update_a_mail_from_quarantine_is_answered_like_any_other(bench: Bench, poisoned: pytest.MonkeyPatch):
    bench.arrives(POISON)
    poisoned.undo()

    with bench.office.database.write() as connection:
        inbound.retry(connection, 1)
    bench.run()

    assert bench.ends() == [(State.TICKET, None)]
    assert len(bench.tickets()) == len(bench.slot.taken) == 1
    assert examine(bench.office).wrong == ()


def test_the_same_mail_delivered_again_changes_nothing(bench: Bench):
    raw = eml()
    bench.mail(raw)
    bench.run()
    before = (bench.tickets(), bench.history(), bench.outbox())

    bench.mail(b"Received: by another way\r\n" + raw)
    bench.mail(raw, to=bench.buero)
    bench.run()

    assert (bench.tickets(), bench.history(), bench.outbox()) == before
    assert bench.ends()[1:] == [(State.IGNORED, "the same mail as 1 in support")] * 2
