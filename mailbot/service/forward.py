"""
A mail that staff pass on: the ticket of whoever wrote it, to whom nothing goes until staff say yes.

Its words are those of its author; the words of staff above it are orders and a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Staff
from mailbot.mail.forwarding import passed_on
from mailbot.mail.message import Address, Mail
from mailbot.mail.origin import Machine, origin
from mailbot.mail.read import read
from mailbot.mail.thread import Role
from mailbot.service import proposals
from mailbot.service.echo import LOOKED_AT, same_own_words
from mailbot.service.member import Case, Thread, open_ticket
from mailbot.service.office import Office
from mailbot.service.order import NotCarriedOut, carry_out_all
from mailbot.service.post import Answered, Post
from mailbot.service.rulebook import Rules
from mailbot.store import claims, inbound, participants, ticket_mails, tickets
from mailbot.tickets.blocks import flat
from mailbot.tickets.decide import decide
from mailbot.tickets.decision import Decision
from mailbot.tickets.orders.carrying_out import nothing_done, worth_sending
from mailbot.tickets.orders.grammar import read_order
from mailbot.tickets.orders.order import Row
from mailbot.tickets.orders.result import Result
from mailbot.tickets.proposal import awaits_yes
from mailbot.tickets.ticket import State, Ticket
from mailbot.understanding.understand import understand

LATELY = timedelta(days=30)
"""How long the same words of the same person are the same mail: two of us may pass it on, and its author may write, too."""

NO_AUTHOR = (
    "Aus der weitergeleiteten Mail geht keine Adresse hervor, von der sie kommt; deshalb gehört der Vorgang dem, der sie "
    "weitergeleitet hat. Als Anhang weitergeleitet, sagt sie die Adresse."
)
ONE_WITHOUT = "Eine der weitergeleiteten Mails nennt keine Adresse, von der sie kommt; aus ihr wurde nichts."
FURTHER = "{} hat eine weitere Mail dazu weitergeleitet; sie steht im Verlauf."
MORE = "Von den angehängten Mails wurden nur die ersten gelesen."

_PROGRAMS = (Machine.ROBOT, Machine.REPORT, Machine.ABSENCE)
"""Whose mails nobody may answer. A list may pass on what a person wrote, and a filter may take it for spam."""


def forwarded(catalogue: Catalogue, case: Case, by: Staff | None) -> tuple[Mail | None, ...]:
    """
    The mails that proven staff pass on to us, None for each of which nobody can be found to answer.

    Empty for all other mails, and for answers of theirs to ours.
    """
    if by is None or not case.known or case.place.key is not None or case.place.notice is not None:
        return ()
    found = passed_on(case.mail, ours=catalogue.our_people)
    return tuple(mail if mail and _is_by_person(mail, catalogue) else None for mail in found)


def _is_by_person(mail: Mail, catalogue: Catalogue) -> bool:
    # Who it is by, staff vouch for: what another server says about its authenticity does not count here.
    return origin(mail, own=catalogue.own_addresses, authserv_ids=()).machine not in _PROGRAMS


def handle_forwarded(
    office: Office, connection: Connection, rules: Rules, case: Case, by: Staff, found: Sequence[Mail | None]
) -> None:
    """Each mail that is passed on becomes a ticket, or joins the one that it has; who passed it on hears what became of it."""
    post = Post(office=office, connection=connection, rules=rules, now=case.now, cause=case.row.id, undoable=True)
    forward = _Forward(post=post, case=case, by=by, doubts=_doubts(case, found))
    for original in filter(None, found):
        key = _known_as(connection, rules.catalogue, original, case)
        if key is None:
            forward.open(original)
        else:
            forward.join(original, tickets.lock(connection, key))
    claims.finish(connection, case.row.id, inbound.State.STAFF, now=case.now)


def _doubts(case: Case, found: Sequence[Mail | None]) -> tuple[str, ...]:
    within = sum(map(_attached, case.mail.attached))
    more = len(found) > 1 and _attached(case.mail) - within > len(found)
    return tuple(text for text, so in ((ONE_WITHOUT, None in found), (MORE, more)) if so)


def _attached(mail: Mail) -> int:
    """How many mails lie in it, those in other mails counted in."""
    return sum(each.media_type == "message/rfc822" for each in mail.attachments)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forward:
    """A mail of staff at work on what it passes on."""

    post: Post
    case: Case
    by: Staff
    doubts: tuple[str, ...]

    def open(self, original: Mail) -> None:
        """Its author's tickets, with an answer that waits for a yes."""
        decision = decide(understand(original, (), self.post.catalogue), (), self.post.catalogue)
        first = self._tickets(original, decision)[0]
        after, rows = self._orders(first)
        if awaits_yes(after) and after.state is not State.CLOSED:
            doubts = (*decision.doubts, *self.doubts)
            answered = Answered.of(self.case.mail)
            proposals.propose(self.post, after, (self.by,), answered=answered, rows=rows, doubts=doubts)
        else:
            self._report(after, ((f"Mail von {_who(original.sender)}", f"ist jetzt {after.key}"), *rows))

    def join(self, original: Mail, ticket: Ticket) -> None:
        """A note on the ticket that it has."""
        ticket_mails.add(self.post.connection, ticket.key, self.case.row.id)
        said = "\n".join(line.text for line in original.body.lines)
        self._note(ticket, "note", f"{_passed_on(original)}\n\n{said}".strip())
        after, rows = self._orders(ticket)
        told = f"gehört schon zu {ticket.key} und steht dort jetzt als Notiz; niemand hat eine Antwort bekommen"
        if ticket.key == self.case.place.mentioned:
            proposals.tell_colleagues(self.post, after, but=self.by.email, doubt=FURTHER.format(self.by.name))
        doubts = (("", doubt) for doubt in self.doubts)
        self._report(after, ((f"Mail von {_who(original.sender)}", told), *rows, *doubts))

    def _tickets(self, original: Mail, decision: Decision) -> list[Ticket]:
        """One for each request, all with staff."""
        theirs = replace(self.case, mail=original)
        opened: list[Ticket] = []
        thread = Thread()
        for outcome in decision.outcomes:
            ticket = open_ticket(self.post, theirs, decision, replace(outcome, state=State.TRIAGE), thread, vouched=False)
            thread = Thread(conversation=ticket.conversation)
            ticket_mails.add(self.post.connection, ticket.key, self.case.row.id)
            self._note(ticket, "received", _passed_on(original))
            self.post.note(ticket.key, "triaged", f"nichts geht an {original.sender.email}, bevor jemand zustimmt")
            opened.append(ticket)
        return opened

    def _orders(self, ticket: Ticket) -> tuple[Ticket, tuple[Row, ...]]:
        """What stands above the mail: commands are carried out, all other words are a note and nobody's answer."""
        order = read_order(self.case.mail.body)
        rows: tuple[Row, ...] = ()
        if order.commands or order.refused:
            commands = replace(order, answer="")
            try:
                _, rows = carry_out_all(self.post, commands, ticket.key, self.by)
            except NotCarriedOut as error:
                rows = tuple(nothing_done(commands, error.refused))
            ticket = tickets.get(self.post.connection, ticket.key)  # they may be about others
        if words := worth_sending(order.answer, self.by):
            self._note(ticket, "note", words)
            rows = (*rows, (words, "als Notiz aufgenommen"))
        return ticket, rows

    def _report(self, ticket: Ticket, rows: tuple[Row, ...]) -> None:
        words = self.post.writer.transcript(ticket, rows=rows, result=Result.DONE)
        box, answered = self.post.catalogue.mailbox(ticket.mailbox), Answered.of(self.case.mail)
        self.post.to_staff(ticket.key, self.by, words, mailbox=box, answered=answered, role=Role.INTERNAL)

    def _note(self, ticket: Ticket, kind: str, text: str) -> None:
        self.post.note(ticket.key, kind, text, by=self.by.email)


