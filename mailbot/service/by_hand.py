"""What a person wrote to a member from a shared mailbox, past the bot: it belongs to the ticket and ends the bot's asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailbot.catalogue import Mailbox
from mailbot.mail.fields import recipients_of
from mailbot.mail.message import Mail
from mailbot.mail.read import read
from mailbot.mail.thread import Role, thread_of
from mailbot.service import drafts
from mailbot.service.drafting import Drafting
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.service.rulebook import Rules
from mailbot.service.secrecy import note_shown
from mailbot.service.whereabouts import key_in
from mailbot.store import claims, inbound, merging, outbound, participants, ticket_mails, tickets, verdicts
from mailbot.store.inbound import Inbound, State
from mailbot.tickets.orders.proposals import CONFIRMED
from mailbot.tickets.proposal import awaits_yes
from mailbot.tickets.takeover import WITH_STAFF, taken_over
from mailbot.tickets.ticket import State as TicketState
from mailbot.tickets.ticket import Ticket

TO_ANOTHER = "an {} geschrieben: {}"
NO_WORDS = "(ohne Text)"
INSTEAD = "a person has answered from the mailbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """
    What a mail that a person wrote from a mailbox is about.

    `keys` are the tickets that it goes to a participant of, or to who is asking there though nobody has said yes to them
    yet; `pending`: it answers a mail that is not worked on yet.
    """

    keys: tuple[str, ...] = ()
    pending: bool = False


def concern_of(office: Office, connection: Connection, mail: Mail) -> Concern:
    """
    By what it answers (a mail of a member, or one of ours), then by a key in the subject.

    Only what goes to somebody who takes part in the ticket is about it: staff also write to each other, and to lists.
    """
    recipients = tuple(each for each in recipients_of(mail) if each not in office.catalogue.own_addresses)
    if not recipients:
        return Concern()
    answered = (*mail.in_reply_to, *reversed(mail.references))
    # Its own Message-ID first: it may be a draft of ours.
    for message_id in (mail.message_id, *answered):
        keys = _known_to(connection, _tickets_of(office, connection, message_id), recipients)
        if keys:
            return Concern(keys=keys)
    if _answers_pending(connection, answered, recipients):
        return Concern(pending=True)
    named = key_in(mail.subject, office.catalogue.organisation.ticket_prefix)
    return Concern(keys=_known_to(connection, (named,), recipients) if named else ())


def _tickets_of(office: Office, connection: Connection, message_id: str) -> tuple[str, ...]:
    thread = thread_of(message_id, office.keys)
    if thread is None:
        return ticket_mails.with_mail(connection, message_id)
    # In a database that was lost and begun again the key may stand for somebody else's ticket.
    return (thread.key,) if outbound.ticket_of(connection, message_id) == thread.key else ()


def _known_to(connection: Connection, keys: tuple[str, ...], recipients: tuple[str, ...]) -> tuple[str, ...]:
    """Of a ticket that was merged into another, that one."""
    known = (merging.goes_on_in(connection, key) for key in keys if _knows(connection, key, recipients))
    return tuple(dict.fromkeys(known))


def _knows(connection: Connection, key: str, recipients: tuple[str, ...]) -> bool:
    if participants.takes_part(connection, key, *recipients):
        return True
    is_there = tickets.conversation_of(connection, key) is not None
    return is_there and awaits_yes(ticket := tickets.get(connection, key)) and ticket.requester.email in recipients


def _answers_pending(connection: Connection, answered: tuple[str, ...], recipients: tuple[str, ...]) -> bool:
    return bool(answered) and any(read(raw).sender.email in recipients for raw in inbound.pending_named(connection, answered))


def handle_by_hand(office: Office, connection: Connection, rules: Rules, row: Inbound, mail: Mail) -> bool:
    """Write down all that follows; False, and nothing is written, while the mail that it answers is still to be worked on."""
    concern = concern_of(office, connection, mail)
    if concern.pending:
        return False
    if not concern.keys or "multipart/report" in mail.media_types[:1]:
        # What it answered has come to nothing, or it says no more than "read".
        inbound.forget(connection, row.id)
        return True
    note_shown(connection, mail, row.id, secrets=office.keys, our_people=rules.catalogue.our_people)
    box = rules.catalogue.mailbox(row.place.mailbox)
    post = Post(office=office, connection=connection, rules=rules, now=office.clock(), cause=row.id)
    draft = drafts.sent_as_draft(connection, mail, recipients_of(mail))
    if draft is not None:
        drafts.note_sent(post, row, mail, *draft)
    else:
        _take_over(post, concern, row, mail, box)
    claims.finish(connection, row.id, State.STAFF, now=post.now)
    return True


def _take_over(post: Post, concern: Concern, row: Inbound, mail: Mail, box: Mailbox) -> None:
    conversation = tickets.conversation_of(post.connection, concern.keys[0])
    assert conversation is not None
    recipients = recipients_of(mail)
    together = tickets.in_conversation(post.connection, conversation)
    for ticket in _meant_for_others(together, concern, recipients):
        text = TO_ANOTHER.format(", ".join(recipients), _words(mail))
        ticket_mails.add(post.connection, ticket.key, row.id)
        post.note(ticket.key, "note", text, by=box.address)
    answered = _answered(together, concern, recipients)
    told = [record(post, ticket, by=box.address, words=_words(mail)) for ticket in answered]
    outdated = fall_silent(post, concern.keys[0], recipients)
    if told:
        _tell_staff(post, told[0], mail, box, outdated=outdated)


def _answered(together: Sequence[Ticket], concern: Concern, recipients: Sequence[str]) -> list[Ticket]:
    """
    Of those whom the mail goes to: the tickets that are meant first, then all that the bot still asks about, or asks for a yes.
    """
    theirs = [ticket for ticket in together if ticket.requester.email in recipients]
    meant = [ticket for ticket in theirs if ticket.key in concern.keys]
    asked = [each for each in theirs if each not in meant and (each.state is TicketState.ASKING or awaits_yes(each))]
    return [*meant, *asked]


def _meant_for_others(together: Sequence[Ticket], concern: Concern, recipients: Sequence[str]) -> list[Ticket]:
    """The tickets that are meant where the mail goes to somebody else than who has asked: the bot goes on talking with them."""
    return [each for each in together if each.key in concern.keys and each.requester.email not in recipients]


def record(post: Post, ticket: Ticket, *, by: str, words: str) -> Ticket:
    """A person has answered about that ticket, in the mail that is the post's cause; gives the ticket as it is then."""
    after = taken_over(ticket, now=post.now)
    tickets.save(post.connection, after)
    if post.cause is not None:
        ticket_mails.add(post.connection, ticket.key, post.cause)
    post.note(ticket.key, "answered", words, by=by)
    if awaits_yes(ticket):
        participants.take_part(post.connection, ticket.key, ticket.requester.email)
        post.note(ticket.key, "vouched", CONFIRMED.format(ticket.requester.email), by=by)
    if after.state is not ticket.state:
        post.note(ticket.key, "opened", WITH_STAFF)
    return after


