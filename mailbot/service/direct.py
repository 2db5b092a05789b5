"""
Mails of the bot that go past the outbox: its canaries, and the word that its database is away.

No limit holds for them, no copy lies in Sent, and none is tried again: they mean something only now. Their Message-IDs are
signed like all others, so that they come back to nobody as a request.
"""

from __future__ import annotations

from mailbot.catalogue import Mailbox
from mailbot.mail.compose import compose, on_the_wire
from mailbot.mail.letter import Letter, Origin
from mailbot.mail.message import Address
from mailbot.mail.thread import Role
from mailbot.service.office import Office
from mailbot.tickets.rendering import Words


def letter_of(office: Office, words: Words, *, key: str, box: Mailbox, to: Address) -> Letter:
    """The words from that mailbox; `key` stands in the Message-ID in place of a ticket's."""
    return Letter(
        message_id=office.new_message_id(key, Role.INTERNAL, to.email),
        sender=Address(name=box.name, email=box.address),
        to=(to,),
        subject=words.subject,
        text=words.text,
        html=words.html,
        origin=Origin.GENERATED,
    )


def send_now(office: Office, letter: Letter) -> None:
    """Hand it to SMTP at once. Raises DeliveryError: it did not leave."""
    raw = compose(letter, date=office.clock())
    with office.open_smtp(office.settings.outgoing()) as session:
        session.send(raw, on_the_wire(letter.sender.email), [on_the_wire(to.email) for to in letter.to])
