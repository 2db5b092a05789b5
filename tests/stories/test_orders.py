"""What staff order from their mail program, on Dovecot and Postfix."""

from __future__ import annotations

from email.message import EmailMessage

from mailbot.store import inbound
from mailbot.tickets.blocks import flat
from mailbot.tickets.ticket import State, Ticket
from tests.association import Association, words

PROOF = ("Authentication-Results", "mx.die-linke-koeln.de; dmarc=pass header.from=verein.example")
SIGNAL = "Hallo,\n\nder OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Anna Schmidt, {}.\n\nViele Grüße\nAnna Schmidt\n"


class Desk:
    """Kim in front of a mail program."""

    def __init__(self, club: Association) -> None:
        self.club = club

    def answers(self, *lines: str) -> str:
        """A reply to the newest mail; gives what the bot says to it."""
        mails = self.club.mails(self.club.staff)
        self.club.reply(mails[-1], self.club.staff, "\n".join(lines))
        return self._told(len(mails))

    def writes(self, *lines: str) -> str:
        """A mail that answers none; the mail server vouches for Kim."""
        mails = self.club.mails(self.club.staff)
        self.club.write(self.club.staff, self.club.support, "Bitte", "\n".join(lines), headers=(PROOF,))
        return self._told(len(mails))

    def _told(self, before: int) -> str:
        self.club.run()
        return flat(words(self.club.newest(self.club.staff, before + 1)))


def asks_for_signal(club: Association, name: str = "anna") -> tuple[str, EmailMessage]:
    """Somebody's complete request; gives the address and the confirmation."""
    address = club.station.address(name)
    club.write(f"Anna Schmidt <{address}>", club.support, "Signal für den OV Kalk", SIGNAL.format(address))
    club.run()
    return address, club.newest(address, 1)


def only(club: Association) -> Ticket:
    (ticket,) = club.tickets()
    return ticket


def test_staff_steer_a_request_without_leaving_their_mail_program(club: Association):
    anna, _ = asks_for_signal(club)
    kim = Desk(club)

    # It is put off, and turns out to be about something else.
    assert "wartet bis" in kim.answers("#Warten 3 Tage: Eva weiß mehr")
    assert only(club).waits_until is not None
    assert "Das Mitglied wird gefragt nach:" in kim.answers("#nehme ich", "#dienst website")
    assert (only(club).state, only(club).assignee, only(club).waits_until) == (State.ASKING, "technik", None)

    # Anna fills in what the website needs besides, and is not asked for what she has said before.
    question = club.newest(anna, 2)
    assert "Name der Gruppe:" not in words(question)
    club.reply(question, f"Anna Schmidt <{anna}>", f"Verantwortlich ist Mehmet Yılmaz, {anna}.")
    club.run()
    assert only(club).state is State.OPEN

    # A line that makes no sense stops everything; then the group is put right, and the office goes on.
    assert "meintest du #erledigt?" in kim.answers("#erledgt", "#weiter buero")
    assert (only(club).state, only(club).mailbox) == (State.OPEN, "support")
    assert "OV Nippes" in kim.answers("#setze Gruppe: OV Nippes", "#weiter buero", "#zurückstellen Der Server zieht um.")
    assert only(club).request.fields["group"] == "OV Nippes"
    waiting = club.newest(anna, 4)
    assert "Der Server zieht um." in flat(words(waiting))
    assert waiting["From"].addresses[0].addr_spec == club.buero
    kim.answers("#freigeben", "#erledigt")
    assert only(club).state is State.CLOSED
    club.newest(anna, 5)


def test_an_answer_is_taken_back_before_it_leaves(club: Association):
    rules = club.settings.rules
    rules.write_text(rules.read_text(encoding="utf-8").replace("send_delay: 0", "send_delay: 1 hour"), encoding="utf-8")
    anna, _ = asks_for_signal(club)
    kim = Desk(club)

    assert "hält #undo die Mail noch auf" in kim.answers("#erledigt", "", "Hallo Anna, alles ist fertig.")
    told = kim.answers("#undo")

    assert f"geht nicht mehr hinaus: die Mail an {anna}" in told
    assert only(club).state is State.OPEN
    club.run()
    assert len(club.mails(anna)) == 1


def test_two_requests_for_the_same_become_one(club: Association):
    anna, confirmation = asks_for_signal(club)
    asks_for_signal(club, "paul")
    kim = Desk(club)

    told = kim.writes("#zusammen KV-1001 KV-1002", "#an KV-1002 technik")
    assert "Antworten auf KV-1001 kommen jetzt bei KV-1002 an." in told

    club.reply(confirmation, f"Anna Schmidt <{anna}>", "Doch lieber für den OV Nippes, nicht Kalk.")
    club.run()
    merged, target = club.tickets()
    assert (merged.state, merged.merged_into) == (State.CLOSED, "KV-1002")
    assert (target.request.fields["group"], target.assignee) == ("OV Nippes", "technik")

    # Anna has written since, so the merge stays.
    assert "seitdem hat sich an KV-1002 etwas geändert" in kim.writes("#undo KV-1001")
    assert club.tickets()[0].merged_into == "KV-1002"


def test_a_whole_service_waits_and_goes_on_by_a_mail_that_is_about_no_ticket(club: Association):
    anna, _ = asks_for_signal(club)
    kim = Desk(club)

    assert "Vorgänge, die jetzt warten: 1" in kim.writes("#zurückstellen signal: Signal wird gewartet.")
    assert only(club).state is State.ON_HOLD
    assert "Signal wird gewartet." in flat(words(club.newest(anna, 2)))

    kim.writes("#freigeben signal")
    assert only(club).state is State.OPEN
    club.newest(anna, 3)
    assert club.books() == {"support": {inbound.State.TICKET: 1, inbound.State.STAFF: 2}}
