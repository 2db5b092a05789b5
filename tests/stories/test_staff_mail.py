"""What staff get with a ticket, and what becomes of what they answer, on Dovecot and Postfix."""

from __future__ import annotations

from base64 import b64decode
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser

from mailbot.tickets.ticket import State
from tests.association import Association, words
from tests.servers.station import parsed

LIST = "Vorname;Name;E-Mail\nAnna;Schmidt;anna.schmidt@posteo.example\nMehmet;Yılmaz;mehmet@posteo.example\n"
WISH = "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen, die Liste hängt an. Admin soll Mehmet sein.\n\nViele Grüße\nAnna\n"
INDEX = "AQHWLRNo4NaOjvXU8EODe0ZotrA8Bw=="


@pytest.fixture
def club(club: Association) -> Association:
    """A club whose Nextcloud is not on hold, with an address for notes."""
    rules = club.settings.rules
    text = rules.read_text(encoding="utf-8")
    for old, new in (
        ("    on_hold:\n", "    # on_hold:\n"),
        ("      de: Wegen", "    # "),
        ("      en: Because", "    # "),
        (f"address: {club.support}\n", f"address: {club.support}\n    notes: {notes_of(club)}\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    rules.write_text(text, encoding="utf-8")
    return club


def notes_of(club: Association) -> str:
    return club.support.replace("@", "+notiz@")


def hand_in(club: Association, mail: EmailMessage, to: str) -> None:
    """To an address of the support's mailbox, however it is called."""
    before = len(club.station.inbox(club.support))
    club.station.send(mail.as_bytes(), to, str(mail["From"].addresses[0].addr_spec))
    club.station.wait_for_mails(club.support, before + 1)


def written(sender: str, to: str, subject: str, text: str, **headers: str) -> EmailMessage:
    # Ids are longer than a line: no mail program would fold them, as the library does.
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"], mail["Date"] = f"<{abs(hash(text))}@posteo.example>", "Mon, 02 Mar 2026 10:00:00 +0100"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def test_staff_get_ready_made_work_make_a_note_and_answer_in_outlooks_conversation(club: Association):
    anna = club.station.address("anna")
    wish = written(f"Anna Schmidt <{anna}>", club.support, "Nextcloud", WISH, Thread_Topic="Nextcloud", Thread_Index=INDEX)
    wish.add_attachment(LIST.encode(), maintype="text", subtype="csv", filename="Liste für euch.csv")
    hand_in(club, wish, club.support)
    club.run()

    # All that is to be typed stands in the mail; the table hangs on it, beside what Anna sent.
    (ticket,) = club.tickets()
    assert (ticket.state, ticket.request.missing) == (State.OPEN, ())
    for_staff = club.newest(club.staff, 1)
    files = {str(part.get_filename()): part.get_payload(decode=True) for part in for_staff.iter_attachments()}
    assert set(files) == {"KV-1001-nextcloud.csv", "Liste für euch.csv"}
    assert files["Liste für euch.csv"] == LIST.encode()
    typed = words(for_staff).splitlines()
    assert "konto mehmet.yilmaz 'Mehmet Yılmaz' mehmet@posteo.example && gruppenadmin mehmet.yilmaz" in typed
    html = for_staff.get_body(("html",))
    assert html is not None
    links = [link.attributes["href"] for link in LexborHTMLParser(html.get_content()).css(".button a")]
    assert f"mailto:{notes_of(club)}?subject=Re: [KV-1001]" in [unquote(str(link)) for link in links]

    # A note, to the address for notes: nothing goes to Anna.
    answers = len(club.mails(anna))
    replied = {"In_Reply_To": str(for_staff["Message-ID"])}
    hand_in(club, written(club.staff, notes_of(club), "Re: [KV-1001]", "Hallo Anna ruft gern an.", **replied), notes_of(club))
    club.run()

    assert [event.text for event in club.history("KV-1001") if event.kind == "note"] == ["Hallo Anna ruft gern an."]
    assert len(club.mails(anna)) == answers
    assert "nichts davon geht an das Mitglied" in words(club.newest(club.staff, 2))

    # A plain reply goes to her, beside her own mail in Outlook, without what is private to staff.
    private = "\n\nTechnik-Team\nRosenweg 5, 50667 Köln\nTel. 0221 123456"
    club.reply(for_staff, club.staff, f"Hallo Anna,\n\ndie Gruppe ist eingerichtet.{private}")
    club.run()

    answer = club.newest(anna, answers + 1)
    assert "die Gruppe ist eingerichtet." in words(answer)
    assert "Rosenweg" not in answer.as_string()
    assert club.staff not in answer.as_string()
    assert answer["In-Reply-To"] == wish["Message-ID"]
    assert answer["Thread-Topic"] == "Nextcloud"
    grown = b64decode(str(answer["Thread-Index"]))
    assert (grown[:22], len(grown)) == (b64decode(INDEX), 27)
    assert f"geht an Anna Schmidt <{anna}>" in " ".join(words(club.newest(club.staff, 3)).split())
    assert any(copy["Message-ID"] == answer["Message-ID"] for copy in copies(club))


def copies(club: Association) -> list[EmailMessage]:
    """The copies in Sent."""
    return [parsed(raw) for raw in club.station.inbox(club.support, "Sent")]
