"""Somebody asks for their data by mail; staff say yes, and it happens."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from io import BytesIO
from zipfile import ZipFile

from mailbot.service.erasing import erase_what_was_asked
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import STAFF, Bench, answering, proof
from tests.service.test_privacy import ADDRESS, PAUL, everything_in

PLEASE = "Guten Tag,\n\nbitte teilen Sie mir nach Art. 15 DSGVO mit, welche Daten Sie über mich gespeichert haben.\n\nPaul Grün\n"
AWAY = timedelta(minutes=16)


def asks(bench: Bench, *, proven: bool = True) -> EmailMessage:
    """Paul asks for his data; gives what staff get."""
    bench.arrives(PLEASE, From=PAUL, Subject="Auskunft", **(proof(domain="web.example") if proven else {}))
    return bench.slot.to(STAFF)[-1]


def staff_reply(bench: Bench, to: EmailMessage, text: str) -> str:
    """What the transcript says, on one line."""
    bench.arrives(text, From=STAFF, **answering(to), **proof())
    return " ".join(words(bench.slot.to(STAFF)[-1]).split())


def test_staff_read_how_much_is_held_and_what_they_can_do(quick_bench: Bench):
    told = " ".join(words(asks(quick_bench)).split())

    assert f"Zu {ADDRESS} gespeichert: Vorgänge 1, Mails 2" in told
    assert "#auskunft" in told
    assert "#löschen" in told


def test_after_staffs_yes_the_archive_goes_to_who_asked(quick_bench: Bench):
    to_staff = asks(quick_bench)

    told = staff_reply(quick_bench, to_staff, "#auskunft")

    assert f"die Auskunft geht als ZIP-Datei an {ADDRESS}" in told
    mail = quick_bench.slot.to(ADDRESS)[-1]
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("auskunft.zip", "application/zip")
    with ZipFile(BytesIO(file.get_content())) as archive:
        assert archive.testzip() is None
        assert ADDRESS in archive.read("auskunft.html").decode()
    assert "answered" in quick_bench.kinds()


def test_who_may_be_somebody_else_gets_nothing(quick_bench: Bench):
    to_staff = asks(quick_bench, proven=False)
    got = len(quick_bench.slot.to(ADDRESS))

    told = [staff_reply(quick_bench, to_staff, line) for line in ("#auskunft", "#löschen bestätigt")]

    assert all(f"nichts beweist, dass {ADDRESS} das will" in each for each in told)
    assert len(quick_bench.slot.to(ADDRESS)) == got
    quick_bench.clock.pass_by(AWAY)
    assert erase_what_was_asked(quick_bench.office) == 0


def test_after_a_second_yes_everything_is_erased_when_nobody_can_undo_it(quick_bench: Bench):
    to_staff = asks(quick_bench)

    first = staff_reply(quick_bench, to_staff, "#löschen")
    assert "noch ist nichts gelöscht" in first
    second = staff_reply(quick_bench, to_staff, "#löschen bestätigt")
    assert "wird gelöscht, frühestens in 15 Minuten" in second
    assert "löschen wir jetzt alles" in " ".join(words(quick_bench.slot.to(ADDRESS)[-1]).split())
    assert erase_what_was_asked(quick_bench.office) == 0
    quick_bench.clock.pass_by(AWAY)

    assert erase_what_was_asked(quick_bench.office) == 1
    assert erase_what_was_asked(quick_bench.office) == 0

    left = everything_in(quick_bench.office.database)
    assert [secret for secret in ("gruen@", "Grün") if secret in left] == []
    (ticket,) = quick_bench.tickets()
    assert (ticket.state, ticket.requester.email) == (State.CLOSED, "")
    assert quick_bench.kinds()[-1] == "erased"


def test_until_then_it_can_be_undone(quick_bench: Bench):
    to_staff = asks(quick_bench)
    staff_reply(quick_bench, to_staff, "#löschen bestätigt")
    quick_bench.clock.pass_by(timedelta(minutes=5))

    assert "rückgängig" in staff_reply(quick_bench, to_staff, "#undo")
    quick_bench.clock.pass_by(AWAY)

    assert erase_what_was_asked(quick_bench.office) == 0
    (ticket,) = quick_bench.tickets()
    assert (ticket.state, ticket.requester.email) == (State.TRIAGE, ADDRESS)
    assert quick_bench.history()[-1].text == "nicht gelöscht: der Vorgang ist wieder offen"


def test_other_requests_of_theirs_come_first(quick_bench: Bench):
    quick_bench.arrives("Hallo, die AG Frieden möchte die Nextcloud nutzen.", From=PAUL, **proof(domain="web.example"))
    to_staff = asks(quick_bench)

    told = staff_reply(quick_bench, to_staff, "#löschen bestätigt")

    assert "die Daten werden noch gebraucht für KV-1001" in told
