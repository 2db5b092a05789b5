"""Mails of ours that come back."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailbot.service import desk
from mailbot.service.health import examine
from mailbot.service.overview import send
from mailbot.service.sender import deliver
from mailbot.store.inbound import State as End
from mailbot.store.outbound import State
from tests.association import words
from tests.service.bench import MONDAY, STAFF, Bench, answering, bounce_of, eml, proof
from tests.service.test_worker import ADDRESS, MADE_UP, signal


@pytest.fixture
def bench(quick_bench: Bench) -> Bench:
    return quick_bench


def bounced(bench: Bench, mail: EmailMessage, recipient: str = ADDRESS, **about: str) -> None:
    bench.mail(bounce_of(mail, recipient, **about))
    bench.run()


def asked(bench: Bench) -> EmailMessage:
    bench.arrives()
    (question,) = bench.slot.to(ADDRESS)
    return question


def test_a_delivery_report_stands_on_its_ticket_and_staff_are_told_by_mail(bench: Bench):
    bounced(bench, asked(bench))

    assert bench.ends()[-1][0] is End.IGNORED
    assert [(event.kind, event.text) for event in bench.history()][3] == ("trouble", f"Nicht angekommen bei {ADDRESS}")
    (told,) = bench.slot.to(STAFF)
    assert f"Eine Mail an {ADDRESS} kam zurück." in " ".join(words(told).split())


def test_staff_are_told_once_however_many_mails_to_an_address_come_back(bench: Bench):
    bench.mail(eml())
    bench.mail(eml("Wir möchten Signal nutzen.", Subject="Signal"))
    bench.run()

    for question in bench.slot.to(ADDRESS):
        bounced(bench, question)

    assert [len(bench.slot.to(address)) for address in (ADDRESS, STAFF)] == [2, 1]


def test_nothing_automatic_follows_to_an_address_that_bounces(bench: Bench):
    for_anna, _ = signal(bench)
    bounced(bench, for_anna)

    desk.carry_out(bench.office, "KV-1001", "close")
    bench.run()

    assert [mail.state for mail in bench.outbox() if mail.recipient == ADDRESS] == [State.RETURNED, State.STOPPED]
    assert any(f"eine Mail an {ADDRESS} kam zurück" in sentence for sentence in examine(bench.office).wrong)


def test_words_that_staff_write_still_go_there(bench: Bench):
    for_anna, for_staff = signal(bench)
    bounced(bench, for_anna)

    bench.arrives("Hallo Anna, kommt das an?", From=STAFF, **answering(for_staff))

    assert "kommt das an?" in words(bench.slot.to(ADDRESS)[-1])


def test_who_writes_again_is_written_to_again_also_what_waited(bench: Bench):
    for_anna, _ = signal(bench)
    bounced(bench, for_anna)
    desk.carry_out(bench.office, "KV-1001", "close")
    bench.run()

    bench.arrives("Mein Postfach war voll. Wir möchten auch die Nextcloud nutzen.", Subject="Nextcloud")

    assert [mail.state for mail in bench.outbox() if mail.recipient == ADDRESS] == [State.SENT] * 3


def test_somebody_forged_does_not_make_an_address_reachable(bench: Bench):
    for_anna, _ = signal(bench)
    bounced(bench, for_anna)

    bench.arrives("Hallo, ich bin es.", Subject="Neu", **proof("fail", domain="posteo.example"))

    assert bench.outbox()[0].state is State.RETURNED


def test_staff_can_say_that_an_address_is_right(bench: Bench):
    for_anna, _ = signal(bench)
    bounced(bench, for_anna)
    desk.carry_out(bench.office, "KV-1001", "close")
    bench.run()

    (waits,) = [mail for mail in bench.outbox() if mail.state is State.STOPPED]
    desk.let_go(bench.office, waits.id)
    bench.run()

    assert [mail.state for mail in bench.outbox() if mail.recipient == ADDRESS] == [State.SENT, State.SENT]


def test_a_delay_stops_nothing(bench: Bench):
    bounced(bench, asked(bench), action="delayed")

    assert (bench.history()[-1].text, bench.outbox()[0].state) == (f"Noch nicht angekommen bei {ADDRESS}", State.SENT)
    assert bench.slot.to(STAFF) == []


def test_c4_a_forged_bounce_changes_nothing(bench: Bench):
    question = asked(bench)
    before = (bench.tickets(), bench.history(), bench.outbox())

    for named in ("<1@verein.example>", MADE_UP, "<>", "none"):
        bounced(bench, question, original=named)

        assert (bench.tickets(), bench.history(), bench.outbox()) == before
        assert bench.ends()[-1][0] is End.IGNORED


def test_a_report_stops_only_the_address_that_its_mail_went_to(bench: Bench):
    """Whoever got a mail of ours can make up a report about it, and name others in it."""
    bench.arrives(From="Eve <eve@evil.example>")
    (to_eve,) = bench.slot.to("eve@evil.example")

    bounced(bench, to_eve, recipient=ADDRESS)
    bench.arrives()

    assert len(bench.slot.to(ADDRESS)) == 1


def test_d_bounces_of_staff_mail_make_no_new_mail_to_that_address(bench: Bench):
    _, for_staff = signal(bench)
    for _ in range(3):
        bounced(bench, for_staff, recipient=STAFF)

    assert len(bench.slot.to(STAFF)) == 1
    assert any(f"a mail to {STAFF} came back; correct the address of 'technik'" in each for each in examine(bench.office).wrong)

    bench.arrives("#nehme ich", From=STAFF, **answering(for_staff))
    assert len(bench.slot.to(STAFF)) == 2


def test_a_digest_that_comes_back_is_told_in_the_next_and_by_status(bench: Bench):
    bench.run()
    send(bench.office, day=MONDAY.date())
    deliver(bench.office)
    bounced(bench, bench.slot.to(STAFF)[-1], recipient=STAFF)
    assert any(f"a mail to {STAFF} came back" in each for each in examine(bench.office).wrong)

    bench.clock.pass_by(timedelta(days=1))
    send(bench.office, day=bench.clock.now.date())
    deliver(bench.office)

    assert f"Eine Mail an {STAFF} kam am Mo 2.3. zurück." in " ".join(words(bench.slot.to(STAFF)[-1]).split())


def test_the_copy_of_a_mail_that_came_back_lies_in_sent_too(bench: Bench):
    bench.mail(eml())
    bench.run()
    assert len(bench.support.sent) == 1
    bounced(bench, bench.slot.to(ADDRESS)[0])

    assert len(bench.support.sent) == 2  # the question, and what staff were told
