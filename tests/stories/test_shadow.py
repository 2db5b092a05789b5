"""A trial in shadow on real servers: the bot reads along, and neither mailbox nor anybody notices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mailbot.store import outbound
from mailbot.tickets.ticket import State
from tests.association import Association, words
from tests.stories.test_shared_mailbox import ASKS, draft_mode, send_by_hand

ALL_OF_A_FOLDER = ["UIDVALIDITY", "UIDNEXT", "MESSAGES", "UNSEEN"]
ALL_OF_A_MAIL = ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"]


@pytest.fixture
def club(club: Association) -> Association:
    """Its bot is in shadow, has nothing to send with, and would move what it has handled."""
    draft_mode(club, mode="shadow")
    rules = club.settings.rules
    rules.write_text(rules.read_text(encoding="utf-8").replace("    name: Support", "    after: move\n    name: Support"))
    return replace(club, settings=club.settings.model_copy(update={"smtp": None}))


def as_it_is(club: Association, address: str) -> dict[str, Any]:
    """All that people can see of a mailbox, to the byte: its folders, their numbers, each mail with its flags and date."""
    found: dict[str, Any] = {}
    with club.station.imap.seen_by_people(address) as program:
        counts_changes = program.has_capability("CONDSTORE")  # RFC 7162
        for _, _, name in program.list_folders():
            program.select_folder(name, readonly=True)
            mails = program.fetch(program.search(), ALL_OF_A_MAIL + ["MODSEQ"] * counts_changes)
            found[name] = program.folder_status(name, ALL_OF_A_FOLDER + ["HIGHESTMODSEQ"] * counts_changes), mails
    return found


def outbox(club: Association) -> list[tuple[outbound.State, str]]:
    with club._database() as database, database.read() as connection:
        return [(mail.state, mail.recipient) for mail in outbound.in_state(connection, *outbound.State)]


def test_after_a_shadow_run_the_mailbox_is_as_it_was_and_no_mail_has_left(club: Association):
    anna, bo = club.station.address("anna"), club.station.address("bo")
    asked = club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)
    club.write(f"Bo Kaya <{bo}>", club.buero, "Datenschutz", "Bitte um Auskunft nach Art. 15 DSGVO.")
    send_by_hand(club, asked, anna, "Ich rufe dich an.")
    before = {address: as_it_is(club, address) for address in (club.support, club.buero)}

    club.run()
    club.run()

    assert {address: as_it_is(club, address) for address in (club.support, club.buero)} == before
    assert [len(club.mails(address)) for address in (anna, bo, club.staff)] == [1, 0, 0]
    assert outbox(club) == [(outbound.State.SHADOW, who) for who in (bo, club.staff, club.staff)]
    assert [ticket.state for ticket in club.tickets()] == [State.OPEN, State.TRIAGE]


def test_then_it_goes_live_and_answers_what_comes_from_then_on(club: Association):
    anna, bo = club.station.address("anna"), club.station.address("bo")
    club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)
    club.run()
    rules = club.settings.rules
    rules.write_text(rules.read_text(encoding="utf-8").replace("mode: shadow", "mode: live"), encoding="utf-8")

    club.write(f"Bo Kaya <{bo}>", club.support, "Nextcloud", ASKS)
    with_a_login = replace(club, settings=club.settings.model_copy(update={"smtp": club.station.postfix.login()}))
    with_a_login.run()

    assert "es fehlen noch folgende Angaben:" in words(club.newest(bo, 1))
    assert club.mails(anna) == club.mails(club.staff) == []
    assert [ticket.state for ticket in club.tickets()] == [State.TRIAGE, State.ASKING]
    assert len(club.station.inbox(club.support)) == 1
    assert len(club.station.inbox(club.support, "Mailbot/Done")) == 1
