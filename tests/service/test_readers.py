"""Mails that other processes read beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mailbot.service import readers, worker
from mailbot.service.readers import Readers
from mailbot.store.inbound import State as End
from tests.service.bench import ASKS, Bench, eml


@pytest.fixture
def helped(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A bench with a process that reads, from the first mails on."""
    monkeypatch.setattr(readers, "TOGETHER", replace(readers.TOGETHER, mails=4))
    quick_bench.office = replace(quick_bench.office, readers=Readers(1))
    quick_bench.office.readers._begin(quick_bench.office.catalogue)
    yield quick_bench
    quick_bench.office.readers.rest()


def lay_in(bench: Bench, number: int = 6, *, last: bytes = b"") -> None:
    for at in range(number):
        bench.mail(eml(ASKS, From=f"mitglied{at}@posteo.example"))
    if last:
        bench.mail(last)


def test_what_was_read_elsewhere_ends_as_if_the_worker_had_read_it(helped: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailbot.service.member.understand", lambda *_: pytest.fail("understood a second time"))
    lay_in(helped, 4)

    helped.run()

    assert [end for end, _ in helped.ends()] == [End.TICKET] * 4
    assert {ticket.request.service for ticket in helped.tickets()} == {"nextcloud"}
    assert [mail.recipient for mail in helped.outbox()] == [f"mitglied{at}@posteo.example" for at in range(4)]


def test_the_worker_reads_the_first_mails_while_others_begin(helped: Bench, monkeypatch: pytest.MonkeyPatch):
    helped.office.readers.rest()
    read_here = list[bytes]()
    monkeypatch.setattr(readers, "_read", lambda raw: read_here.append(raw) or readers.Read(mail=readers.read(raw)))
    lay_in(helped, 8)

    helped.run()

    assert [end for end, _ in helped.ends()] == [End.TICKET] * 8
    assert len(read_here) == 4


def test_few_mails_are_read_by_the_worker(helped: Bench, monkeypatch: pytest.MonkeyPatch):
    helped.office.readers.rest()
    monkeypatch.setattr(Readers, "_begin", lambda *_: pytest.fail("a process was started"))
    lay_in(helped, 3)

    helped.run()

    assert [end for end, _ in helped.ends()] == [End.TICKET] * 3


def test_what_was_foreseen_by_other_rules_is_understood_anew(helped: Bench, monkeypatch: pytest.MonkeyPatch):
    understood = []
    real = worker.handle_member

    def noting(office, connection, rules, case, **said):  # type: ignore[no-untyped-def]
        understood.append(case.foresight is not None)
        real(office, connection, replace(rules, catalogue=rules.catalogue.model_copy()), case, **said)

    monkeypatch.setattr(worker, "handle_member", noting)
    lay_in(helped, 4)

    helped.run()

    assert understood == [True] * 4
    assert [end for end, _ in helped.ends()] == [End.TICKET] * 4


def test_where_no_process_can_be_started_the_worker_reads(helped: Bench, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    helped.office.readers.rest()
    monkeypatch.setattr(Readers, "_begin", refuse)
    lay_in(helped, 4)

    helped.run()

    assert [end for end, _ in helped.ends()] == [End.TICKET] * 4


def test_when_a_process_dies_the_worker_reads_what_it_had(helped: Bench, monkeypatch: pytest.MonkeyPatch):
    lay_in(helped, 4)
    pool = helped.office.readers._pool_for(helped.office.catalogue)
    assert pool
    with pytest.raises(readers.BrokenProcessPool):
        pool.submit(readers.os._exit, 1).result()

    helped.run()

    assert [end for end, _ in helped.ends()] == [End.TICKET] * 4
