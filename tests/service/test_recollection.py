"""
A database that comes from a backup: what was answered since is not answered again, and nothing is lost.

On SQLite, and where the database itself is asked on PostgreSQL as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.errors import MailboxError
from mailbot.mail.compose import compose
from mailbot.mail.message import Address
from mailbot.mail.thread import DIGEST
from mailbot.service.canary import CANARY
from mailbot.service.direct import letter_of
from mailbot.service.recollection import recollect
from mailbot.service.worker import work
from mailbot.store import backup
from mailbot.store.database import open_database
from mailbot.store.outbound import State
from mailbot.tickets.rendering import Words
from tests.servers.postgresql import another, path_to_its_programs
from tests.service.bench import LATER, STAFF, Bench, Shelf, answering, eml

PAUL = "Paul Weber <paul@posteo.example>"
COMPLETE = "Hallo,\n\nder OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Paul Weber, paul@posteo.example.\n\nPaul Weber\n"


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the server's own version."""
    monkeypatch.setenv("PATH", path_to_its_programs())


def save(bench: Bench, file: Path) -> Path:
    key = bench.office.keys[0].decode()
    backup.back_up(bench.office.settings.database, file, key=key, now=bench.clock.now, progress=lambda *_: None)
    return file


@contextmanager
def restored(bench: Bench, saved: Path) -> Iterator[Bench]:
    """The same mailboxes and servers, and the database as it was; the bot has not run yet."""
    with another(bench.office.settings.database, saved.parent) as url:
        backup.restore(url, saved, keys=())
        database = open_database(url)
        try:
            yield replace(bench, office=replace(bench.office, database=database))
        finally:
            database.close()


def tickets_of(bench: Bench) -> list[tuple[str, str, str, str]]:
    found = bench.tickets()
    return [(each.key, each.requester.email, each.request.service, each.state.value) for each in found]


def everything_sent(bench: Bench) -> list[tuple[str, str]]:
    return [(recipient, str(mail["Message-ID"])) for recipient, mail in bench.slot.taken]


def test_what_was_said_since_the_backup_is_known_again_and_not_said_again(bench: Bench, tmp_path: Path):
    bench.arrives()
    (question,) = bench.slot.to("anna.schmidt@posteo.example")
    saved = save(bench, tmp_path / "backup.db")
    # A new ticket, an answer to an old one, and words of staff.
    bench.clock.pass_by(timedelta(hours=1))
    bench.arrives(COMPLETE, From=PAUL, Subject="Signal")
    bench.clock.pass_by(timedelta(hours=1))
    bench.arrives("Admin bin ich, Anna Schmidt, anna.schmidt@posteo.example.", **answering(question))
    bench.clock.pass_by(timedelta(hours=1))
    about_paul = next(mail for mail in bench.slot.to(STAFF) if "KV-1002" in mail["Subject"])
    bench.arrives("Hallo Paul, die Gruppe ist da.", From=STAFF, **answering(about_paul))
    tickets, sent = tickets_of(bench), everything_sent(bench)
    outbox = {mail.message_id: (mail.ticket, mail.recipient, mail.state) for mail in bench.outbox()}

    with restored(bench, saved) as again:
        assert len(again.tickets()) == 1
        again.run()

        assert everything_sent(again) == sent
        assert tickets_of(again) == tickets
        assert {mail.message_id: (mail.ticket, mail.recipient, mail.state) for mail in again.outbox()} == outbox
        assert "Mail an paul@posteo.example, schon bevor die Datenbank aus der Sicherung kam" in [
            event.text for event in again.history("KV-1002")
        ]


def test_the_conversation_goes_on_where_it_stood(quick_bench: Bench, tmp_path: Path):
    saved = save(quick_bench, tmp_path / "backup.db")
    quick_bench.arrives()
    (question,) = quick_bench.slot.to("anna.schmidt@posteo.example")

    with restored(quick_bench, saved) as again:
        again.clock.pass_by(timedelta(days=1))
        again.arrives("Admin bin ich, Anna Schmidt, anna.schmidt@posteo.example.", **answering(question))

        assert [each[0] for each in tickets_of(again)] == ["KV-1001"]
        assert len(again.slot.to("anna.schmidt@posteo.example")) == 2
        assert len(again.slot.to(STAFF)) == 1


