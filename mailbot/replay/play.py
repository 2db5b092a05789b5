"""The mails of an archive played through the bot, each beside what people answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mailbot.catalogue import Catalogue
from mailbot.explain import Arrival, Explained, explained_mail, mailbox_of
from mailbot.mail.message import Body, Kind, Mail
from mailbot.mail.origin import origin
from mailbot.replay.shelf import Shelf
from mailbot.tickets.decision import Action
from mailbot.tickets.letters.to_member import ToMember
from mailbot.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person wrote back, in their own words, and how long it took; None where a date is missing."""

    text: str
    after: timedelta | None

    @property
    def asks(self) -> bool:
        """Whether it asks something, too."""
        return "?" in self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One mail of the archive: what the bot would have made of it, and what people answered, where the archive has it."""

    name: str
    at: datetime | None
    explained: Explained
    answer: Answer | None = None

    @property
    def action(self) -> Action:
        """What the bot would have done."""
        return self.explained.decision.action


@dataclass(slots=True, kw_only=True)
class _Talk:
    """A conversation so far: who takes part, the tickets as they would be, and where its mails stand in the list."""

    people: set[str] = field(default_factory=set)
    tickets: tuple[Ticket, ...] = ()
    unanswered: list[int] = field(default_factory=list)


def play(mails: Iterable[tuple[str, Mail]], catalogue: Catalogue, writer: ToMember) -> Shelf[Played]:
    """
    Every mail that came from outside, in order; what people of the association wrote is the answer to those before it.

    `mails` are named, and oldest first. A mail belongs to the conversation of one that it answers if its author has
    something to do with that conversation. In memory stay the conversations: who takes part, and what is asked for.
    """
    played = Shelf[Played]()
    talks: dict[str, _Talk] = {}
    staff = frozenset(member.email for member in catalogue.staff)
    for name, mail in mails:
        talk = _talk(mail, talks, staff | catalogue.own_addresses)
        # Staff are members too: who begins a conversation asks for something.
        if mail.sender.email in catalogue.own_addresses or (talk.people and mail.sender.email in staff):
            _note_answer(mail, talk, played)
        else:
            arrival = Arrival(file=name, mail=mail, mailbox=mailbox_of(mail, None, catalogue))
            explained = explained_mail(arrival, talk.tickets, catalogue, writer)
            if explained.origin.machine is None:
                talk.tickets = explained.tickets or talk.tickets
            talk.unanswered.append(len(played))
            played.append(Played(name=name, at=mail.date, explained=_in_short(explained)))
        talk.people.update(address.email for address in (mail.sender, *mail.to, *mail.cc))
        if mail.message_id:
            talks[mail.message_id] = talk
    return played


def _in_short(explained: Explained) -> Explained:
    """Without the words of the mail, which its file has, and without the answer's HTML, which says what its text says."""
    mail = replace(explained.mail, body=Body(), headers=(), attachments=(), attached=(), references=())
    answer = explained.answer and replace(explained.answer, html="")
    return replace(explained, mail=mail, answer=answer, tickets=())


def _talk(mail: Mail, talks: dict[str, _Talk], ours: frozenset[str]) -> _Talk:
    answered = (talks[id] for id in (*mail.in_reply_to, *reversed(mail.references)) if id in talks)
    return next((talk for talk in answered if mail.sender.email in talk.people | ours), None) or _Talk()


def _note_answer(mail: Mail, talk: _Talk, played: Shelf[Played]) -> None:
    if origin(mail, own=frozenset(), authserv_ids=()).machine is not None:
        return  # an absence note, or what another program sent in our name
    text = "\n".join(line.text for line in mail.body.of(Kind.OWN)).strip()
    for at in talk.unanswered:
        before = played[at].at
        played[at] = replace(played[at], answer=Answer(text=text, after=mail.date - before if mail.date and before else None))
    talk.unanswered.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A mail that two versions of the rules would handle differently."""

    before: Played
    after: Played


def differences(before: Collection[Played], after: Collection[Played]) -> Iterator[Difference]:
    """Of two runs over the same archive."""
    for one, other in zip(before, after, strict=True):
        if _handling(one) != _handling(other):
            yield Difference(before=one, after=other)


def _handling(one: Played) -> object:
    outcomes = one.explained.decision.outcomes
    requests = [(each.request.service, each.request.kind, dict(each.request.fields), each.request.missing) for each in outcomes]
    return one.action, requests
