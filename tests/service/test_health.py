"""Is the bot alive, and do the books balance?"""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from mailbot.service import judgement
from mailbot.service.health import Books, examine
from mailbot.service.receiver import Since
from mailbot.store import outbound
from mailbot.store.inbound import State
from tests.service.bench import LATER, NEVER, STAFF, Bench, answering, eml, proof
from tests.service.test_worker import signal


def test_a_bot_that_has_just_run_is_fine_and_its_books_balance(bench: Bench):
    bench.mail(eml())
    bench.mail(eml("Ich bin nicht da.", Auto_Submitted="auto-replied"))
    bench.run()
    bench.mail(eml())

    health = examine(bench.office)

    assert health.wrong == ()
    support, _ = health.mailboxes
    assert support.states == {State.TICKET: 1, State.IGNORED: 1}
    assert support.books == Books(mails=3, new=1, missing=0)


def test_a_bot_that_never_ran_says_so(bench: Bench):
    assert examine(bench.office).wrong == (
        "support: has never been read; start `mailbot run`",
        "buero: has never been read; start `mailbot run`",
    )


def test_silence_and_mails_that_lie_about_are_wrong(bench: Bench):
    bench.slot.errors = [LATER]
    bench.arrives()
    bench.clock.pass_by(timedelta(hours=2))

    assert examine(bench.office).wrong == (
        "support: last read 2026-03-02 10:00 CET; see that `mailbot run` runs",
        "buero: last read 2026-03-02 10:00 CET; see that `mailbot run` runs",
        "a mail waits to be sent since 2026-03-02 10:01 CET; see MAILBOT_SMTP, and that `mailbot run` runs",
    )


def test_a_mail_that_the_books_do_not_know_is_found_and_the_advice_helps(bench: Bench):
    bench.mail(eml())
    bench.mail(eml())
    late = bench.support.mails.pop(1)
    bench.run()
    bench.support.mails[1] = late

    assert examine(bench.office).wrong == (
        "support: 1 mails in the folder are missing in the books; run `mailbot run --once --since all`",
    )

    bench.run(since=Since(moment=None))
    assert examine(bench.office).wrong == ()


@pytest.mark.usefixtures("unrehearsed")
def test_words_that_are_kept_back_for_a_while_are_not_late(bench: Bench):
    bench.change_rules("send_delay: 0", "send_delay: 1 day")
    _, to_staff = signal(bench)
    bench.arrives("Ist eingerichtet.", From=STAFF, **answering(to_staff), **proof())
    bench.clock.pass_by(timedelta(hours=2))
    bench.run()
    assert [mail.state for mail in bench.outbox()].count(outbound.State.QUEUED) == 1
    assert examine(bench.office).wrong == ()

    bench.clock.pass_by(timedelta(hours=24))
    assert any("waits to be sent since 2026-03-03 10:00 CET" in sentence for sentence in examine(bench.office).wrong)


def test_a_mail_that_was_refused_is_told_for_a_day(bench: Bench):
    bench.slot.errors = [NEVER]
    bench.arrives()

    assert examine(bench.office).wrong == (
        "a mail about KV-1001 was refused: mail.example:25: it refuses the recipient (550 unknown); see `mailbot show KV-1001`",
    )

    bench.clock.pass_by(timedelta(days=1, minutes=1))
    bench.run()
    assert examine(bench.office).wrong == ()


def test_a_disk_that_is_nearly_full_is_wrong_before_it_is_full(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(judgement, "disk_usage", lambda folder: SimpleNamespace(free=1_999_999))
    bench.run()

    if bench.office.settings.database.drivername == "sqlite":
        (sentence,) = examine(bench.office).wrong
        assert sentence.endswith(": the disk of the database has 1 MB left; make room, or mails can neither come in nor go out")
    else:
        assert examine(bench.office).wrong == ()
