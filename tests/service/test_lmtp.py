"""A mail server delivers straight into the books."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from smtplib import LMTP, SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from threading import Event, Thread, Timer
from typing import Any

import pytest

from mailbot.demo.ports import free_ports
from mailbot.errors import CatalogueError, MailboxError, StoreError
from mailbot.listener import Door, Listener
from mailbot.service import instruments, lmtp, parts, rulebook, sender
from mailbot.service.bells import Bells
from mailbot.service.health import examine
from mailbot.service.journal import start_journal
from mailbot.service.lmtp import delivered_at, heard_at, keep, note_open
from mailbot.service.worker import work
from mailbot.store import delivery
from mailbot.store.inbound import State
from mailbot.store.outbound import State as Sent
from tests.service.bench import Bench, bench_in, eml
from tests.service.test_bot import comes_true, contact, running
from tests.service.test_recollection import restored, save

SUPPORT = "support@die-linke-koeln.de"
POSTEO = "anna.schmidt@posteo.example"


@pytest.fixture
def door() -> Listener:
    return Listener(host="127.0.0.1", port=free_ports(1)[0])


@pytest.fixture
def bench(tmp_path: Path, door: Listener) -> Iterator[Bench]:
    """A bot whose mailbox `support` is delivered to, while `buero` is read."""
    with bench_in(tmp_path, lmtp={"support": door}) as bench:
        yield bench


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits looks again at once."""
    monkeypatch.setattr(parts, "IDLE", 0.05)
    monkeypatch.setattr(parts, "PAUSES", (0.05,))


@contextmanager
def server(bench: Bench, bells: Bells | None = None) -> Iterator[LMTP]:
    """A mail server, connected to the mailbox `support`."""
    box, where = bench.office.catalogue.mailbox("support"), bench.office.settings.lmtp["support"]
    with delivered_at(where, bench.office, box, bells or Bells()), LMTP(where.host, where.port) as client:
        yield client


def test_what_is_delivered_is_kept_and_wakes_the_worker(bench: Bench) -> None:
    bells = Bells()
    with server(bench, bells) as mta:
        mta.sendmail(POSTEO, [SUPPORT], eml())
        mta.sendmail(POSTEO, [SUPPORT.upper()], eml())

    assert bells.arrived.is_set()
    assert [(row.place.folder, row.place.uidvalidity, row.place.uid, row.state) for row in bench.rows()] == [
        ("lmtp", 1, 1, State.PENDING),
        ("lmtp", 1, 2, State.PENDING),
    ]


def test_a_mail_that_is_delivered_again_becomes_one_ticket(bench: Bench) -> None:
    mail = eml()
    with server(bench) as mta:
        mta.sendmail(POSTEO, [SUPPORT], mail)
        mta.sendmail(POSTEO, [SUPPORT], b"Received: once more\r\n" + mail)
    while work(bench.office):
        pass

    assert [ticket.key for ticket in bench.tickets()] == ["KV-1001"]
    assert [state for state, _ in bench.ends()] == [State.TICKET, State.IGNORED]


def test_a_mail_for_somebody_else_is_refused(bench: Bench) -> None:
    with server(bench) as mta, pytest.raises(SMTPRecipientsRefused) as refused:
        mta.sendmail(POSTEO, ["vorstand@die-linke-koeln.de"], eml())

    assert refused.value.recipients["vorstand@die-linke-koeln.de"][0] == 550
    assert bench.rows() == []


def test_notes_and_what_stands_behind_a_plus_are_the_mailboxs_too(tmp_path: Path, door: Listener):
    notes = {f"address: {SUPPORT}\n": "address: support@die-linke-köln.de\n    notes: notiz@die-linke-köln.de\n"}
    addresses = ("support@die-linke-köln.de", "support+x@xn--die-linke-kln-smb.de", "notiz@xn--die-linke-kln-smb.de")
    with bench_in(tmp_path, rules=notes, lmtp={"support": door}) as bench, server(bench) as mta:
        for address in addresses:
            mta.sendmail(POSTEO, [address], eml(), mail_options=["SMTPUTF8"])

    assert len(bench.rows()) == 3