def _passed_on(mail: Mail) -> str:
    return f"weitergeleitet: „{flat(mail.subject) or 'ohne Betreff'}“ von {_who(mail.sender)}"


def _who(address: Address) -> str:
    return f"{flat(address.name)} <{address.email}>" if address.name else address.email


def _known_as(connection: Connection, catalogue: Catalogue, original: Mail, case: Case) -> str | None:
    """The ticket that the mail belongs to already: it has come to us, too, or one of us has passed it on before."""
    author = original.sender.email
    if original.message_id and (key := ticket_mails.ticket_with(connection, (original.message_id,), author)):
        return key
    if case.place.mentioned and participants.takes_part(connection, case.place.mentioned, author):
        return case.place.mentioned
    for key, id in ticket_mails.lately_from(connection, author, since=case.now - LATELY)[:LOOKED_AT]:
        _, raw = inbound.get(connection, id)
        earlier = read(raw)
        there = (earlier,) if earlier.sender.email == author else passed_on(earlier, ours=catalogue.our_people)
        if any(mail and mail.sender.email == author and _is_same(mail, original) for mail in there):
            return key
    return None


def _is_same(mail: Mail, other: Mail) -> bool:
    return bool(mail.message_id and mail.message_id == other.message_id) or same_own_words(mail, other)
