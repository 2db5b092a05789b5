"""A mail that a person wrote to us: what it changes, who is told, and in which words. All in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.mail.letter import Origin as Submitted
from mailbot.mail.message import Attachment, Mail
from mailbot.mail.origin import Authenticity, Origin
from mailbot.mail.read import read
from mailbot.mail.thread import Role
from mailbot.service.company import bring_in, note_told, overruling, readers
from mailbot.service.office import Office
from mailbot.service.post import Answered, Post
from mailbot.service.readers import Foresight
from mailbot.service.repetition import number_given
from mailbot.service.request_of_data import hints
from mailbot.service.rulebook import Rules
from mailbot.service.ticket_mail import last_told, tell_of_ticket, words_of
from mailbot.service.whereabouts import Whereabouts
from mailbot.store import claims, histories, inbound, numbers, participants, ticket_mails, tickets
from mailbot.store.inbound import Inbound
from mailbot.tickets.calendar import deadline
from mailbot.tickets.decide import decide, in_silence, reopened
from mailbot.tickets.decision import Decision, Outcome
from mailbot.tickets.news import news_of
from mailbot.tickets.sources import sources_after
from mailbot.tickets.takeover import left_to_person
from mailbot.tickets.ticket import BOT, Event, State, Ticket
from mailbot.tickets.wording import missing_labels
from mailbot.understanding.request import Act, Reading, Request
from mailbot.understanding.understand import understand

REOPENS = timedelta(days=14)
"""How long after its end a reply opens a ticket again; later it opens a new one."""

STAFF_LANGUAGE = "de"
KINDS = {
    State.ASKING: "asked",
    State.OPEN: "opened",
    State.ON_HOLD: "held",
    State.REFERRED: "referred",
    State.TRIAGE: "triaged",
    State.CLOSED: "closed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mail with all that is known about it before it is understood."""

    row: Inbound
    mail: Mail
    origin: Origin
    place: Whereabouts
    now: datetime
    foresight: Foresight | None = None

    def understood(self, requests: tuple[Request, ...], catalogue: Catalogue) -> Reading:
        """What the mail says in a conversation about those."""
        if self.foresight is not None and not requests and self.foresight.catalogue is catalogue:
            return self.foresight.reading
        return understand(self.mail, requests, catalogue)

    @property
    def known(self) -> bool:
        """Whether the author is who From says; which ticket is theirs to see is another question, and `place` answers it."""
        return self.place.proven or self.origin.authenticity is Authenticity.PASS

    @property
    def may_order(self) -> bool:
        """Whether an author who is one of staff may give orders: what they got as a member is no proof of that."""
        got_as_staff = self.place.proven and self.place.role is not Role.MEMBER
        return got_as_staff or self.origin.authenticity is Authenticity.PASS


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """Where new tickets belong: to a conversation that there is already, and behind the ticket that is over for good."""

    conversation: int | None = None
    follows: str | None = None


def handle_member(office: Office, connection: Connection, rules: Rules, case: Case, *, remark: str = "") -> None:
    """Understand, decide, and write down all that follows; a `remark` is for the author, one of us, and for colleagues."""
    before = _conversation(connection, case)
    active = tuple(ticket for ticket in before if not _is_past(ticket, case.now))
    reading = case.understood(tuple(ticket.request for ticket in active), rules.catalogue)
    if before and not active:
        late = case.understood(tuple(ticket.request for ticket in before), rules.catalogue)
        reading, active = (late, before) if late.act is not Act.SAY else (reading, active)
    current = active if reading.act is not Act.SAY else tuple(_reopened(ticket, rules.catalogue) for ticket in active)
    decision = decide(reading, current, rules.catalogue)
    post = Post(office=office, connection=connection, rules=rules, now=case.now, cause=case.row.id)
    noted = (*filter(None, [remark]), *_doubts(case), *_overruling(post, case, decision, active))
    decision = replace(decision, doubts=(*decision.doubts, *noted), remark=remark)
    if office.written.answers(connection, case.mail):
        decision = left_to_person(decision)
    thread = Thread(conversation=before[0].conversation if before else None, follows=None if active else case.place.key)
    _carry_out(post, case, decision, active, thread)


def handle_doubtful(office: Office, connection: Connection, rules: Rules, case: Case, *, silence: str, doubt: str) -> None:
    """Nobody is answered and no ticket is touched: the mail becomes a ticket of its own, for a person to look at."""
    decision = decide(case.understood((), rules.catalogue), (), rules.catalogue)
    concerned = case.place.key or case.place.mentioned
    about = f" Die Mail bezieht sich auf {concerned}." if concerned else ""
    silent = replace(in_silence(decision, silence=silence), doubts=(*decision.doubts, doubt + about))
    post = Post(office=office, connection=connection, rules=rules, now=case.now, cause=case.row.id)
    _carry_out(post, case, silent, (), Thread())


