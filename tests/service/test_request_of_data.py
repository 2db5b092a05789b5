"""Somebody asks for their data by mail; staff say yes, and it happens."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailbot.errors import MailbotError
from mailbot.service import privacy
from mailbot.service.erasing import erase_what_was_asked
from mailbot.service.receiver import receive
from mailbot.store import claims, inbound
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import STAFF, Bench, answering, eml, proof
from tests.service.test_access import unpacked
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


def texts(bench: Bench) -> list[str]:
    """What the history of the ticket says."""
    return [event.text for event in bench.history()]


def with_archive(bench: Bench, address: str) -> list[EmailMessage]:
    """The mails to somebody that bring one."""
    return [mail for mail in bench.slot.to(address) if list(mail.iter_attachments())]


def archive_in(mail: EmailMessage) -> dict[str, bytes]:
    """The files of the archive that a mail brings."""
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("auskunft.zip", "application/zip")
    return unpacked(file.get_content())


def test_staff_read_how_much_is_held_and_what_they_can_do(quick_bench: Bench):
    told = " ".join(words(asks(quick_bench)).split())

    assert f"Zu {ADDRESS} gespeichert: Vorgänge 1, Mails 2" in told
    assert "#auskunft" in told
    assert "#löschen" in told


def test_after_staffs_yes_the_archive_goes_to_who_asked(quick_bench: Bench):
    to_staff = asks(quick_bench)

    assert "du bekommst sie zuerst selbst" in staff_reply(quick_bench, to_staff, "#auskunft")
    to_look_into = quick_bench.slot.to(STAFF)[-2]
    assert ADDRESS in archive_in(to_look_into)["auskunft.html"].decode()
    assert with_archive(quick_bench, ADDRESS) == []
    quick_bench.clock.pass_by(timedelta(minutes=1))

    told = staff_reply(quick_bench, to_look_into, "#auskunft bestätigt")

    assert f"die Auskunft geht als ZIP-Datei an {ADDRESS}" in told
    (mail,) = with_archive(quick_bench, ADDRESS)
    assert ADDRESS in archive_in(mail)["auskunft.html"].decode()
    assert "answered" in quick_bench.kinds()


def test_an_archive_holds_no_earlier_one(quick_bench: Bench):
    to_staff = asks(quick_bench)
    for line in ("#auskunft", "#auskunft bestätigt", "#auskunft bestätigt"):
        staff_reply(quick_bench, to_staff, line)
        quick_bench.clock.pass_by(timedelta(minutes=1))

    _, second = with_archive(quick_bench, ADDRESS)

    assert [name for name in archive_in(second) if name.startswith("an/")] == ["an/2026-03-02-1.eml"]


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
    assert "nicht gelöscht: der Befehl dazu gilt nicht mehr" in texts(quick_bench)


def test_undone_it_stays_whatever_becomes_of_the_ticket(quick_bench: Bench):
    to_staff = asks(quick_bench)
    for line in ("#löschen bestätigt", "#undo", "#erledigt\nDeine Daten bleiben, wie besprochen."):
        staff_reply(quick_bench, to_staff, line)
        quick_bench.clock.pass_by(timedelta(minutes=2))

    quick_bench.clock.pass_by(AWAY)

    assert erase_what_was_asked(quick_bench.office) == 0


def test_what_was_ordered_of_a_closed_ticket_is_undone_as_well(quick_bench: Bench):
    to_staff = asks(quick_bench)
    for line in ("#erledigt", "#löschen bestätigt", "#undo"):
        staff_reply(quick_bench, to_staff, line)
        quick_bench.clock.pass_by(timedelta(minutes=2))

    quick_bench.clock.pass_by(AWAY)

    assert erase_what_was_asked(quick_bench.office) == 0


def test_to_undo_something_else_changes_nothing_about_it(quick_bench: Bench):
    to_staff = asks(quick_bench)
    for line in ("#löschen bestätigt", "#notiz ruft noch einmal an", "#undo"):
        staff_reply(quick_bench, to_staff, line)
        quick_bench.clock.pass_by(timedelta(minutes=2))

    quick_bench.clock.pass_by(AWAY)

    assert erase_what_was_asked(quick_bench.office) == 1


def test_what_was_opened_again_meanwhile_is_not_erased_though_it_is_closed(quick_bench: Bench):
    to_staff = asks(quick_bench)
    for line in ("#löschen bestätigt", "#wieder-auf", "#erledigt"):
        staff_reply(quick_bench, to_staff, line)
        quick_bench.clock.pass_by(timedelta(minutes=2))

    quick_bench.clock.pass_by(AWAY)

    assert erase_what_was_asked(quick_bench.office) == 0
    assert "nicht gelöscht: der Vorgang ist wieder offen" in texts(quick_bench)
    staff_reply(quick_bench, to_staff, "#löschen bestätigt")
    quick_bench.clock.pass_by(AWAY)
    assert erase_what_was_asked(quick_bench.office) == 1


@pytest.mark.parametrize("doubt", ["pass", "none"])
def test_whoever_writes_again_is_not_erased_and_staff_hear_of_it(quick_bench: Bench, doubt: str):
    to_staff = asks(quick_bench)
    staff_reply(quick_bench, to_staff, "#löschen bestätigt")
    before = len(quick_bench.slot.to(STAFF))

    quick_bench.arrives("Bitte doch nicht löschen!", From=PAUL, Subject="Doch nicht", **proof(doubt, domain="web.example"))

    told = [mail for mail in quick_bench.slot.to(STAFF)[before:] if "Doch nicht gelöscht" in str(mail["Subject"])]
    assert [mail["To"].addresses[0].addr_spec for mail in told] == [STAFF]
    assert "nicht gelöscht: die Person hat wieder geschrieben" in texts(quick_bench)
    quick_bench.arrives("#erledigt", From=STAFF, Subject="Re: [KV-1002]", **proof())
    quick_bench.clock.pass_by(AWAY)
    assert erase_what_was_asked(quick_bench.office) == 0
    staff_reply(quick_bench, told[0], "#löschen bestätigt")
    quick_bench.clock.pass_by(AWAY)
    assert erase_what_was_asked(quick_bench.office) == 1


def test_what_only_claims_to_be_of_them_or_of_a_machine_does_not_keep_them(quick_bench: Bench):
    to_staff = asks(quick_bench)
    staff_reply(quick_bench, to_staff, "#löschen bestätigt")

    quick_bench.arrives("Nein!", From=PAUL, Subject="Nein", **proof("fail", domain="web.example"))
    quick_bench.arrives("Ich bin bis Montag nicht da.", From=PAUL, Subject="Abwesend", Auto_Submitted="auto-replied")

    assert "nicht gelöscht: die Person hat wieder geschrieben" not in texts(quick_bench)


@pytest.mark.parametrize("state", [inbound.State.PENDING, inbound.State.QUARANTINED])
def test_what_others_want_of_us_is_never_erased_unread(quick_bench: Bench, state: inbound.State):
    to_staff = asks(quick_bench)
    staff_reply(quick_bench, to_staff, "#löschen bestätigt")
    quick_bench.clock.pass_by(AWAY)
    quick_bench.mail(
        eml(f"Der OV Kalk möchte die Nextcloud nutzen. Admin ist Paul Grün, {ADDRESS}.", From="Berta <berta@x.example>")
    )
    receive(quick_bench.office, quick_bench.office.catalogue.mailboxes[0], quick_bench.support)
    berta = quick_bench.rows()[-1].id
    with quick_bench.office.database.write() as connection:
        if state is inbound.State.QUARANTINED:
            claims.finish(connection, berta, state, now=quick_bench.clock.now, reason="too hard")

    assert erase_what_was_asked(quick_bench.office) == 0
    with pytest.raises(MailbotError, match="a mail from them or about them has not been processed yet"):
        privacy.erase(quick_bench.office, privacy.look_for(quick_bench.office, ADDRESS), by="cli")
    privacy.erase(quick_bench.office, privacy.look_for(quick_bench.office, ADDRESS), by="cli", even_open=True)

    with quick_bench.office.database.read() as connection:
        row, raw = inbound.get(connection, berta)
    assert (row.state, row.forgotten_at) == (state, None)
    assert b"OV Kalk" in raw


def test_other_requests_of_theirs_come_first(quick_bench: Bench):
    quick_bench.arrives("Hallo, die AG Frieden möchte die Nextcloud nutzen.", From=PAUL, **proof(domain="web.example"))
    to_staff = asks(quick_bench)

    told = staff_reply(quick_bench, to_staff, "#löschen bestätigt")

    assert "die Daten werden noch gebraucht für KV-1001" in told


EVA = "eva@other.example"


def test_nobody_who_reads_along_gets_the_archive_or_the_word_of_erasing(quick_bench: Bench):
    quick_bench.arrives(PLEASE, From=PAUL, Subject="Auskunft", Cc=EVA, **proof(domain="web.example"))
    to_staff = quick_bench.slot.to(STAFF)[-1]
    (receipt,) = quick_bench.slot.to(EVA)

    for order in ("#auskunft", "#auskunft bestätigt", "#löschen bestätigt"):
        staff_reply(quick_bench, to_staff, order)

    assert quick_bench.slot.to(EVA) == [receipt]
    assert len(quick_bench.slot.to(ADDRESS)) == 1 + 2


def test_nobody_who_reads_along_asks_for_the_data_in_the_name_of_another(quick_bench: Bench):
    asked = {"From": PAUL, "Cc": EVA, "Subject": "Cloud"}
    quick_bench.arrives("Hallo, der OV Kalk möchte die Nextcloud nutzen.", **asked, **proof(domain="web.example"))
    (shared,) = quick_bench.slot.to(EVA)

    quick_bench.arrives(PLEASE, **asked, In_Reply_To=str(shared["Message-ID"]))

    to_staff = quick_bench.slot.to(STAFF)[-1]
    told = [staff_reply(quick_bench, to_staff, order) for order in ("#auskunft", "#löschen bestätigt")]
    assert all(f"nichts beweist, dass {ADDRESS} das will" in each for each in told)
