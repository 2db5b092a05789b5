"""Plays mails as one conversation, in memory: what they are, why, and what would be answered. Nothing is stored or sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.errors import NotFound
from mailbot.mail.message import Address, Mail
from mailbot.mail.origin import Authenticity, Origin, origin
from mailbot.mail.read import read
from mailbot.tickets.calendar import deadline
from mailbot.tickets.decide import FORGED, NO_SENDER, decide, in_silence
from mailbot.tickets.decision import Action, Decision
from mailbot.tickets.letters.to_member import ToMember
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import Ticket
from mailbot.understanding.record import fields_to_json
from mailbot.understanding.understand import understand

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One mail of a conversation: what was read, where it comes from, what follows, and the words of the answer."""

    file: str
    mail: Mail
    origin: Origin
    decision: Decision
    tickets: tuple[Ticket, ...] = ()
    answer: Words | None = None
    to: Address | None = None

    def as_json(self) -> dict[str, Any]:
        """The object that stands for this mail in `mailbot explain --json`."""
        return {
            "file": self.file,
            "action": self.decision.action.value,
            "requests": [
                {
                    "service": outcome.request.service,
                    "kind": outcome.request.kind.value,
                    "fields": fields_to_json(outcome.request.fields),
                    "missing": list(outcome.request.missing),
                    "because": list(outcome.request.because),
                }
                for outcome in self.decision.outcomes
            ],
            "silence": self.decision.silence,
            "replies": [{"to": [self.to.email], "subject": self.answer.subject, "text": self.answer.text}]
            if self.answer and self.to
            else [],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A mail as it lies in a mailbox, already read."""

    file: str
    mail: Mail
    mailbox: Mailbox


def conversation(arrivals: Iterable[Arrival], catalogue: Catalogue, writer: ToMember) -> tuple[Explained, ...]:
    """The mails of one conversation, in order, each with the state after it."""
    explained: list[Explained] = []
    tickets: tuple[Ticket, ...] = ()
    for arrival in arrivals:
        one = explained_mail(arrival, tickets, catalogue, writer)
        tickets = one.tickets or tickets
        explained.append(one)
    return tuple(explained)


def explained_mail(arrival: Arrival, tickets: tuple[Ticket, ...], catalogue: Catalogue, writer: ToMember) -> Explained:
    """One mail of a conversation whose tickets stand as they do after the mails before it."""
    mail = arrival.mail
    source = origin(mail, own=catalogue.own_addresses, authserv_ids=catalogue.authserv_ids)
    if source.machine is not None:
        ignored = Decision(action=Action.IGNORE, silence=source.because)
        return Explained(file=arrival.file, mail=mail, origin=source, decision=ignored)
    silence = _silence(mail, source)
    if silence is not None:
        decision = in_silence(decide(understand(mail, (), catalogue), (), catalogue), silence=silence)
        return Explained(file=arrival.file, mail=mail, origin=source, decision=decision)
    reading = understand(mail, tuple(ticket.request for ticket in tickets), catalogue)
    decision = decide(reading, tickets, catalogue)
    after = tickets_after(decision, tickets, mail, arrival.mailbox, catalogue)
    answer = None
    if decision.reply is not None:
        known = source.authenticity is Authenticity.PASS or bool(tickets)
        answer = writer.answer(decision, after, subject=mail.subject, to=mail.sender, mailbox=arrival.mailbox, known=known)
    return Explained(file=arrival.file, mail=mail, origin=source, decision=decision, tickets=after, answer=answer, to=mail.sender)


def _silence(mail: Mail, source: Origin) -> str | None:
    """Why nobody is answered and no ticket of the conversation is touched, as when the bot runs."""
    if not mail.sender.email:
        return NO_SENDER
    return FORGED if source.authenticity is Authenticity.FAIL else None


def tickets_after(
    decision: Decision, tickets: Sequence[Ticket], mail: Mail, mailbox: Mailbox, catalogue: Catalogue
) -> tuple[Ticket, ...]:
    """The tickets of a conversation as they would be after the mail that led to the decision."""
    first = catalogue.organisation.first_ticket
    when = mail.date or EPOCH
    return tuple(
        Ticket(
            key=outcome.ticket or f"{catalogue.organisation.ticket_prefix}-{first + at}",
            conversation=first,
            request=outcome.request,
            state=outcome.state,
            mailbox=mailbox.id,
            requester=tickets[at].requester if at < len(tickets) else mail.sender,
            subject=tickets[at].subject if at < len(tickets) else mail.subject,
            language=decision.language,
            questions=outcome.questions,
            opened=tickets[at].opened if at < len(tickets) else when,
            updated=when,
            due=deadline(when, catalogue.service(outcome.request.service).due_months, catalogue.hours),
        )
        for at, outcome in enumerate(decision.outcomes)
    )


def explain_files(paths: Sequence[Path], mailbox: str | None, catalogue: Catalogue, writer: ToMember) -> tuple[Explained, ...]:
    """
    The files as one conversation; without a mailbox, the one that a mail is addressed to, else the first.

    Raises NotFound for a file or mailbox that does not exist.
    """
    return conversation((_arrival(path, path.name, mailbox, catalogue) for path in paths), catalogue, writer)


def explain_cases(folder: Path, catalogue: Catalogue, writer: ToMember) -> Iterator[tuple[str, tuple[Explained, ...]]]:
    """
    Every case folder of `folder`, by name: its id (the folder's name) and its conversation.

    A case folder holds case.yaml with `mails: [{file, mailbox}]`; nothing else in it is read.
    """
    if not folder.is_dir():
        raise NotFound(f"{folder}: there is no such folder")
    found = sorted(folder.glob("*/case.yaml"))
    if not found:
        raise NotFound(f"{folder}: no case in it; a case is a folder with its mails and a case.yaml that names them")
    for path in found:
        yield path.parent.name, conversation(_case(path, catalogue), catalogue, writer)


def _case(path: Path, catalogue: Catalogue) -> Iterator[Arrival]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        mails = [(str(each["file"]), str(each["mailbox"])) for each in content["mails"]]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise NotFound(f"{path}: should name its mails as `mails: [{{file: 01.eml, mailbox: support}}]` ({error})") from error
    for file, mailbox in mails:
        yield _arrival(path.parent / file, file, mailbox, catalogue)


def _arrival(path: Path, name: str, mailbox: str | None, catalogue: Catalogue) -> Arrival:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path}: cannot be read: {error.strerror}") from error
    mail = read(raw)
    return Arrival(file=name, mail=mail, mailbox=mailbox_of(mail, mailbox, catalogue))


def mailbox_of(mail: Mail, id: str | None, catalogue: Catalogue) -> Mailbox:
    """The mailbox of that id; without one, that which the mail is addressed to, else the first. Raises NotFound."""
    if id is not None:
        found = next((box for box in catalogue.mailboxes if box.id == id), None)
        if found is None:
            raise NotFound(
                f"there is no mailbox '{id}' in rules.yaml; there are: {', '.join(box.id for box in catalogue.mailboxes)}"
            )
        return found
    written_to = {address.email for address in (*mail.to, *mail.cc)}
    return next((box for box in catalogue.mailboxes if box.address in written_to), catalogue.mailboxes[0])