def _conversation(connection: Connection, case: Case) -> tuple[Ticket, ...]:
    """The tickets of the conversation that its author takes part in: of others they are told nothing."""
    key, author = case.place.key, case.mail.sender.email
    conversation = tickets.conversation_of(connection, key) if key else None
    if conversation is None:
        return ()
    all_of_them = tickets.in_conversation(connection, conversation)
    theirs = (each for each in all_of_them if each.key == key or participants.takes_part(connection, each.key, author))
    return tuple(each for each in theirs if each.merged_into is None)


def _is_past(ticket: Ticket, now: datetime) -> bool:
    over = ticket.state is State.CLOSED and ticket.updated < now - REOPENS
    return over or ticket.forgotten_at is not None


def _reopened(ticket: Ticket, catalogue: Catalogue) -> Ticket:
    return reopened(ticket, catalogue) if ticket.state is State.CLOSED else ticket


def _doubts(case: Case) -> Iterator[str]:
    if case.place.mentioned:
        yield f"Die Mail bezieht sich auf {case.place.mentioned}, aber diese Adresse gehört nicht zu dem Ticket."
    if case.place.forgotten:
        yield f"Antwortet auf eine Mail zu {case.place.forgotten}, die in dieser Datenbank fehlt. Das heutige ist ein anderes."


def _overruling(post: Post, case: Case, decision: Decision, before: Sequence[Ticket]) -> Iterator[str]:
    known = {ticket.key: ticket for ticket in before}
    for outcome in decision.outcomes:
        if outcome.ticket in known and (doubt := overruling(post, known[outcome.ticket], outcome, case.mail.sender)):
            yield doubt


def _carry_out(post: Post, case: Case, decision: Decision, before: Sequence[Ticket], thread: Thread) -> None:
    box = post.catalogue.mailbox(case.row.place.mailbox)
    after = _tickets_after(post, case, decision, before, thread)
    if not after:
        claims.finish(post.connection, case.row.id, inbound.State.IGNORED, now=case.now, reason=decision.silence)
        return
    if of_draft := _answer(post, case, decision, after, box):
        decision = replace(decision, doubts=(*decision.doubts, of_draft))
    known = {ticket.key: ticket for ticket in before}
    for at in decision.tell_staff:
        _tell_staff(post, case, decision, decision.outcomes[at], known.get(after[at].key), after[at])
    claims.finish(post.connection, case.row.id, inbound.State.TICKET, now=case.now, reason=decision.silence)


def _tickets_after(post: Post, case: Case, decision: Decision, before: Sequence[Ticket], thread: Thread) -> tuple[Ticket, ...]:
    known = {ticket.key: ticket for ticket in before}
    after: list[Ticket] = []
    for outcome in decision.outcomes:
        old = known.get(outcome.ticket) if outcome.ticket else None
        if old is None:
            ticket = open_ticket(post, case, decision, outcome, thread)
            thread = replace(thread, conversation=ticket.conversation)
        else:
            ticket = _continued(old, decision, outcome, case)
            tickets.save(post.connection, ticket)
        after.append(ticket)
        ticket_mails.add(post.connection, ticket.key, case.row.id)
        histories.note(post.connection, ticket.key, *_events(post.catalogue, case, outcome, old))
        if old is not None:
            note_told(post, old, outcome, case.mail.sender)
        if case.known:
            _welcome(post, case, ticket, new=old is None)
        for doubt in decision.doubts:
            post.note(ticket.key, "note", doubt)
    return tuple(after)


def _welcome(post: Post, case: Case, ticket: Ticket, *, new: bool) -> None:
    """A proven author takes part, as who opens a ticket does anyhow; the requester's others stay in copy."""
    if not new:
        participants.take_part(post.connection, ticket.key, case.mail.sender.email)
    if case.mail.sender.email == ticket.requester.email:
        bring_in(post, ticket, case.mail)


def _continued(old: Ticket, decision: Decision, outcome: Outcome, case: Case) -> Ticket:
    over = old.state is outcome.state is State.CLOSED  # thanks do not move its end
    return replace(
        old,
        request=outcome.request,
        state=outcome.state,
        questions=outcome.questions,
        language=decision.language if case.mail.sender.email == old.requester.email else old.language,
        sources=sources_after(old, outcome.request, case.mail.sender),
        updated=old.updated if over else case.now,
        waits_until=old.waits_until if decision.silence else None,
    )


