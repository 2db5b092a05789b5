"""What a look into a mailbox means, and the look itself on a real server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mailbot.catalogue import Catalogue
from mailbot.checkup.finding import Grade
from mailbot.checkup.mailboxes import Look, look_into, mailbox
from mailbot.login import Login
from tests.builders import NOW, catalogue
from tests.mail.eml import eml
from tests.servers.dovecot import Dovecot

RULES = catalogue()
BOX = RULES.mailboxes[0]
LOGIN = Login(scheme="imaps", host="mail.verein.example", port=993, user="support@verein.example", password="secret")
ALL = frozenset({"IDLE", "MOVE", "UIDPLUS", "SPECIAL-USE"})
LOOK = Look(mails=14, abilities=ALL, sent="Sent", drafts="Drafts", marked=frozenset({"Sent", "Drafts"}), newest=NOW)


def told(look: Look, rules: Catalogue = RULES, box=BOX) -> list[tuple[str, Grade, str]]:  # type: ignore[no-untyped-def]
    return [(each.what.en, each.grade, each.text.en) for each in mailbox(LOGIN, box, look, rules)]


def test_a_mailbox_is_told_with_its_folders_and_abilities():
    assert told(LOOK)[0] == (
        f"imap {BOX.id}",
        Grade.OK,
        "support@verein.example at mail.verein.example: INBOX with 14 mails, IDLE, MOVE, UIDPLUS, SPECIAL-USE; "
        "sent mails in Sent, drafts in Drafts",
    )


def test_folders_that_only_their_names_tell_are_told_so_and_missing_ones_are_made():
    bare = replace(LOOK, sent="Gesendet", drafts=None, marked=frozenset())

    assert "sent mails in Gesendet (by its name), drafts in Drafts (not there yet, is made when needed)" in told(bare)[0][2]


def test_what_the_server_cannot_do_is_a_tip():
    moves = BOX.model_copy(update={"after": "move"})

    tips = [text for _, grade, text in told(replace(LOOK, abilities=frozenset()), box=moves) if grade is Grade.TIP]

    assert "does not tell of new mails by itself (IDLE)" in tips[0]
    assert "'after: leave' is better" in tips[1]


def test_the_server_that_checks_senders_is_to_be_named_in_the_rules():
    checked = replace(LOOK, checked_by=("mx.verein.example",))
    believed = RULES.model_copy(update={"authserv_ids": ("MX.verein.example",)})

    assert "write into rules.yaml 'authserv_ids: [mx.verein.example]'" in told(checked)[-1][2]
    assert told(checked, believed)[-1][1:] == (Grade.OK, "checked by mx.verein.example, as in authserv_ids")
    assert "so no sender counts as proven" in told(LOOK, believed)[-1][2]
    assert told(replace(LOOK, mails=0))[-1][1] is Grade.OK


def test_the_look_reads_and_changes_nothing(dovecot: Dovecot, people, user: str):  # type: ignore[no-untyped-def]
    sender = "Eva <eva@verein.example>"
    checked = ("Authentication-Results: mx.verein.example; dmarc=pass", "Authentication-Results: mx.elsewhere.example; none")
    signed = (
        "DKIM-Signature: v=1; d=verein.example; s=mail2026;\r\n h=from; b=xyz",
        "DKIM-Signature: v=1; d=other.example; s=x; b=y",
    )
    people.append("INBOX", eml("Hallo", sender=sender, headers=(*checked, *signed)))

    look = look_into(dovecot.login(user), BOX)

    assert look.newest is not None
    assert replace(look, newest=None, abilities=ALL) == Look(
        mails=1,
        abilities=ALL,
        sent="Sent",
        drafts="Drafts",
        marked=frozenset({"Sent", "Drafts"}),
        checked_by=("mx.verein.example",),
        signed=frozenset({("verein.example", "mail2026")}),
    )
    assert look.abilities == ALL
    assert abs(look.newest - NOW) > timedelta(days=1)
    people.select_folder("INBOX")
    assert people.get_flags([1]) == {1: ()}
