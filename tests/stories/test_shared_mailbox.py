"""The shared mailbox as people use it today: they answer from it themselves."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid

import pytest

from mailbot.mail.imap import open_folder
from mailbot.store import inbound
from mailbot.tickets.ticket import State
from tests.association import Association, words
from tests.servers.dovecot import Dovecot
from tests.servers.station import parsed

ASKS = "Hallo, der OV Kalk möchte die Nextcloud nutzen. Gruß, Anna"


def send_by_hand(club: Association, answered: EmailMessage, to: str, text: str, *, folder: str = "Sent") -> EmailMessage:
    """As a mail program does: to the member by SMTP, and a copy into Sent."""
    mail = club.write(f"Support <{club.support}>", to, f"Re: {answered['Subject']}", f"{text}\n\n> quoted\n", answers=answered)
    club.station.put(mail.as_bytes(), club.support, folder)
    return mail


def draft_mode(club: Association, **settings: str) -> None:
    """As staff write it into rules.yaml."""
    path = club.settings.rules
    lines = "".join(f"{key}: {value}\n" for key, value in settings.items())
    path.write_text(lines + path.read_text(encoding="utf-8"), encoding="utf-8")


def send_draft(club: Association, *, keeps_id: bool = False) -> EmailMessage:
    """A person opens the newest draft in a mail program and sends it: out of Drafts, to the member, and into Sent."""
    with club.station.imap.seen_by_people(club.support) as program:
        program.select_folder(program.find_special_folder(rb"\Drafts"))
        (*_, newest) = program.search("DRAFT SEEN")
        raw = program.fetch([newest], ["BODY.PEEK[]"])[newest][b"BODY[]"]
        program.delete_messages([newest])
        program.expunge([newest])
    mail = parsed(raw)
    if not keeps_id:
        del mail["Message-ID"]
        mail["Message-ID"] = make_msgid()
    to = mail["To"].addresses[0].addr_spec
    club.station.send(mail.as_bytes(), to, club.support)
    club.station.put(mail.as_bytes(), club.support, "Sent")
    return mail


def mail_of(sender: str, to: str, text: str, *, answers: str = "") -> bytes:
    """Just the bytes."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Nextcloud"
    mail["Message-ID"] = make_msgid()
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content(text)
    return mail.as_bytes()


def id_of(raw: bytes) -> str:
    return str(parsed(raw)["Message-ID"])


def test_what_staff_answer_from_support_themselves_is_found_and_ends_the_asking(club: Association):
    anna = club.station.address("anna")
    asked = club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)
    club.run()
    club.newest(anna, 1)

    # Somebody looks into the mailbox and simply answers.
    by_hand = send_by_hand(club, asked, anna, "Hallo Anna,\n\nkomm doch morgen vorbei.")
    club.run()

    (ticket,) = club.tickets()
    assert ticket.state is State.OPEN
    told = club.newest(club.staff, 1)
    assert "komm doch morgen vorbei." in words(told)
    assert "> quoted" not in words(told)
    assert [event.text for event in club.history("KV-1001") if event.kind == "answered"] == [
        "Hallo Anna,\n\nkomm doch morgen vorbei."
    ]

    # Her reply finds the ticket, and the bot keeps out of it.
    club.reply(by_hand, f"Anna Schmidt <{anna}>", "Ja, gern. Admin soll Mehmet sein.")
    club.run()

    assert len(club.tickets()) == 1
    assert "Ja, gern." in words(club.newest(club.staff, 2))
    assert len(club.mails(anna)) == 2
    assert club.books() == {"support": {inbound.State.TICKET: 2}}


def test_who_was_answered_by_a_person_before_the_bot_looks_is_not_asked(club: Association):
    anna = club.station.address("anna")
    asked = club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)
    send_by_hand(club, asked, anna, "Ich rufe dich an.")

    club.run()

    (ticket,) = club.tickets()
    assert ticket.state is State.OPEN
    assert [words(mail).splitlines()[0] for mail in club.mails(anna)] == ["Ich rufe dich an."]


