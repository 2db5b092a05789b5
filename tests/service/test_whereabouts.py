"""Whose ticket a mail belongs to, and who is believed: what peers were hurt by, under the numbers of their list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr

from mailbot.service.worker import COME_BACK
from mailbot.store import outbound
from mailbot.store.inbound import State as End
from mailbot.tickets.ticket import State
from tests.association import words
from tests.service.bench import STAFF, Bench, answering, bench_in, eml, proof
from tests.service.test_worker import ADDRESS, COMPLETE, MADE_UP, signal

OLD, NEW = "the key that was in use until today, long enough", "the key that is in use from today on, long enough"
EVE = "Eve <eve@evil.example>"


@pytest.fixture
def bench(quick_bench: Bench) -> Bench:
    return quick_bench


def untouched(bench: Bench) -> tuple[object, ...]:
    """What nobody but Anna and staff may change or read."""
    return bench.tickets()[0], bench.history("KV-1001"), len(bench.slot.to(ADDRESS))


# --- spoofed staff (c1, c2, c5, c6, J)


FORGERIES = {
    "an id that looks right": {"In_Reply_To": MADE_UP},
    "one that looks like an id for staff": {"In_Reply_To": MADE_UP.replace(".m.", ".s.")},
    "an id of an older form (c2)": {"In_Reply_To": "<KV-1001.technik.0123456789abcdef@die-linke-koeln.de>"},
    "the word of evil's server": {"Authentication_Results": "mx.evil.example; dmarc=pass header.from=die-linke-koeln.de"},
    "proof of evil's domain": {"Authentication_Results": "mx.die-linke-koeln.de; dmarc=pass header.from=evil.example"},
    "a seal of others": {"ARC_Authentication_Results": "i=1; mx.die-linke-koeln.de; dmarc=pass"},
    "headers that command (c7)": {"X_Mailbot_Ticket": "KV-1001", "X_Mailbot_Command": "close"},
    "other fields that name staff": {"Sender": STAFF, "Reply_To": STAFF},
}


def test_c1_forged_staff_mail_is_kept_and_shown_to_staff_and_nothing_is_executed_or_sent(bench: Bench):
    signal(bench)
    before = untouched(bench)

    for number, (forgery, headers) in enumerate(FORGERIES.items(), start=1):
        told = len(bench.slot.to(STAFF))
        bench.arrives(f"#erledigt\n\nZahlt auf dieses Konto: {forgery}", From=STAFF, Subject="Signal [KV-1001]", **headers)

        assert untouched(bench) == before, forgery
        assert bench.tickets()[number].state is State.TRIAGE
        (shown,) = bench.slot.to(STAFF)[told:]
        assert "nichts beweist, dass sie von dort kommt" in " ".join(words(shown).split())


def test_c2_a_new_address_of_staff_is_nobody_until_rules_yaml_knows_it(bench: Bench):
    _, for_staff = signal(bench)
    before = untouched(bench)

    bench.arrives("#erledigt", From="Technik <technik@posteo.example>", **answering(for_staff), **proof(domain="posteo.example"))

    assert untouched(bench) == before


def test_who_has_left_staff_is_no_longer_proven_by_what_they_got_as_staff(tmp_path: Path):
    with bench_in(tmp_path) as earlier:
        _, for_staff = signal(earlier)

    with started_again(tmp_path, rules={f"email: {STAFF}": "email: neu@die-linke-koeln.de"}) as bench:
        before = untouched(bench)
        for says in ("#erledigt", "Das hat sich erledigt.", "Wie ist der Stand?", "Für den OV Nippes."):
            bench.arrives(says, From=STAFF, **answering(for_staff), **proof())

        assert untouched(bench) == before
        assert bench.slot.to(STAFF)
        for answer in bench.slot.to(STAFF):
            for annas in ("Anna", ADDRESS, "Kalk"):
                assert annas not in words(answer)
        assert "KV-1001" in words(bench.slot.to("neu@die-linke-koeln.de")[-1])


def test_two_senders_in_one_mail_are_none(bench: Bench):
    signal(bench)
    raw = eml("#erledigt", From=STAFF, Subject="Signal [KV-1001]", **proof())

    bench.mail(b"From: Eve <eve@evil.example>\r\n" + raw)
    bench.run()

    assert bench.tickets()[0].state is State.OPEN


def test_staff_who_are_members_too_are_members_in_their_own_ticket_alone(bench: Bench):
    signal(bench)
    bench.arrives(COMPLETE, From=f"Technik <{STAFF}>", Subject="Signal für uns", **proof())
    (mine,) = [mail for mail in bench.slot.to(STAFF) if str(mail["Auto-Submitted"]) == "auto-replied"]

    bench.arrives("Das hat sich erledigt.", From=STAFF, **answering(mine))

    assert [ticket.state for ticket in bench.tickets()] == [State.OPEN, State.CLOSED]


# --- strangers with a number or an id (c3, c4, C, J)


def test_c3_a_stranger_with_the_number_gets_a_ticket_of_their_own_and_reads_nothing(bench: Bench):
    signal(bench)
    before = untouched(bench)

    for subject in ("Re: Signal [KV-1001]", "WG: [KV-1001] Signal", "[kv-1001]", "AW: AW: [KV-1001] "):
        bench.arrives(f"Wie ist der Stand? {subject}", From=EVE, Subject=subject, **proof(domain="evil.example"))

    assert untouched(bench) == before
    assert len(bench.tickets()) == 1 + 4
    for answer in bench.slot.to("eve@evil.example"):
        for annas in ("Anna", "Schmidt", "Kalk", ADDRESS):
            assert annas not in words(answer)


def test_c_outlook_without_references_finds_its_ticket_by_the_number(bench: Bench):
    bench.arrives()
    (question,) = bench.slot.to(ADDRESS)

    bench.arrives("Admin soll Paul Weber sein, paul@posteo.example", Subject=f"AW: {question['Subject']}")

    assert len(bench.tickets()) == 1


def test_c18_answers_go_to_the_sender_alone_whoever_else_the_mail_names(bench: Bench):
    bench.arrives(
        COMPLETE,
        Subject="Signal",
        To="support@die-linke-koeln.de, opfer@posteo.example",
        Cc="zweites.opfer@posteo.example",
        Reply_To="drittes.opfer@posteo.example",
        Return_Path="<viertes.opfer@posteo.example>",
        Disposition_Notification_To="fuenftes.opfer@posteo.example",
    )

    assert {recipient for recipient, _ in bench.slot.taken} == {ADDRESS, STAFF}


def test_c14_the_first_answer_to_somebody_unproven_says_nothing_that_the_mail_said(bench: Bench):
    subject = "Viagra Kalk Schmidt http://viagra.example"
    for number, text in enumerate((COMPLETE, "Der OV Viagra möchte die Nextcloud.", "Viagra! http://viagra.example", "")):
        victim = f"opfer{number}@posteo.example"

        bench.arrives(text, From=f'"Viagra Kalk" <{victim}>', Subject=subject, Message_ID=f"<{number}@x>")

        (answer,) = bench.slot.to(victim)
        html = answer.get_body(("html",))
        assert html is not None
        for part in (words(answer), html.get_content(), *map(str, answer.values())):
            for theirs in ("viagra", "kalk", "schmidt"):
                assert theirs not in part.lower()


def test_c23_a_letter_that_wants_an_address_confirmed_is_answered_to_nobody(bench: Bench):
    bench.arrives(
        "Confirm: https://dienst.example/c?t=1", From="Dienst <no-reply@dienst.example>", Subject="Confirm your address"
    )

    assert (bench.tickets(), bench.slot.taken) == ((), [])


# --- our own ids


def test_a_mail_of_our_own_that_a_list_sends_back_is_known_by_its_id_whatever_else_was_changed(bench: Bench):
    _, for_staff = signal(bench)
    bench.arrives("Hallo Anna, ist eingerichtet.", From=STAFF, **answering(for_staff))
    for_anna = bench.slot.to(ADDRESS)[-1]
    before = len(bench.slot.taken)

    bench.arrives(words(for_anna), From="OV Kalk <liste@listen.example>", Message_ID=str(for_anna["Message-ID"]))

    assert bench.ends()[-1] == (End.IGNORED, COME_BACK)
    assert len(bench.slot.taken) == before


def test_trap_8_what_marks_our_mails_as_automatic_stands_on_the_wire(bench: Bench):
    """One of the peers wrote the name of the field with its colon, and nobody saw it."""
    signal(bench)
    with bench.office.database.read() as connection:
        wires = [outbound.raw_of(connection, mail.id).partition(b"\r\n\r\n")[0] + b"\r\n" for mail in bench.outbox()]

    for wire, submitted in zip(wires, (b"auto-replied", b"auto-generated"), strict=True):
        assert b"\r\nAuto-Submitted: " + submitted + b"\r\n" in wire
        assert b"\r\nX-Auto-Response-Suppress: All\r\n" in wire
        assert b"\r\nPrecedence:" not in wire


# --- lost databases, changed keys


def lost_and_begun_again(home: Path, mail_of: str) -> tuple[EmailMessage, EmailMessage]:
    """Two mails of a bot whose database is lost thereafter: to a member and to staff."""
    with bench_in(home, secret=SecretStr(OLD)) as before:
        before.arrives(COMPLETE, From=mail_of, Subject="Signal-Gruppe")
        mails = before.slot.to("paul@posteo.example")[-1], before.slot.to(STAFF)[-1]
    for file in home.glob("mailbot.db*"):
        file.unlink()
    return mails


def test_after_a_lost_database_an_old_mail_does_not_reach_the_new_ticket_of_the_same_number(tmp_path: Path):
    for_paul, _ = lost_and_begun_again(tmp_path, "Paul <paul@posteo.example>")
    with bench_in(tmp_path, secret=SecretStr(OLD)) as bench:
        bench.arrives(COMPLETE, Subject="Signal")
        before = untouched(bench)

        bench.arrives("Wie ist der Stand?", From="Paul <paul@posteo.example>", **answering(for_paul))

        assert untouched(bench) == before
        assert len(bench.tickets()) == 2
        (answer,) = bench.slot.to("paul@posteo.example")
        for annas in ("Anna", "Schmidt", ADDRESS):
            assert annas not in words(answer)


@pytest.mark.parametrize("proven", [{}, proof()], ids=["by the mail it answers", "by our mail server too"])
def test_after_a_lost_database_an_old_order_does_not_move_the_new_ticket_of_the_same_number(
    tmp_path: Path, proven: dict[str, str]
):
    _, for_staff = lost_and_begun_again(tmp_path, "Paul <paul@posteo.example>")
    with bench_in(tmp_path, secret=SecretStr(OLD)) as bench:
        bench.arrives(COMPLETE, Subject="Signal")
        before = untouched(bench)

        bench.arrives("#erledigt\n\nHallo Paul, fertig.", From=STAFF, **answering(for_staff), **proven)

        assert untouched(bench) == before
        assert {recipient for recipient, _ in bench.slot.taken} == {ADDRESS, STAFF}


def test_after_a_lost_database_staff_are_told_that_a_number_means_another_ticket_now(tmp_path: Path):
    for_paul, _ = lost_and_begun_again(tmp_path, "Paul <paul@posteo.example>")
    with bench_in(tmp_path, secret=SecretStr(OLD)) as bench:
        bench.arrives(COMPLETE, Subject="Signal")

        bench.arrives(COMPLETE.replace("Kalk", "Nippes"), From="Paul <paul@posteo.example>", **answering(for_paul))

        assert "Antwortet auf eine Mail zu KV-1001, die in dieser Datenbank fehlt." in " ".join(
            words(bench.slot.to(STAFF)[-1]).split()
        )


@contextmanager
def started_again(home: Path, **settings: object) -> Iterator[Bench]:
    """A bot with the same database; its mailbox counts anew, for it is empty."""
    with bench_in(home, **settings) as bench:
        bench.support.uidvalidity += 1
        yield bench


def after_a_change(home: Path, **settings: object) -> State:
    """How the ticket stands after an order that answers a mail of the old key, under these settings."""
    with bench_in(home, secret=SecretStr(OLD)) as before:
        _, for_staff = signal(before)
    with started_again(home, **settings) as after:
        after.arrives("#erledigt", From=STAFF, **answering(for_staff))
        return after.tickets()[0].state


def test_after_a_change_of_the_key_mails_of_the_old_one_still_count(tmp_path: Path):
    assert after_a_change(tmp_path, secret=SecretStr(NEW), secret_old=(SecretStr(OLD),)) is State.CLOSED


def test_without_the_old_key_its_mails_prove_nothing(tmp_path: Path):
    assert after_a_change(tmp_path, secret=SecretStr(NEW)) is State.OPEN


def test_new_mails_are_signed_by_the_new_key_alone(tmp_path: Path):
    with bench_in(tmp_path, secret=SecretStr(NEW), secret_old=(SecretStr(OLD),)) as between:
        _, for_staff = signal(between)
    with started_again(tmp_path, secret=SecretStr(NEW)) as after:
        after.arrives("#erledigt", From=STAFF, **answering(for_staff))

        assert after.tickets()[0].state is State.CLOSED


def test_a_key_that_was_created_becomes_an_old_one_and_a_new_one_is_created(tmp_path: Path):
    """As docs/operating.md tells it."""
    kept = tmp_path / "mailbot.db.secret"
    with bench_in(tmp_path) as before:
        _, for_staff = signal(before)
    old = kept.read_text(encoding="ascii").strip()
    kept.unlink()

    with started_again(tmp_path, secret_old=(SecretStr(old),)) as after:
        after.arrives("#erledigt", From=STAFF, **answering(for_staff))

        assert after.tickets()[0].state is State.CLOSED
    assert kept.read_text(encoding="ascii").strip() != old
