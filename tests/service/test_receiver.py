"""From a folder to rows."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from mailbot.errors import MailboxError
from mailbot.mail.imap import Arrived
from mailbot.service.bot import run_once
from mailbot.service.health import examine
from mailbot.service.receiver import Since, hand_over, receive
from mailbot.service.worker import work
from mailbot.store import inbound, places
from mailbot.store.inbound import State
from mailbot.store.tables import inbound as mails
from tests.service.bench import MONDAY, Bench, Shelf, eml, from_another


def states(bench: Bench) -> list[State]:
    return [state for state, _ in bench.ends()]


def test_on_first_contact_old_mails_are_recorded_and_left_alone(bench: Bench):
    bench.mail(eml(), received=MONDAY - timedelta(days=2))
    bench.mail(eml(), received=MONDAY - timedelta(hours=2))

    bench.run()

    assert states(bench) == [State.BEFORE_FIRST_RUN, State.TICKET]
    assert len(bench.slot.taken) == 1


def test_old_mails_that_turn_up_later_are_left_alone_too(bench: Bench):
    bench.run()
    bench.mail(eml(), received=MONDAY - timedelta(days=900))

    bench.run()

    assert states(bench) == [State.BEFORE_FIRST_RUN]


@pytest.mark.parametrize("already_met", [False, True])
@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (Since(moment=None), [State.TICKET, State.TICKET]),
        (Since(moment=MONDAY - timedelta(days=10)), [State.BEFORE_FIRST_RUN, State.TICKET]),
    ],
)
def test_since_says_from_when_on_mails_count(bench: Bench, already_met: bool, since: Since, expected: list[State]):
    bench.mail(eml(), received=MONDAY - timedelta(days=30))
    bench.mail(eml(), received=MONDAY - timedelta(days=5))
    if already_met:
        bench.run()

    bench.run(since=since)

    assert states(bench) == expected


def test_looking_again_changes_nothing(bench: Bench):
    bench.mail(eml())

    for _ in range(3):
        bench.run()

    assert len(bench.rows()) == len(bench.tickets()) == 1


def test_when_the_server_numbers_anew_mails_are_recognised_and_only_new_ones_are_new(bench: Bench):
    for _ in range(3):
        bench.mail(from_another())
    bench.run()
    sent = len(bench.slot.taken)
    bench.support.renumber(8)
    new = bench.mail(from_another())

    bench.run()

    assert len(bench.rows()) == len(bench.tickets()) == 4
    assert len(bench.slot.taken) == sent + 1
    with bench.office.database.read() as connection:
        known = places.known_uids(connection, range(1, 40), mailbox="support", folder="INBOX", uidvalidity=8)
    assert known == {31, 32, 33, new}


@pytest.mark.parametrize("noticed_before", [True, False])
def test_a_server_that_gives_its_numbers_again_loses_no_mail_and_doubles_none(bench: Bench, noticed_before: bool):
    for _ in range(3):
        bench.mail(from_another())
    bench.run()
    sent = len(bench.slot.taken)
    bench.support.restore([1, 2])
    if noticed_before:
        bench.run()
    assert bench.mail(from_another()) == 3

    bench.run()
    bench.run()

    assert len(bench.rows()) == len(bench.tickets()) == 4
    assert len(bench.slot.taken) == sent + 1
    assert examine(bench.office).wrong == ()


def test_what_people_move_away_and_back_is_answered_once(bench: Bench):
    uid = bench.mail(eml())
    bench.run()
    bench.mail(bench.support.mails.pop(uid).raw)

    bench.run()

    assert bench.ends() == [(State.TICKET, None), (State.IGNORED, "the same mail as 1 in support")]
    assert len(bench.slot.taken) == 1


def test_what_was_cut_off_halfway_is_done_again(bench: Bench):
    class Breaking(Shelf):
        def fetch(self, uids):  # type: ignore[no-untyped-def]
            yield self.mails[uids[0]]
            raise MailboxError("the server closed the connection", again=True)

    for _ in range(3):
        bench.mail(from_another())
    broken = Breaking(mails=bench.support.mails)
    box = bench.office.catalogue.mailbox("support")
    with pytest.raises(MailboxError):
        receive(bench.office, box, broken)  # type: ignore[arg-type]

    bench.run()

    assert len(bench.rows()) == len(bench.tickets()) == 3


def test_mails_that_vanish_before_they_are_fetched_are_not_waited_for(bench: Bench):
    bench.mail(eml())
    bench.support.mails[5] = Arrived(uid=5, received=MONDAY, raw=eml())
    listed = bench.support.uids()
    del bench.support.mails[5]
    bench.support.uids = lambda after=0: [uid for uid in listed if uid > after]  # type: ignore[method-assign]

    bench.run()

    assert states(bench) == [State.TICKET]


def test_one_mail_to_both_inboxes_is_one_ticket(bench: Bench):
    raw = eml()
    bench.mail(raw)
    bench.mail(b"Delivered-To: buero\r\n" + raw, to=bench.buero)

    bench.run()

    assert bench.ends() == [(State.TICKET, None), (State.IGNORED, "the same mail as 1 in support")]
    assert len(bench.tickets()) == 1


def test_a_new_copy_of_a_mail_from_before_the_first_run_is_answered_and_the_old_one_is_its_copy_then(bench: Bench):
    raw = eml()
    bench.mail(raw, received=MONDAY - timedelta(days=30))
    bench.run()
    bench.mail(raw)

    bench.run()
    assert states(bench) == [State.BEFORE_FIRST_RUN, State.TICKET]

    bench.run(since=Since(moment=None))
    assert bench.ends() == [(State.IGNORED, "the same mail as 2 in support"), (State.TICKET, None)]
    assert len(bench.tickets()) == 1


@pytest.mark.usefixtures("unrehearsed")
def test_with_after_move_what_is_done_is_moved_and_what_a_person_must_read_stays(bench: Bench):
    rules = bench.office.settings.rules
    text = rules.read_text(encoding="utf-8")
    rules.write_text(
        text.replace("name: Support Die Linke Köln", "name: Support Die Linke Köln\n    after: move"), encoding="utf-8"
    )
    bench.mail(eml())
    bench.mail(eml("Ich bin nicht da.", Auto_Submitted="auto-replied"))
    bench.mail(eml("Guten Tag, bitte löschen Sie alle meine Daten nach Art. 17 DSGVO.", Subject="Datenschutz"))

    bench.run()
    bench.run()

    assert bench.support.moved == {"Mailbot/Done": [1], "Mailbot/Ignored": [2]}
    assert list(bench.support.mails) == [3]


def test_a_mailbox_that_cannot_be_reached_costs_only_itself(bench: Bench):
    def broken(login, folder, **_):  # type: ignore[no-untyped-def]
        if login.user == "buero":
            raise MailboxError("buero at 127.0.0.1:143: user or password is wrong", again=False)
        return open_folder(login, folder)

    open_folder = bench.office.open_folder
    object.__setattr__(bench.office, "open_folder", broken)
    bench.mail(eml())

    with pytest.raises(MailboxError, match="user or password is wrong"):
        run_once(bench.office)

    assert states(bench) == [State.TICKET]
    assert len(bench.slot.taken) == 1


def test_a_mail_whose_name_the_server_reads_otherwise_does_not_make_the_folder_look_numbered_anew(bench: Bench):
    bench.mail(
        b"From: anna@posteo.example\nSubject: a\rMessage-ID: <1@posteo.example>\nMessage-ID: <2@posteo.example>\n\nHallo\n"
    )

    with capture_logs() as logged:
        for _ in range(3):
            bench.run()

    assert not [line for line in logged if line["log_level"] == "warning"]
    assert len(bench.rows()) == 1


COMMENTED = "1@posteo.example> (added by postmaster@posteo.example)"
"""As versions up to 0.1 have kept the Message-ID of a mail whose server has added a comment to it."""


def test_an_answer_to_a_mail_whose_message_id_has_a_comment_finds_its_ticket(bench: Bench):
    bench.mail(commented())
    bench.run()

    bench.arrives("Admin bin ich.", In_Reply_To="<1@posteo.example>", Subject="Re: Nextcloud")

    assert states(bench) == [State.TICKET] * 2
    assert len(bench.tickets()) == 1


def commented() -> bytes:
    return eml(Message_ID="<1@posteo.example>").replace(b"<1@posteo.example>", f"<{COMMENTED}".encode())


@pytest.mark.parametrize("kept", [COMMENTED, inbound.veiled(COMMENTED)], ids=["plain", "forgotten"])
@pytest.mark.parametrize("numbered_anew", [True, False])
def test_a_mail_that_an_older_version_has_called_otherwise_is_known_again(quick_bench: Bench, kept: str, numbered_anew: bool):
    quick_bench.mail(commented())
    quick_bench.run()
    with quick_bench.office.database.write() as connection:
        connection.execute(update(mails).values(message_id=kept))
    if numbered_anew:
        quick_bench.support.renumber(8)

    with capture_logs() as logged:
        for _ in range(3):
            quick_bench.run()

    assert len([line for line in logged if line["log_level"] == "warning"]) == numbered_anew
    assert len(quick_bench.rows()) == len(quick_bench.slot.taken) == 1


def test_mails_without_a_name_do_not_make_the_folder_look_numbered_anew(bench: Bench):
    bench.mail(eml(Message_ID=""))
    bench.mail(b"From: anna@posteo.example\nno header\nMessage-ID: <late@posteo.example>\n\nHallo\n")

    with capture_logs() as logged:
        for _ in range(3):
            bench.run()

    assert not [line for line in logged if line["log_level"] == "warning"]
    assert len(bench.rows()) == 2


def test_nobody_works_on_old_mails_before_sent_was_looked_into(quick_bench: Bench):
    """They were called back by `--since`, and a person may have answered them."""
    office, box = quick_bench.office, quick_bench.office.catalogue.mailbox("support")
    quick_bench.mail(eml(), received=MONDAY - timedelta(days=5))
    quick_bench.run()

    receive(office, box, quick_bench.support, since=Since(moment=None))  # type: ignore[arg-type]
    assert not work(office)

    hand_over(office, box)
    assert work(office)
    assert [state for state, _ in quick_bench.ends()] == [State.TICKET]
