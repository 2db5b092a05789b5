"""From the outbox to SMTP and to Sent."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs
from tenacity import wait_none

from mailbot.errors import DeliveryError, StoreError
from mailbot.service import sender
from mailbot.service.heart import FOREVER, Lease
from mailbot.service.receiver import hand_over, receive
from mailbot.service.sender import LEASE, PAUSES, deliver, file_copies
from mailbot.service.worker import work
from mailbot.store import delivery, gauges, tables
from mailbot.store.outbound import Outbound, State
from tests.service.bench import LATER, NEVER, Bench, eml

ANNA = "anna.schmidt@posteo.example"


def states(bench: Bench) -> list[State]:
    return [mail.state for mail in bench.outbox()]


def test_what_is_sent_stands_in_the_history_and_lies_in_sent_once(bench: Bench):
    bench.arrives()
    bench.run()

    assert states(bench) == [State.SENT]
    assert bench.kinds() == ["received", "asked", "sent"]
    assert len(bench.support.sent) == 1


def test_a_server_that_says_later_gets_the_mail_later(bench: Bench):
    bench.slot.errors = [LATER]
    bench.arrives()
    assert (states(bench), bench.slot.taken) == ([State.QUEUED], [])

    bench.run()
    assert bench.slot.taken == []

    bench.clock.pass_by(PAUSES[0])
    bench.run()
    assert (states(bench), len(bench.slot.to(ANNA))) == ([State.SENT], 1)


def test_one_mail_that_has_to_wait_does_not_stop_the_others(bench: Bench):
    bench.slot.errors = [LATER]
    bench.mail(eml())
    bench.mail(eml(From="Paul <paul@posteo.example>"))

    bench.run()

    assert len(bench.slot.to("paul@posteo.example")) == 1


def test_after_four_days_it_is_given_up_and_staff_are_told(bench: Bench):
    bench.slot.errors = [LATER] * (len(PAUSES) + 1)
    bench.arrives()

    for pause in PAUSES:
        bench.clock.pass_by(pause)
        bench.run()

    assert states(bench) == [State.REFUSED]
    assert bench.kinds() == ["received", "asked", "trouble"]


def test_a_refusal_for_good_stands_on_the_ticket(bench: Bench):
    bench.slot.errors = [NEVER]

    bench.arrives()

    assert states(bench) == [State.REFUSED]
    assert bench.history()[-1].text == f"Nicht zustellbar an {ANNA}: mail.example:25: it refuses the recipient (550 unknown)"


def test_a_mail_whose_fate_is_unknown_is_sent_again_under_the_same_id_and_noted(bench: Bench):
    bench.slot.errors = [KeyboardInterrupt()]  # type: ignore[list-item]
    with pytest.raises(KeyboardInterrupt):
        bench.arrives()
    (mail,) = bench.outbox()
    assert mail.state is State.SENDING

    bench.clock.pass_by(LEASE)
    with capture_logs() as log:
        bench.run()

    (answer,) = bench.slot.to(ANNA)
    assert answer["Message-ID"] == f"<{mail.message_id}>"
    assert bench.kinds() == ["received", "asked", "trouble", "sent"]
    assert {"event": "sent again, its fate was unknown", "log_level": "warning", "mail": mail.id, "ticket": "KV-1001"} in log


def test_a_connection_that_broke_while_the_mail_was_handed_over_is_noted_and_the_id_stays(bench: Bench):
    bench.slot.errors = [DeliveryError("mail.example:25: no answer in time", again=True, perhaps=True)]
    bench.arrives()
    (mail,) = bench.outbox()

    bench.clock.pass_by(PAUSES[0])
    bench.run()

    (answer,) = bench.slot.to(ANNA)
    assert answer["Message-ID"] == f"<{mail.message_id}>"
    assert bench.kinds() == ["received", "asked", "trouble", "sent"]
    assert f"als die Mail an {ANNA} schon übergeben war" in bench.history()[2].text


def test_when_the_server_is_away_nothing_is_touched(bench: Bench):
    def away(_login):  # type: ignore[no-untyped-def]
        raise DeliveryError("mail.example:25: no connection", again=True)

    bench.slot.errors = [LATER]
    bench.arrives()
    bench.clock.pass_by(timedelta(days=1))
    object.__setattr__(bench.office, "open_smtp", away)
    before = bench.outbox()

    with pytest.raises(DeliveryError):
        deliver(bench.office)

    assert bench.outbox() == before
    with bench.office.database.read() as connection:
        assert gauges.unsent(connection, now=bench.clock.now).oldest == before[0].created + PAUSES[0]


def test_what_has_left_stays_known_whatever_is_wrong_with_the_next(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.mail(eml())
    bench.mail(eml(From="Paul <paul@posteo.example>"))

    def stumbles_over_paul(_connection: object, _catalogue: object, mail: Outbound, _now: object) -> None:
        if mail.recipient != ANNA:
            raise ValueError("not to be foreseen")

    monkeypatch.setattr(sender, "objection", stumbles_over_paul)
    for _ in range(2):
        with pytest.raises(ValueError, match="not to be foreseen"):
            bench.run()

    assert len(bench.slot.to(ANNA)) == 1
    assert states(bench) == [State.SENT, State.QUEUED]
    assert bench.kinds("KV-1001") == ["received", "asked", "sent"]


def test_a_database_that_does_not_take_in_what_has_left_is_asked_again(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    office, box = bench.office, bench.office.catalogue.mailbox("support")
    bench.mail(eml())
    receive(office, box, bench.support)  # type: ignore[arg-type]
    hand_over(office, box)
    work(office)
    real, full = delivery.sent, iter([True] * 4)

    def may_be_full(*args: Any, **values: Any) -> None:
        if next(full, False):
            raise StoreError("the disk is full")
        real(*args, **values)

    monkeypatch.setattr(delivery, "sent", may_be_full)
    monkeypatch.setattr(sender, "wait_fixed", lambda _: wait_none())
    with pytest.raises(StoreError):
        deliver(office, patience=timedelta(minutes=1))
    deliver(office)

    assert len(bench.slot.to(ANNA)) == 1
    assert states(bench) == [State.SENT]


def test_a_refusal_stays_known_whatever_is_wrong_with_the_next(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    bench.slot.errors = [NEVER]
    bench.mail(eml())
    bench.mail(eml(From="Paul <paul@posteo.example>"))
    monkeypatch.setattr(sender, "objection", lambda *asked: None if asked[2].recipient == ANNA else 1 / 0)

    with pytest.raises(ZeroDivisionError):
        bench.run()

    assert states(bench) == [State.REFUSED, State.QUEUED]


def test_where_the_server_files_what_it_sends_there_is_no_second_copy(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    send = bench.slot.send

    def and_files(raw: bytes, sender: str, recipients: Sequence[str]) -> Mapping[str, str]:
        bench.support.append("Sent", raw)
        return send(raw, sender, recipients)

    monkeypatch.setattr(bench.slot, "send", and_files)

    bench.arrives()

    assert len(bench.slot.to(ANNA)) == len(bench.support.sent) == 1


def test_who_stood_still_before_it_filed_a_copy_leaves_that_to_who_has_taken_over(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    office, box = bench.office, bench.office.catalogue.mailbox("support")
    monkeypatch.setattr(bench.support, "append_all", lambda *_: None)
    bench.arrives()
    with bench.office.database.write() as connection:
        connection.execute(update(tables.outbound).values(copied=False))
    lease, appended, look = Lease("mine", FOREVER), list[str](), bench.support.those_in

    def stands_still(folder: str, message_ids: Sequence[str]) -> frozenset[str]:
        lease.lasts_until(0)
        return look(folder, message_ids)

    monkeypatch.setattr(bench.support, "those_in", stands_still)
    monkeypatch.setattr(bench.support, "append_all", lambda folder, _: appended.append(folder))
    file_copies(replace(office, lease=lease), box, bench.support)  # type: ignore[arg-type]

    assert appended == []
    with bench.office.database.read() as connection:
        assert connection.execute(select(tables.outbound.c.copied)).scalars().all() == [False]


def test_an_address_with_umlauts_in_its_domain_is_sent_as_servers_understand_it(bench: Bench):
    bench.mail(eml(From="Anna Schmidt <anna@koeln.example>").replace(b"koeln.example", "köln.example".encode()))
    bench.run()

    assert states(bench) == [State.SENT]
    assert len(bench.slot.to("anna@xn--kln-sna.example")) == 1


def test_who_was_taken_for_dead_tells_nobody_that_the_mail_could_not_be_delivered(bench: Bench):
    """Another sender has sent it meanwhile."""
    bench.slot.errors = [LATER]
    bench.arrives()
    bench.clock.pass_by(PAUSES[0])
    taken = bench.slot.send

    def refuses_at_last(raw: bytes, sender: str, recipients: Sequence[str]) -> Mapping[str, str]:
        bench.slot.send = taken  # type: ignore[method-assign]
        bench.clock.pass_by(LEASE)
        deliver(bench.office)
        raise NEVER

    bench.slot.send = refuses_at_last  # type: ignore[method-assign]
    deliver(bench.office)

    assert states(bench) == [State.SENT]
    assert bench.kinds() == ["received", "asked", "trouble", "sent"]
    assert "Nach einem Abbruch noch einmal gesendet" in bench.history()[2].text