def test_mails_of_staff_that_are_about_no_ticket_are_not_stored(club: Association):
    anna, landlord = club.station.address("anna"), club.station.address("vermieterin")
    asked = club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)
    club.run()

    send_by_hand(club, asked, landlord, "Was kostet der Raum?")
    send_by_hand(club, asked, club.staff, "Machst du das?")
    club.run()

    assert [ticket.state for ticket in club.tickets()] == [State.ASKING]
    assert club.books() == {"support": {inbound.State.TICKET: 1}}
    assert "Was kostet der Raum?" not in str(club.history("KV-1001"))


@pytest.mark.parametrize("folder", ["Sent", "Gesendet"])
def test_a_server_without_special_uses_has_a_usual_name(club: Association, plain_dovecot: Dovecot, folder: str):
    anna = club.station.address("anna")
    for id, address in (("support", club.support), ("buero", club.buero)):
        club.settings.imap[id] = plain_dovecot.login(address)  # type: ignore[index]
    with open_folder(plain_dovecot.login(club.support), "INBOX") as inbox:
        inbox.append("INBOX", first := mail_of(anna, club.support, ASKS))
        inbox.append(folder, mail_of(club.support, anna, "Ich rufe dich an.", answers=id_of(first)))

    club.run()

    (ticket,) = club.tickets()
    assert ticket.state is State.OPEN
    assert club.mails(anna) == []
    assert len(club.mails(club.staff)) == 1


def test_a_draft_is_sent_by_a_person_and_found(club: Association):
    draft_mode(club, replies="draft")
    anna = club.station.address("anna")
    club.write(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", ASKS)
    club.run()

    # Nothing has left but the word to staff that a draft lies there.
    told = club.newest(club.staff, 1)
    assert "Entwurf: Frage an Anna Schmidt" in told["Subject"]
    assert club.mails(anna) == []

    # A person sends it, and the answer to it comes back into the conversation.
    question = send_draft(club)
    club.run()
    club.reply(question, f"Anna Schmidt <{anna}>", "Nutzer*innen: Anna Schmidt, anna.schmidt@posteo.example")
    club.run()

    assert [ticket.state for ticket in club.tickets()] == [State.ASKING]
    assert "unverändert" in " ".join(event.text for event in club.history("KV-1001") if event.kind == "sent")
    assert "Entwurf: Frage an Anna Schmidt" in club.newest(club.staff, 2)["Subject"]
    assert len(club.mails(anna)) == 1


def test_a_service_whose_drafts_were_sent_unchanged_five_times_is_trusted(club: Association):
    draft_mode(club, replies="draft", trusted_after="5")
    members = [club.station.address(f"anna{number}") for number in range(6)]
    for member in members[:5]:
        club.write(f"Anna Schmidt <{member}>", club.support, "Nextcloud", ASKS)
    club.run()
    for _ in range(5):
        send_draft(club, keeps_id=True)
    club.run()

    club.write(f"Anna Schmidt <{members[5]}>", club.support, "Nextcloud", ASKS)
    club.run()

    assert "es fehlen noch folgende Angaben:" in words(club.newest(members[5], 1))
    assert [str(mail["Subject"]) for mail in club.mails(club.staff) if "von selbst" in str(mail["Subject"])] == [
        "Nextcloud: Antworten gehen jetzt von selbst hinaus"
    ]


def test_without_special_uses_drafts_lie_where_programs_look_for_them(club: Association, plain_dovecot: Dovecot):
    draft_mode(club, replies="draft")
    anna = club.station.address("anna")
    for id, address in (("support", club.support), ("buero", club.buero)):
        club.settings.imap[id] = plain_dovecot.login(address)
    with open_folder(plain_dovecot.login(club.support), "INBOX") as inbox:
        inbox.append("Entwürfe", mail_of(club.support, anna, "Noch nicht fertig."))
        inbox.append("INBOX", mail_of(anna, club.support, ASKS))

    club.run()
    club.run()

    with open_folder(plain_dovecot.login(club.support), "INBOX") as inbox, inbox.beside("Entwürfe") as drafts:
        subjects = [str(parsed(mail.raw)["Subject"]) for mail in drafts.fetch(drafts.uids())]
    assert subjects[0] == "Nextcloud"
    assert ["[KV-1001]" in subject for subject in subjects] == [False, True]
