"""The bot as a whole, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest

from mailbot.errors import MailboxError
from mailbot.service import heart, parts
from mailbot.service.bells import Bells
from mailbot.service.bot import run
from mailbot.service.health import examine
from mailbot.service.heart import MAILBOX, beating
from mailbot.service.journal import start_journal
from mailbot.store import leases, mailboxes
from mailbot.store.outbound import State
from tests.servers.process import eventually
from tests.service.bench import Bench, eml


@contextmanager
def running(bench: Bench) -> Iterator[None]:
    """The bot, at work until the end of the block."""
    bells = Bells()
    thread = Thread(target=run, args=(bench.office,), kwargs={"bells": bells})
    thread.start()
    try:
        yield
    finally:
        bells.ring_out()
        thread.join(timeout=30)
        assert not thread.is_alive()


def comes_true(look: Callable[[], bool], what: str) -> None:
    eventually(lambda: look() or None, timeout=20, failure=lambda: f"never: {what}")


def test_mails_are_answered_as_they_come_and_copies_follow(bench: Bench):
    with running(bench):
        for number in (1, 2):
            bench.mail(eml())
            comes_true(lambda number=number: len(bench.support.sent) == number, f"copy {number}")  # type: ignore[misc]

    assert [mail.state for mail in bench.outbox()] == [State.SENT, State.SENT]


@pytest.mark.usefixtures("unrehearsed")
def test_a_mailbox_that_changes_while_the_bot_runs_is_served_as_it_is_now(bench: Bench):
    with running(bench):
        bench.mail(eml())
        comes_true(lambda: len(bench.slot.taken) == 1, "the first mail is answered")
        bench.change_rules("address: support@die-linke-koeln.de\n", "address: support@die-linke-koeln.de\n    after: move\n")
        bench.mail(eml())
        comes_true(lambda: sum(map(len, bench.support.moved.values())) == 2, "both mails are moved")

    assert bench.support.moved == {"Mailbot/Done": [1, 2]}


PRESSE = "mailboxes:\n  - id: {id}\n    address: {id}@die-linke-koeln.de\n    name: Presse\n"


@pytest.mark.usefixtures("unrehearsed")
def test_a_mailbox_that_is_added_while_the_bot_runs_is_read_from_then_on(bench: Bench):
    with running(bench):
        bench.mail(eml())
        comes_true(lambda: len(bench.support.sent) == 1, "the first mail is answered")
        bench.change_rules("mailboxes:\n", PRESSE.format(id="presse"))
        bench.mail(eml(), to=bench.presse)
        comes_true(lambda: len(bench.presse.sent) == 1, "the second is answered, and a copy lies in Sent")

    assert sorted(ticket.mailbox for ticket in bench.tickets()) == ["presse", "support"]


@pytest.mark.usefixtures("unrehearsed")
def test_a_mailbox_without_a_login_that_is_added_is_told_once_and_the_others_go_on(
    bench: Bench, capsys: pytest.CaptureFixture[str]
):
    start_journal()
    with running(bench):
        bench.mail(eml())
        comes_true(lambda: len(bench.slot.taken) == 1, "the first mail is answered")
        bench.change_rules("mailboxes:\n", PRESSE.format(id="fax"))
        comes_true(lambda: "mailbox=fax" in capsys.readouterr().err, "it is told")
        bench.mail(eml())
        comes_true(lambda: len(bench.slot.taken) == 2, "the second mail is answered")
        assert "fax" not in capsys.readouterr().err

    assert "fax: MAILBOT_IMAP_FAX is not set; it looks like imaps://" in " ".join(examine(bench.office).wrong)


def test_a_server_that_is_away_is_tried_again_and_its_trouble_is_known(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "PAUSES", (0.05, 0.1))
    there, attempts = bench.office.open_folder, list[str]()

    def away_at_first(login: Any, folder: str, **options: Any) -> Any:
        attempts.append(str(login.user))
        if login.user == "support" and attempts.count("support") <= 3:
            raise MailboxError("support at 127.0.0.1:143: no connection", again=True)
        return there(login, folder, **options)

    object.__setattr__(bench.office, "open_folder", away_at_first)
    bench.mail(eml())

    with running(bench):
        comes_true(lambda: contact(bench).trouble is not None, "trouble is noted")
        comes_true(lambda: len(bench.slot.taken) == 1, "the mail is answered")

    assert contact(bench).trouble is None
    assert attempts.count("support") == 4


def contact(bench: Bench) -> mailboxes.Contact:
    with bench.office.database.read() as connection:
        known = mailboxes.all_contacts(connection)
    nobody = mailboxes.Contact(server="support", reached_at=None, trouble=None, trouble_since=None)
    return known.get("support", nobody)


class Waits(Event):
    """Notes how long it is waited for; set after so many waits."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.seconds: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout or 0.0)
        if len(self.seconds) == self._number:
            self.set()
        return self.is_set()


def test_pauses_grow_with_each_failure_and_begin_anew_after_a_success():
    fails = MailboxError("support at mail.example:993: login: user or password is wrong", again=False)
    ends = [fails] * 10 + [None] + [fails] * 2
    stop = Waits(12)

    def live() -> None:
        end = ends.pop(0)
        if end is not None:
            raise end

    receiver = parts.part("receiver support", live, Bells(stop=stop))
    receiver.start()
    receiver.join()

    assert stop.seconds == [1, 2, 5, 10, 30, 60, 120, 300, 300, 300, 1, 2]


def test_an_error_nobody_expected_does_not_end_the_bot(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "PAUSES", (0.05,))
    deliver, errors = parts.deliver, [ZeroDivisionError("oops")]

    def unlucky(office: Any, **options: Any) -> int:
        if errors:
            raise errors.pop()
        return deliver(office, **options)

    monkeypatch.setattr(parts, "deliver", unlucky)
    bench.mail(eml())

    with running(bench):
        comes_true(lambda: len(bench.slot.taken) == 1, "the mail is answered")


@pytest.mark.usefixtures("unrehearsed")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_once_through_everything_moves_and_lays_down_nothing_beside_the_bot_that_reads_the_mailbox(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(heart, "LASTING", timedelta(seconds=2))
    monkeypatch.setattr(heart, "BEAT", 0.1)
    bench.change_rules("address: support@die-linke-koeln.de\n", "address: support@die-linke-koeln.de\n    after: move\n")
    bench.mail(eml())
    with beating(bench.office.database) as other, other.lease(MAILBOX.format("support")):
        bench.run()
        assert len(bench.slot.taken) == 1
        assert (bench.support.moved, bench.support.sent) == ({}, [])

    bench.run()

    assert bench.support.moved == {"Mailbot/Done": [1]}
    assert len(bench.support.sent) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_once_through_everything_outwaits_the_lease_of_a_bot_that_has_died(bench: Bench):
    bench.mail(eml())
    with bench.office.database.write() as connection:
        leases.take(connection, MAILBOX.format("support"), holder="the dead", lasting=timedelta(seconds=2))

    bench.run()

    assert len(bench.support.sent) == 1