def fall_silent(post: Post, key: str, recipients: Sequence[str]) -> bool:
    """What the bot would still have said to these in that ticket's conversation is dropped; whether a draft was among it."""
    conversation = tickets.conversation_of(post.connection, key)
    assert conversation is not None
    for withdrawn in verdicts.withdraw(post.connection, conversation, recipients, error=INSTEAD):
        _note_withdrawn(post, withdrawn)
    return Drafting(connection=post.connection, catalogue=post.catalogue, now=post.now).outdate(key, recipients)


def _words(mail: Mail) -> str:
    return drafts.own_words(mail) or NO_WORDS


def _note_withdrawn(post: Post, mail: outbound.Outbound) -> None:
    if mail.ticket is not None:
        post.note(mail.ticket, "dropped", f"Mail an {mail.recipient} nicht mehr gesendet: ein Mensch hat geantwortet")


def _tell_staff(post: Post, ticket: Ticket, mail: Mail, box: Mailbox, *, outdated: bool) -> None:
    words = post.writer.answered(ticket, text=_words(mail), mailbox=box, outdated=outdated)
    for member in post.responsible(ticket.request.service):
        post.to_staff(ticket.key, member, words, mailbox=post.catalogue.mailbox(ticket.mailbox), role=Role.INTERNAL)
