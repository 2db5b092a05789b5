"""What staff learn from the digest besides the tickets."""

from datetime import timedelta

from mailbot.service import desk, notices
from mailbot.service.notices import NAMED
from mailbot.store import inbound
from mailbot.store.inbound import Identity, New, Place
from mailbot.tickets.digest import Notices
from tests.service.bench import ASKS, MONDAY, NEVER, Bench, bounce_of
from tests.service.test_worker import signal


def gathered(bench: Bench, *, days: int = 1) -> Notices:
    with bench.office.database.read() as connection:
        since = bench.clock.now - timedelta(days=days)
        return notices.gather(connection, bench.office.rules(connection).catalogue, since=since)


def test_a_day_without_trouble_has_nothing_to_tell(quick_bench: Bench):
    quick_bench.arrives()

    assert gathered(quick_bench) == Notices()


def test_an_address_that_cannot_be_reached_is_told_once_and_as_long_as_somebody_waits(quick_bench: Bench):
    quick_bench.arrives()
    (question,) = quick_bench.slot.to("anna.schmidt@posteo.example")
    quick_bench.mail(bounce_of(question, "anna.schmidt@posteo.example"))
    quick_bench.run()

    told = "KV-1001: Eine Mail an anna.schmidt@posteo.example kam am Mo 2.3. zurück; dorthin geht nichts Automatisches mehr"
    assert gathered(quick_bench) == Notices(unreachable=(told,))

    quick_bench.clock.pass_by(timedelta(days=9))
    assert gathered(quick_bench) == Notices(unreachable=(told,))

    desk.carry_out(quick_bench.office, "KV-1001", "close")
    assert gathered(quick_bench).unreachable == ()


def test_a_mail_that_names_the_misspelt_domain_is_told_once(quick_bench: Bench):
    quick_bench.arrives(f"{ASKS}\nIch hatte schon an support@die-linke.koeln.de geschrieben, auch an buero@die-linke.koeln.de.\n")

    told = "KV-1001: In der Mail steht eine Adresse mit @die-linke.koeln.de; gemeint ist wohl @die-linke-koeln.de"
    assert gathered(quick_bench) == Notices(misspelt=(told,))

    quick_bench.clock.pass_by(timedelta(days=2))
    assert gathered(quick_bench).misspelt == ()


def test_what_staff_note_about_a_domain_is_no_news(quick_bench: Bench):
    quick_bench.arrives()
    desk.carry_out(quick_bench.office, "KV-1001", "note", "die-linke.koeln.de steht auch im Flyer")

    assert gathered(quick_bench).misspelt == ()


def test_of_a_heap_in_quarantine_some_are_named_and_the_others_counted(quick_bench: Bench):
    with quick_bench.office.database.write() as connection:
        for uid in range(1, NAMED + 3):
            place = Place(mailbox="support", folder="INBOX", uidvalidity=7, uid=uid)
            identity = Identity(message_id=f"{uid}@posteo.example", sha256=f"{uid:064}")
            state, reason = inbound.State.QUARANTINED, "ValueError: kaputt"
            mail = New(place=place, identity=identity, raw=b"", received=MONDAY, state=state, reason=reason)
            inbound.add(connection, mail)

    told = gathered(quick_bench).quarantined

    assert told[0] == (
        "Mail 1 (support) konnte nicht verarbeitet werden: ValueError: kaputt. "
        "Ansehen: mailbot quarantine show 1; am 1. April 2026 wird sie gelöscht"
    )
    assert told[NAMED:] == ("2 weitere Mails. Ansehen: mailbot quarantine list",)


def test_what_will_never_be_delivered_is_told_with_its_ticket(quick_bench: Bench):
    signal(quick_bench)
    quick_bench.slot.errors = [NEVER]
    desk.carry_out(quick_bench.office, "KV-1001", "close")
    quick_bench.run()

    (told,) = gathered(quick_bench).trouble
    assert told.startswith("KV-1001: Nicht zustellbar an anna.schmidt@posteo.example")
