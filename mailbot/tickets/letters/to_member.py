"""Letters to members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from mailbot.catalogue import Mailbox
from mailbot.mail.letter import File
from mailbot.mail.message import Address
from mailbot.tickets.blocks import Prose
from mailbot.tickets.decision import Action, Decision, Outcome, Reply
from mailbot.tickets.greeting import bids_farewell, given_name, greets, whole_name
from mailbot.tickets.letters.pen import ARCHIVE, Pen
from mailbot.tickets.parts import bare_subject, part_of, persons_of
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import Ticket
from mailbot.tickets.wording import day
from mailbot.understanding.request import Person


class ToMember(Pen):
    """What members get; `known` False everywhere means: nothing that a mail said may stand there."""

    def answer(
        self,
        decision: Decision,
        tickets: tuple[Ticket, ...],
        *,
        subject: str,
        to: Address,
        mailbox: Mailbox,
        known: bool,
    ) -> Words:
        """
        One mail to the member about everything that follows from theirs.

        Args:
            tickets: parallel to `decision.outcomes`, as they are after the decision.
            subject: of the mail that is answered, as it came.
            known: whether the sender is proven. If not, nothing that the mail said stands in the answer.

        Raises:
            ValueError: the decision is to be silent.
        """
        if decision.reply is None:
            raise ValueError("a decision without a reply has no words")
        pairs = list(zip(decision.outcomes, tickets, strict=True))
        told = [(outcome, ticket) for outcome, ticket in pairs if outcome.changed or outcome.action is Action.ASK]
        if not told or decision.reply is Reply.STATUS:
            told = pairs
        told.sort(key=lambda pair: tuple(Action).index(pair[0].action))
        parts = [part_of(outcome, ticket, self._catalogue, decision.language, known=known) for outcome, ticket in told]
        persons = [person for ticket in tickets for person in persons_of(ticket.request)]
        return self._to_member(
            decision.reply.value,
            decision.language,
            [ticket.key for _, ticket in told],
            mailbox,
            subject=bare_subject(subject) if known else "",
            given=self._called(to, persons, decision.language) if known else "",
            remark=decision.remark,
            parts=parts,
            several=len(parts) > 1,
            understood=any(part.facts for part in parts),
        )

    def from_staff(self, ticket: Ticket, *, text: str, mailbox: Mailbox, files: tuple[File, ...] = ()) -> Words:
        """Staff's words to the member, under the association's name; greeting and farewell are added where they have none."""
        words = self._about(ticket, "reply", mailbox, words=Prose(text=text), greets=greets(text), bids=bids_farewell(text))
        return replace(words, files=files)

    def closed(self, ticket: Ticket, *, mailbox: Mailbox) -> Words:
        """The member is told that it is done."""
        return self._about(ticket, "closed", mailbox, label=self._label(ticket, ticket.language))

    def reminder(self, tickets: Sequence[Ticket], *, closes: date | None, to: Address, mailbox: Mailbox, known: bool) -> Words:
        """What is still missing, once more; `closes` is told where it was the last time. `known` as for an answer."""
        return self._once_more("reminder", tickets, to, mailbox, known, closes=day(closes, tickets[0].language) if closes else "")

    def given_up(self, tickets: Sequence[Ticket], *, since: date, to: Address, mailbox: Mailbox, known: bool) -> Words:
        """Nothing was heard since then, and the tickets are closed until the member writes again."""
        return self._once_more("given_up", tickets, to, mailbox, known, since=day(since, tickets[0].language))

    def handed_over(self, ticket: Ticket, *, mailbox: Mailbox, archive: bytes) -> Words:
        """The member gets all that is held about them."""
        file = File(name=ARCHIVE, media_type="application/zip", content=archive)
        return replace(self._about(ticket, "access", mailbox, file=file.name), files=(file,))

    def erased(self, ticket: Ticket, *, mailbox: Mailbox) -> Words:
        """The member is told that all that is held about them goes."""
        return self._about(ticket, "erased", mailbox)

    def _once_more(
        self, template: str, tickets: Sequence[Ticket], to: Address, mailbox: Mailbox, known: bool, **values: str
    ) -> Words:
        """About tickets that wait for the member."""
        language = tickets[0].language
        asked = [Outcome(request=each.request, action=Action.ASK, state=each.state, ticket=each.key) for each in tickets]
        persons = [person for ticket in tickets for person in persons_of(ticket.request)]
        return self._to_member(
            template,
            language,
            [ticket.key for ticket in tickets],
            mailbox,
            subject=bare_subject(tickets[0].subject) if known else "",
            given=self._called(to, persons, language) if known else "",
            parts=[
                part_of(outcome, ticket, self._catalogue, language, known=known)
                for outcome, ticket in zip(asked, tickets, strict=True)
            ],
            several=len(tickets) > 1,
            **values,
        )

    def _about(self, ticket: Ticket, template: str, mailbox: Mailbox, **values: Any) -> Words:
        return self._to_member(
            template,
            ticket.language,
            [ticket.key],
            mailbox,
            subject=bare_subject(ticket.subject),
            given=self._called(ticket.requester, persons_of(ticket.request), ticket.language),
            **values,
        )

    def _to_member(self, template: str, language: str, keys: list[str], mailbox: Mailbox, **values: Any) -> Words:
        return self._write(f"{language}/{template}.txt", language, key=keys[0], keys=", ".join(keys), mailbox=mailbox, **values)

    def _called(self, to: Address, persons: Iterable[Person], language: str) -> str:
        """The name to greet by: whoever says Sie does not stop at the given name."""
        formal = language == "de" and self._catalogue.organisation.address_as == "sie"
        return whole_name(to, persons) if formal else given_name(to, persons)