def open_ticket(
    post: Post, case: Case, decision: Decision, outcome: Outcome, thread: Thread, *, vouched: bool | None = None
) -> Ticket:
    """A new ticket for one request of the mail; the first of a conversation begins it."""
    connection, catalogue = post.connection, post.catalogue
    given = number_given(connection, case.mail.message_id, post.office.keys)
    number = given or numbers.next_one(connection, first=catalogue.organisation.first_ticket)
    ticket = Ticket(
        key=f"{catalogue.organisation.ticket_prefix}-{number}",
        conversation=thread.conversation or number,
        request=outcome.request,
        state=outcome.state,
        mailbox=case.row.place.mailbox,
        requester=case.mail.sender,
        subject=case.mail.subject,
        language=decision.language,
        questions=outcome.questions,
        opened=case.now,
        updated=case.now,
        due=deadline(case.row.received, catalogue.service(outcome.request.service).due_months, catalogue.hours),
        follows=thread.follows,
        vouched=vouched,
    )
    tickets.add(connection, number, ticket)
    if thread.follows:
        post.note(thread.follows, "linked", f"geht weiter in {ticket.key}")
        post.note(ticket.key, "linked", f"knüpft an {thread.follows} an")
    return ticket


def _events(catalogue: Catalogue, case: Case, outcome: Outcome, old: Ticket | None) -> list[Event]:
    subject = case.mail.subject or "ohne Betreff"
    events = [
        Event(at=case.now, kind="received", by=case.mail.sender.email, text=f"Mail: {subject}", mail=case.row.id),
    ]
    if old is not None and old.state is State.CLOSED and outcome.state is not State.CLOSED:
        events.append(_by_bot(case, "reopened", "nach einer Antwort wieder geöffnet"))
    elif old is None or outcome.changed or outcome.state is not old.state:
        events.append(_by_bot(case, KINDS[outcome.state], what_happened(catalogue, outcome)))
    return events


def _by_bot(case: Case, kind: str, text: str) -> Event:
    return Event(at=case.now, kind=kind, by=BOT, text=text, mail=case.row.id)


def what_happened(catalogue: Catalogue, outcome: Outcome) -> str:
    """For the history: what brought a ticket into its state."""
    service = catalogue.service(outcome.request.service)
    match outcome.state:
        case State.ASKING:
            return f"gefragt nach: {', '.join(missing_labels(outcome.request, catalogue, STAFF_LANGUAGE))}"
        case State.OPEN:
            return "an die Zuständigen gegeben" if outcome.request.missing else "vollständig, an die Zuständigen gegeben"
        case State.ON_HOLD:
            return service.on_hold.in_(STAFF_LANGUAGE) if service.on_hold else "wartet"
        case State.REFERRED:
            return "mit der Standardauskunft beantwortet"
        case State.TRIAGE:
            return "ein Mensch muss es lesen"
        case State.CLOSED:
            return "vom Mitglied zurückgezogen"


def _answer(post: Post, case: Case, decision: Decision, after: tuple[Ticket, ...], box: Mailbox) -> str:
    """Gives what staff must know about drafts."""
    if decision.reply is None:
        return ""
    to = case.mail.sender if case.known else replace(case.mail.sender, name="")
    words = post.writer.answer(decision, after, subject=case.mail.subject, to=to, mailbox=box, known=case.known)
    copies = readers(post, after, case.mail.sender) if case.known else ()
    answered = Answered.of(case.mail, known=case.known)
    return post.to_member(
        after[0].key,
        to,
        words,
        mailbox=box,
        origin=Submitted.REPLIED,
        answered=answered,
        copies=copies,
        with_keys=[ticket.key for ticket in after[1:]],
        staff_are_told=bool(decision.tell_staff),
    )


def _tell_staff(post: Post, case: Case, decision: Decision, outcome: Outcome, before: Ticket | None, ticket: Ticket) -> None:
    told = last_told(post, ticket) if before else None
    events = histories.of(post.connection, ticket.key)
    # Also of earlier mails, which the bot may have answered with a question and without a word to staff.
    untold = (each for each in events if told is None or each.at > told)
    noted = (each.text for each in untold if each.kind == "note" and each.by == BOT)
    tell_of_ticket(
        post,
        ticket,
        events=events,
        news=news_of(before, outcome, decision.reply, post.catalogue, first=told is None),
        original=words_of(post, ticket, case.mail),
        attachments=attached(post.connection, case) if decision.reply else case.mail.attachments,
        doubts=tuple(dict.fromkeys((*decision.doubts, *noted, *hints(post, ticket)))),
    )


def attached(connection: Connection, case: Case) -> tuple[Attachment, ...]:
    """The files of the mail with their bytes. Of a mail that nobody is answered, which may be forged, nobody gets them."""
    if not case.mail.attachments:
        return ()
    _, raw = inbound.get(connection, case.row.id)
    return read(raw, with_content=True).attachments