def test_who_was_not_answered_yet_is_answered_and_no_number_is_given_twice(bench: Bench, tmp_path: Path):
    saved = save(bench, tmp_path / "backup.db")
    bench.arrives(From=PAUL)
    bench.support.mails.clear()  # somebody has tidied up
    bench.mail(eml())

    with restored(bench, saved) as again:
        again.run()

        assert [(each[0], each[1]) for each in tickets_of(again)] == [("KV-1002", "anna.schmidt@posteo.example")]
        assert len(again.slot.to("anna.schmidt@posteo.example")) == 1


def test_a_mail_that_waited_in_the_backup_and_has_left_since_does_not_leave_again(bench: Bench, tmp_path: Path):
    bench.slot.errors = [LATER]
    bench.arrives()
    saved = save(bench, tmp_path / "backup.db")
    bench.clock.pass_by(timedelta(minutes=10))
    bench.run()
    sent = everything_sent(bench)

    with restored(bench, saved) as again:
        assert [mail.state for mail in again.outbox()] == [State.QUEUED]
        again.run()

        assert everything_sent(again) == sent
        assert [mail.state for mail in again.outbox()] == [State.SENT]
        assert len(again.support.sent) == 1


def test_what_was_filed_since_the_backup_gets_its_ticket_back(bench: Bench, tmp_path: Path):
    saved = save(bench, tmp_path / "backup.db")
    bench.arrives()
    sent = everything_sent(bench)
    bench.support.others["Mailbot/Done"] = Shelf(mails=dict(bench.support.mails))
    bench.support.mails.clear()

    with restored(bench, saved) as again:
        again.run()

        assert [each[:2] for each in tickets_of(again)] == [("KV-1001", "anna.schmidt@posteo.example")]
        assert everything_sent(again) == sent


def test_mails_of_ours_about_no_ticket_are_in_nobodys_way(quick_bench: Bench, tmp_path: Path):
    saved = save(quick_bench, tmp_path / "backup.db")
    mail = quick_bench.arrives(COMPLETE, From=PAUL, Subject="Signal")
    office = quick_bench.office
    (box, *_), to = office.catalogue.mailboxes, Address(name="Support", email="support@die-linke-koeln.de")
    for key in (CANARY, DIGEST):
        letter = letter_of(office, Words(subject="-", text="-", html="-"), key=key, box=box, to=to)
        raw = compose(replace(letter, in_reply_to=str(mail["Message-ID"]).strip("<>")), date=quick_bench.clock.now)
        quick_bench.support.append("Sent", raw, when=quick_bench.clock.now)

    with restored(quick_bench, saved) as again:
        again.run()

        assert tickets_of(again) == tickets_of(quick_bench)
        assert [row.state for row in again.rows()] == [row.state for row in quick_bench.rows()]


def test_while_a_mailbox_is_out_of_reach_after_a_restore_nothing_is_taken_in_or_sent(quick_bench: Bench, tmp_path: Path):
    saved = save(quick_bench, tmp_path / "backup.db")
    quick_bench.mail(eml())

    with restored(quick_bench, saved) as again:
        away = replace(again, office=replace(again.office, open_folder=refuses))
        with pytest.raises(MailboxError):
            away.run()
        assert (again.slot.taken, again.rows()) == ([], [])

        again.run()
        assert len(again.slot.taken) == 1


def refuses(*_: Any, **__: Any) -> Any:
    raise MailboxError("buero at 127.0.0.1:143: no connection", again=True)


def test_news_about_a_ticket_is_no_repetition(quick_bench: Bench, tmp_path: Path):
    saved = save(quick_bench, tmp_path / "backup.db")
    quick_bench.arrives(COMPLETE, From=PAUL, Subject="Signal")
    (answer,) = quick_bench.slot.to("paul@posteo.example")
    quick_bench.support.mails.clear()  # so that what was sent about it stands for nothing

    with restored(quick_bench, saved) as again:
        again.clock.pass_by(timedelta(hours=2))
        again.arrives(COMPLETE, From=PAUL, Subject="Signal", Message_ID=str(answer["In-Reply-To"]))

        assert len(again.slot.to("paul@posteo.example")) == 2
        assert len(again.slot.to(STAFF)) == 2


def test_what_was_filed_since_waits_for_the_look_into_sent(quick_bench: Bench, tmp_path: Path):
    quick_bench.run()
    saved = save(quick_bench, tmp_path / "backup.db")
    quick_bench.support.others["Mailbot/Done"] = Shelf(uidvalidity=9)
    quick_bench.support.others["Mailbot/Done"].put(eml(), quick_bench.clock.now)

    with restored(quick_bench, saved) as again:
        recollect(again.office)
        assert len(again.rows()) == 1
        assert not work(again.office)

        again.run()
        assert [each[0] for each in tickets_of(again)] == ["KV-1001"]
