"""Somebody of the staff gets a member's mail at their own address, and passes it on to the bot."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from mailbot.mail.message import Address
from mailbot.store import inbound
from mailbot.tickets.ticket import State
from tests.association import Association, words
from tests.forwards import PROGRAMS

REQUEST = "Hallo Kim,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\nViele Grüße\nAnna"


def proven(address: str) -> tuple[tuple[str, str], ...]:
    """What our own mail server writes about a sender who is who they say."""
    return (("Authentication-Results", f"mx.die-linke-koeln.de; dmarc=pass header.from={address.partition('@')[2]}"),)


def test_a_forwarded_mail_is_answered_after_a_yes(club: Association):
    anna = club.station.address("anna")
    _, thunderbird = PROGRAMS["Thunderbird"]
    passed_on = thunderbird(Address(name="Anna Schmidt", email=anna), "Nextcloud für Kalk", REQUEST)

    # Kim passes it on, takes it, and tells the others what Anna said on the phone.
    club.write(
        f"Kim <{club.staff}>",
        club.support,
        "Fwd: Nextcloud für Kalk",
        f"#nehme ich\n\nAnna hat auch schon angerufen.\n\n{passed_on}",
        headers=proven(club.staff),
    )
    club.run()

    (ticket,) = club.tickets()
    assert (ticket.requester, ticket.subject, ticket.state) == (
        Address(name="Anna Schmidt", email=anna),
        "Nextcloud für Kalk",
        State.TRIAGE,
    )
    assert "Anna hat auch schon angerufen." in [event.text for event in club.history(ticket.key)]
    asked = club.newest(club.staff, 1)
    assert anna in words(asked)
    assert club.mails(anna) == []

    # Kim says yes with the prepared mail's word, and Anna is asked for what is missing.
    club.reply(asked, club.staff, "#ja")
    club.run()

    question = club.newest(anna, 1)
    assert "Gruppenadmins (1–3):" in words(question)
    assert "angerufen" not in question.as_string()
    assert [each.state for each in club.tickets()] == [State.ASKING]

    # From then on Anna is a member like every other.
    club.reply(question, f"Anna Schmidt <{anna}>", f"Anna Schmidt, {anna}. Admin bin ich.")
    club.run()

    (complete,) = club.tickets()
    assert complete.request.missing == ()
    assert club.books() == {"support": {inbound.State.STAFF: 2, inbound.State.TICKET: 1}}


def test_an_attached_mail_is_declined_and_its_author_never_hears_of_it(club: Association):
    anna = club.station.address("anna")
    original = EmailMessage(policy=SMTP)
    original["From"], original["To"], original["Subject"] = f"Anna Schmidt <{anna}>", club.staff, "Nextcloud für Kalk"
    original["Message-ID"] = "<to-kim-alone@posteo.example>"
    original.set_content(REQUEST)
    forward = EmailMessage(policy=SMTP)
    for name, value in (
        ("From", club.staff),
        ("To", club.support),
        ("Subject", "WG: Nextcloud für Kalk"),
        ("Message-ID", "<forward@posteo.example>"),
        *proven(club.staff),
    ):
        forward[name] = value
    forward.set_content("")
    forward.add_attachment(original)
    club.station.put(forward.as_bytes(), club.support)
    club.run()
    asked = club.newest(club.staff, 1)

    club.reply(asked, club.staff, "#nein")
    club.run()
    club.reply(club.newest(club.staff, 2), club.staff, "#erledigt")
    club.run()

    (ticket,) = club.tickets()
    assert (ticket.requester.email, ticket.state) == (anna, State.CLOSED)
    assert club.mails(anna) == []
