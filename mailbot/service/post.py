"""Words become letters in the outbox, in the transaction that causes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Mailbox, Staff
from mailbot.errors import DeliveryError
from mailbot.mail.compose import compose
from mailbot.mail.letter import Letter, Origin
from mailbot.mail.message import Address, Mail
from mailbot.mail.outlook import continued
from mailbot.mail.thread import DIGEST, Role, thread_of, was_sent_to
from mailbot.service.drafting import Drafting, told_of
from mailbot.service.office import Office
from mailbot.service.repetition import said_before
from mailbot.service.rulebook import Rules
from mailbot.store import absences, histories, outbound, participants, tickets
from mailbot.store.outbound import Outgoing
from mailbot.store.restorations import Recollection
from mailbot.tickets import duty
from mailbot.tickets.calendar import day_of, end_of_quiet
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import BOT, Event
from mailbot.tickets.writer import Writer

TOPIC_AT_MOST = 255  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The mail that a letter answers, as far as threading goes (RFC 5322, 3.6.4); `topic` and `index` are Outlook's."""

    message_id: str
    references: tuple[str, ...] = ()
    topic: str = ""
    index: str = ""

    @classmethod
    def of(cls, mail: Mail, *, known: bool = True) -> Answered | None:
        """
        Of a mail without a Message-ID there is none.

        `known` False: its sender is not proven, so nothing of what it says is repeated, and the topic is a subject.
        """
        if not mail.message_id:
            return None
        return cls(
            message_id=mail.message_id,
            references=mail.references or mail.in_reply_to,
            topic=mail.header("Thread-Topic") or "" if known else "",
            index=mail.header("Thread-Index") or "" if known else "",
        )

    def conversation(self, *, at: datetime, message_id: str) -> Iterator[tuple[str, str]]:
        """The headers by which Outlook finds an answer of that moment and Message-ID beside what it answers."""
        if self.topic:
            yield "Thread-Topic", self.topic[:TOPIC_AT_MOST]
        if index := continued(self.index, at=at, salt=message_id):
            yield "Thread-Index", index


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """
    The way into the outbox within one transaction.

    Args:
        rules: those in force, with which the whole transaction is worked on.
        cause: id of the inbound mail that it all follows from.
        undoable: what goes to members waits as long as rules.yaml says (`send_delay`), so that staff can take it back.
    """

    office: Office
    connection: Connection
    rules: Rules
    now: datetime
    cause: int | None = None
    undoable: bool = False

    @property
    def catalogue(self) -> Catalogue:
        """The association's rules."""
        return self.rules.catalogue

    @property
    def writer(self) -> Writer:
        """Who writes by them."""
        return self.rules.writer

    @property
    def delay(self) -> timedelta:
        """How long what goes to members waits."""
        return self.catalogue.send_delay if self.undoable else timedelta()

    def note(self, key: str, kind: str, text: str, *, by: str = BOT) -> None:
        """Add a line to the ticket's history, with the cause of it all."""
        histories.note(self.connection, key, Event(at=self.now, kind=kind, by=by, text=text, mail=self.cause))

    def to_member(
        self,
        key: str,
        to: Address,
        words: Words,
        *,
        mailbox: Mailbox,
        origin: Origin,
        answered: Answered | None,
        copies: Sequence[Address] | None = None,
        with_keys: Sequence[str] = (),
        staff_are_told: bool = False,
        proposed: bool = False,
    ) -> str:
        """
        About a ticket, and those `with_keys`, to the member who wrote; what no person has written may be a draft.

        Args:
            copies: None: to all who are in copy of the ticket.
            staff_are_told: else they get a mail about a draft.
            proposed: it waits for a yes of staff, and is no draft then.

        Gives what staff must know about drafts, as a sentence; "" for nothing.
        """
        sender = Address(name=mailbox.name, email=mailbox.address)
        others = participants.in_copy(self.connection, key) if copies is None else copies
        cc = tuple(each for each in others if each.email != to.email)
        letter = self._letter(key, Role.MEMBER, sender, to, words, origin=origin, answered=answered, cc=cc)
        automatic = origin is not Origin.PERSON and self.catalogue.member_of_staff(to.email) is None
        desk = Drafting(connection=self.connection, catalogue=self.catalogue, now=self.now)
        outdated = desk.outdate(key)
        draft = not proposed and origin is not Origin.PERSON and desk.is_drafted((key, *with_keys), mailbox)
        due_at = self.now + self.delay
        self._queue(letter, key=key, mailbox=mailbox, automatic=automatic, due_at=due_at, draft=draft, proposed=proposed)
        if not (draft or outdated):
            return ""
        if not staff_are_told:
            self._tell_of_draft(key, to, words if draft else None, mailbox, outdated=outdated)
        return told_of(mailbox, draft=draft, outdated=outdated)

    def to_staff(
        self,
        key: str,
        member: Staff,
        words: Words,
        *,
        mailbox: Mailbox,
        answered: Answered | None = None,
        role: Role = Role.STAFF,
    ) -> None:
        """
        About a ticket, to a member of staff; a plain reply comes back to the bot. What answers theirs waits for no hour.

        The `role` says what becomes of words in such a reply.
        """
        self._to_staff(key, member, words, mailbox, answered, role=role, at_once=answered is not None)

    def notice(
        self, member: Staff, words: Words, *, mailbox: Mailbox, at_once: bool = False, answered: Answered | None = None
    ) -> None:
        """About no ticket, to a member of staff: the overview, or that a server is away. `at_once`: also in quiet hours."""
        self._to_staff(DIGEST, member, words, mailbox, answered, role=Role.INTERNAL, at_once=at_once or answered is not None)

    def present(self) -> tuple[Staff, ...]:
        """The staff who are not away today."""
        return duty.present(self.catalogue.staff, self.away)

    def responsible(self, service: str) -> tuple[Staff, ...]:
        """Those of them who work on that service."""
        return duty.responsible(self.catalogue.staff, service, self.away)

    def _tell_of_draft(self, key: str, to: Address, words: Words | None, mailbox: Mailbox, *, outdated: bool) -> None:
        ticket, text = tickets.get(self.connection, key), words.text if words else ""
        notice = self.writer.draft(ticket, to=to, text=text, mailbox=mailbox, outdated=outdated)
        for member in self.responsible(ticket.request.service):
            self.to_staff(key, member, notice, mailbox=mailbox, role=Role.INTERNAL)

    @property
    def away(self) -> dict[str, date]:
        """Who of the staff is away today: id to the last day."""
        return absences.away(self.connection, on=day_of(self.now, self.catalogue.hours))

    def _to_staff(
        self, key: str, member: Staff, words: Words, mailbox: Mailbox, answered: Answered | None, *, role: Role, at_once: bool
    ) -> None:
        ours = Address(name=mailbox.name, email=mailbox.address)
        to = Address(name=member.name, email=member.email)
        due_at = self.now if at_once else end_of_quiet(self.now, self.catalogue.hours)
        answered = answered or self._first_to(member, key)
        letter = self._letter(key, role, ours, to, words, origin=Origin.GENERATED, answered=answered, reply_to=ours)
        self._queue(letter, key=None if key == DIGEST else key, mailbox=mailbox, automatic=False, due_at=due_at)

    def _first_to(self, member: Staff, key: str) -> Answered | None:
        """Mails about a ticket continue the first one to the same member of staff, whatever news their subjects tell."""
        first = outbound.first_to(self.connection, key, member.email) if key != DIGEST else None
        return Answered(message_id=first) if first else None

    def _letter(
        self,
        key: str,
        role: Role,
        sender: Address,
        to: Address,
        words: Words,
        *,
        origin: Origin,
        answered: Answered | None,
        reply_to: Address | None = None,
        cc: tuple[Address, ...] = (),
    ) -> Letter:
        copies = tuple(each.email for each in cc)
        message_id = self.office.new_message_id(key, role, to.email, copies=copies)
        return Letter(
            message_id=message_id,
            sender=sender,
            to=(to,),
            cc=cc,
            subject=words.subject,
            text=words.text,
            html=words.html,
            origin=origin,
            reply_to=reply_to,
            in_reply_to=answered.message_id if answered else None,
            references=(*self._shown(answered.references, to, copies), answered.message_id) if answered else (),
            headers=tuple(answered.conversation(at=self.now, message_id=message_id)) if answered else (),
            files=words.files,
        )

    def _shown(self, references: Sequence[str], to: Address, copies: Sequence[str]) -> Iterator[str]:
        """Without those of our ids that others got: who reads one could write in their name."""
        keys = self.office.keys
        return (id for id in references if thread_of(id, keys) is None or was_sent_to(id, to.email, keys, copies=copies))

    def _queue(
        self,
        letter: Letter,
        *,
        key: str | None,
        mailbox: Mailbox,
        automatic: bool,
        due_at: datetime,
        draft: bool = False,
        proposed: bool = False,
    ) -> None:
        (to,) = letter.to
        before = self._said_before(key, letter)
        if before is not None:
            letter = replace(letter, message_id=before.message_id)
        try:
            raw = compose(letter, date=self.now)
        except DeliveryError as error:
            if key is not None:
                text = f"Keine Mail möglich an {to.email}: {error}"
                histories.note(self.connection, key, Event(at=self.now, kind="trouble", by=BOT, text=text))
            return
        mail = Outgoing(
            message_id=letter.message_id,
            ticket=key,
            mailbox=mailbox.id,
            recipient=to.email,
            raw=raw,
            automatic=automatic,
            due_at=due_at,
            copies=tuple(each.email for each in letter.cc),
            cause=self.cause,
            draft=draft,
            proposed=proposed,
            shadow=self.catalogue.in_shadow,
            left_at=before.sent_at if before else None,
        )
        outbound.queue(self.connection, mail, now=self.now)
        if before is not None and key is not None:
            self.note(key, "sent", f"Mail an {to.email}, schon bevor die Datenbank aus der Sicherung kam")
        elif mail.shadow and key is not None:
            self.note(key, "shadow", f"Probelauf: Mail an {to.email} nur aufgeschrieben")

    def _said_before(self, key: str | None, letter: Letter) -> Recollection | None:
        """The mail by which a restored database would say the same for the second time."""
        if key is None or self.cause is None:
            return None
        return said_before(self.connection, self.cause, key=key, letter=letter, keys=self.office.keys)