def test_without_the_database_the_mail_stays_with_postfix(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> int:
        raise StoreError("the database is away")

    with server(bench) as mta:
        with monkeypatch.context() as patched:
            patched.setattr(lmtp.mailboxes, "next_uid", away)
            with pytest.raises(SMTPDataError) as put_off:
                mta.sendmail(POSTEO, [SUPPORT], eml())
        mta.sendmail(POSTEO, [SUPPORT], eml())

    assert put_off.value.smtp_code == 451
    assert len(bench.rows()) == 1


def test_an_error_that_nobody_expected_is_no_reason_to_send_a_mail_back(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    def errs(*_: object, **__: object) -> None:
        raise ValueError("of a mail")

    monkeypatch.setattr(lmtp, "keep", errs)
    before = failures()
    with server(bench) as mta, pytest.raises(SMTPDataError) as put_off:
        mta.sendmail(POSTEO, [SUPPORT], eml())

    assert (put_off.value.smtp_code, failures() - before) == (451, 1)


def failures() -> float:
    return instruments.INSTRUMENTS.get_sample_value("mailbot_errors_total", {"part": "receiver support"}) or 0.0


def test_a_mail_that_is_too_large_is_refused_for_good(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lmtp, "LARGEST", 1000)
    with server(bench) as mta, pytest.raises(SMTPSenderRefused) as refused:
        mta.sendmail(POSTEO, [SUPPORT], eml("x" * 1000))

    assert refused.value.smtp_code == 552


def test_long_lines_and_umlauts_come_whole(bench: Bench) -> None:
    raw = eml() + b"x" * 100_000 + "\r\n.\r\nÄ\r\n".encode()
    with server(bench) as mta:
        mta.ehlo_or_helo_if_needed()
        assert (mta.has_extn("8bitmime"), mta.has_extn("smtputf8")) == (True, True)
        assert mta.esmtp_features["size"] == str(lmtp.LARGEST)
        mta.sendmail("", [SUPPORT], raw, mail_options=["BODY=8BITMIME"])

    [row] = bench.rows()
    with bench.office.database.read() as connection:
        assert lmtp.inbound.get(connection, row.id)[1] == b"Return-Path: <>\r\n" + raw


def test_a_mail_with_two_recipients_is_brought_in_two(bench: Bench) -> None:
    with server(bench) as mta:
        refused = mta.sendmail(POSTEO, [SUPPORT, SUPPORT.upper()], eml())

    assert refused[SUPPORT.upper()][0] == 452
    assert len(bench.rows()) == 1


def test_a_mail_whose_number_is_taken_is_not_said_to_be_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmtp.mailboxes, "next_uid", lambda *_, **__: 1)
    with server(bench) as mta:
        mta.sendmail(POSTEO, [SUPPORT], eml())
        with pytest.raises(SMTPDataError) as put_off:
            mta.sendmail(POSTEO, [SUPPORT], eml())

    assert put_off.value.smtp_code == 451
    assert len(bench.rows()) == 1


def test_what_a_running_bot_is_given_it_answers_and_there_is_no_sent_for_a_copy(bench: Bench, door: Listener):
    with running(bench):
        comes_true(lambda: contact(bench).reached_at is not None, "it listens")
        with LMTP(door.host, door.port) as mta:
            mta.sendmail(POSTEO, [SUPPORT], eml())
        bench.mail(eml(Subject="Website"), to=bench.buero)
        comes_true(lambda: len(bench.slot.taken) == 2, "both mailboxes are answered")
        comes_true(lambda: len(bench.buero.sent) == 1, "the one that has a Sent gets its copy")

    assert sorted(ticket.mailbox for ticket in bench.tickets()) == ["buero", "support"]
    assert [mail.state for mail in bench.outbox()] == [Sent.SENT, Sent.SENT]
    assert [to_copy(bench, box) for box in ("support", "buero")] == [(), ()]
    assert bench.support.mails == bench.support.others == {}


def to_copy(bench: Bench, mailbox: str) -> tuple[delivery.Copy, ...]:
    with bench.office.database.write() as connection:
        return delivery.claim_copies(connection, mailbox, now=bench.clock.now, lease=sender.FILING, most=sender.COPIES)


def test_a_mail_in_hand_is_kept_and_answered_before_the_bot_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    begun, may_end = Event(), Event()

    def slow(*args: Any, **options: Any) -> None:
        begun.set()
        may_end.wait(10)
        keep(*args, **options)

    monkeypatch.setattr(lmtp, "keep", slow)
    said = list[object]()
    box, where = bench.office.catalogue.mailbox("support"), bench.office.settings.lmtp["support"]
    with LMTP() as mta:
        with delivered_at(where, bench.office, box, Bells()):
            mta.connect(where.host, where.port)
            handing_over = Thread(target=lambda: said.append(mta.sendmail(POSTEO, [SUPPORT], eml())))
            handing_over.start()
            assert begun.wait(10)
            Timer(0.1, may_end.set).start()
        handing_over.join(10)

    assert said == [{}]
    assert len(bench.rows()) == 1


def test_a_port_that_is_taken_is_one_clear_sentence_until_it_is_free(
    bench: Bench, door: Listener, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lmtp, "PATIENCE", 0.1)
    sentence = f"nobody can listen at {door}: Address already in use; choose another port"
    of_others = replace(bench.office, keys=(b"of another database",))
    with delivered_at(door, of_others, bench.office.catalogue.mailbox("support"), Bells()):
        with pytest.raises(MailboxError) as taken, server(bench):
            pass
        assert (str(taken.value), contact(bench).trouble) == (sentence, sentence)

    with socket.create_server((door.host, door.port)) as other, running(bench):
        comes_true(lambda: contact(bench).trouble == sentence, "it is told")
        other.close()
        comes_true(lambda: contact(bench).trouble is None, "it listens")


def test_two_mailboxes_at_one_port_are_told_as_trouble(bench: Bench, door: Listener):
    with delivered_at(door, bench.office, bench.office.catalogue.mailbox("buero"), Bells()):
        with pytest.raises(MailboxError, match="nobody can listen at"), server(bench):
            pass
        assert contact(bench).trouble is not None


def test_the_second_bot_on_a_host_waits_for_the_first_ones_end_and_nothing_is_wrong_meanwhile(
    bench: Bench, door: Listener, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    start_journal()
    monkeypatch.setattr(parts, "STANDBY", 0.05)
    looks = list[Door]()
    monkeypatch.setattr(lmtp, "heard_at", lambda where: looks.append(where) or heard_at(where))
    with ExitStack() as first:
        assert first.enter_context(delivered_at(door, bench.office, bench.office.catalogue.mailbox("support"), Bells()))
        with running(bench):
            told = "another bot on this host and database takes what is delivered; waiting for its end"
            comes_true(lambda: len(looks) > 2, "it looks more than once")
            assert (contact(bench).reached_at, contact(bench).trouble) == (None, None)
            first.close()
            comes_true(lambda: contact(bench).reached_at is not None, "it listens")

    assert capsys.readouterr().err.count(told) == 1


def test_a_mailbox_that_changes_is_delivered_to_as_it_is_now(bench: Bench, door: Listener, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rulebook, "GLANCE", 0.0)
    monkeypatch.setattr("mailbot.tickets.rehearsal.cases", lambda *_: ())  # it has tests of its own

    def taken(address: str) -> bool:
        try:
            with LMTP(door.host, door.port) as mta:
                mta.sendmail(POSTEO, [address], eml())
        except (OSError, SMTPRecipientsRefused):
            return False
        return True

    with running(bench):
        comes_true(lambda: taken(SUPPORT), "the old address is known")
        bench.change_rules(f"address: {SUPPORT}\n", "address: hilfe@die-linke-koeln.de\n")
        comes_true(lambda: taken("hilfe@die-linke-koeln.de"), "the new address is known")

        assert not taken(SUPPORT)


def test_once_through_everything_works_on_what_was_delivered_before(bench: Bench):
    with server(bench) as mta:
        mta.sendmail(POSTEO, [SUPPORT], eml())
    bench.mail(eml())  # where nobody looks

    bench.run()

    assert [state for state, _ in bench.ends()] == [State.TICKET]
    assert len(bench.slot.taken) == 1


def test_what_is_wrong_with_a_mailbox_that_is_delivered_to(bench: Bench):
    bench.run()
    never = examine(bench.office)
    note_open(bench.office, bench.office.catalogue.mailbox("support"))
    bench.clock.pass_by(timedelta(minutes=50))
    bench.run()
    assert examine(bench.office).wrong == ()
    bench.clock.pass_by(timedelta(minutes=50))
    since = examine(bench.office)

    assert never.wrong == ("support: nobody has listened yet; start `mailbot run`",)
    assert since.wrong == ("support: nobody has listened since 2026-03-02 10:00 CET; see that `mailbot run` runs",)
    assert [(box.id, box.door, box.books is None) for box in since.mailboxes] == [
        ("support", bench.office.settings.lmtp["support"], True),
        ("buero", None, False),
    ]


DRAFTS = "it has no folder for drafts; let its mails leave ('mode: live', 'replies: send')"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            f"address: {SUPPORT}\n",
            f"address: {SUPPORT}\n    after: move\n",
            "it has no folder to move handled mails to; leave 'after: move' away",
        ),
        (f"address: {SUPPORT}\n", f"address: {SUPPORT}\n    replies: draft\n", DRAFTS),
        ("\nmailboxes:\n", "\nmode: draft\nmailboxes:\n", DRAFTS),
        ("\nservices:\n  - id: nextcloud\n", "\nservices:\n  - id: nextcloud\n    replies: draft\n", DRAFTS),
    ],
)
def test_what_only_folders_can_do_is_refused(tmp_path: Path, door: Listener, old: str, new: str, complaint: str):
    with (
        pytest.raises(CatalogueError) as refused,
        bench_in(tmp_path, rules={old: new}, lmtp={"support": door}),
    ):
        pass

    reason = f"mails are delivered to the mailbox 'support' (MAILBOT_LMTP_SUPPORT), {complaint}"
    assert str(refused.value) == f"{tmp_path / 'rules.yaml'}: {reason}"


def test_rules_that_change_to_what_only_folders_can_do_do_not_come_into_force(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rulebook, "GLANCE", 0.0)

    bench.change_rules(f"address: {SUPPORT}\n", f"address: {SUPPORT}\n    after: move\n")

    assert bench.office.catalogue.mailbox("support").after == "leave"
    assert "leave 'after: move' away" in (bench.office.rulebook.trouble or "")


def test_after_a_restore_nothing_is_asked_of_it_and_the_log_says_so(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    start_journal()
    with restored(bench, save(bench, tmp_path / "backup.db")) as again:
        again.run()

    log = capsys.readouterr().err
    assert "what came and left since the backup cannot be known; set first_ticket in rules.yaml" in log
    assert log.count("mailbox=support") == 1
