"""
Every text that the bot sends.

`templates/de` and `templates/en` hold what members read, `templates/staff` what staff read, `templates/look`
how it looks as HTML. What the marks in them mean stands in templates/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mailbot.catalogue import Catalogue, Mailbox, Service, Staff
from mailbot.errors import MailbotError, TemplateError
from mailbot.mail.letter import File
from mailbot.mail.message import Address, Attachment
from mailbot.tickets import access as accesses
from mailbot.tickets.access import Access
from mailbot.tickets.actions import actions, choices, take_over
from mailbot.tickets.announcing import Turn
from mailbot.tickets.blocks import Code, Prose, Quote, Table, flat, read_line
from mailbot.tickets.decision import Action, Decision, Outcome, Reply
from mailbot.tickets.digest import Digest, Row
from mailbot.tickets.enclosing import enclosed
from mailbot.tickets.escalation import Urgent
from mailbot.tickets.greeting import bids_farewell, given_name, greets, whole_name
from mailbot.tickets.handover import Hindrance, hand_over, hindrance, is_command
from mailbot.tickets.month import month_sections
from mailbot.tickets.offers import Offer, offers
from mailbot.tickets.orders.order import Row as Done
from mailbot.tickets.overview import digest_sections, entries, urgent_sections
from mailbot.tickets.reasons import in_german
from mailbot.tickets.rendering import Templates, Words
from mailbot.tickets.report import Report
from mailbot.tickets.ticket import Event, State, Ticket
from mailbot.tickets.views import (
    STAFF_LANGUAGE,
    bare_subject,
    enclosure,
    glance,
    history,
    named,
    other_facts,
    part_of,
    person_lists,
    persons_of,
    transcript,
    understood,
    website,
)
from mailbot.tickets.wording import day, missing_labels, moment
from mailbot.understanding.request import Person

__all__ = ["Words", "Writer"]
STRANGE = "Zum Einrichten ist nichts vorbereitet: Eine Adresse ist so ungewöhnlich, dass ein Mensch sie zuerst ansehen sollte."
NOT_READY = "Zum Einrichten ist nichts vorbereitet, die Vorlage ist fehlerhaft:"


class Writer:
    """
    Writes mails for one catalogue.

    Args:
        templates: the folder `templates/`.
        lasting: False for a few mails in one go: a template is compiled when it is needed for the first time.

    Raises:
        TemplateError: a template is missing or broken, as `templates/…:line: what`; here all that cannot be
            compiled at once, later the one that did not render.
    """

    def __init__(self, catalogue: Catalogue, templates: Path, *, lasting: bool = True) -> None:
        self._catalogue = catalogue
        self._templates = Templates(templates, address_as=catalogue.organisation.address_as)
        if lasting:
            self._templates.compile_all()

    def under(self, catalogue: Catalogue) -> Writer:
        """The same texts for changed rules; the folder is not read again."""
        writer = copy(self)
        writer._catalogue = catalogue
        return writer

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
            parts=parts,
            several=len(parts) > 1,
            understood=any(part.facts for part in parts),
        )

    def from_staff(self, ticket: Ticket, *, text: str, mailbox: Mailbox) -> Words:
        """Staff's words to the member, under the association's name; greeting and farewell are added where they have none."""
        return self._about(ticket, "reply", mailbox, words=Prose(text=text), greets=greets(text), bids=bids_farewell(text))

    def closed(self, ticket: Ticket, *, mailbox: Mailbox) -> Words:
        """The member is told that it is done."""
        return self._about(ticket, "closed", mailbox, label=self._label(ticket, ticket.language))

    def reminder(self, tickets: Sequence[Ticket], *, closes: date | None, to: Address, mailbox: Mailbox, known: bool) -> Words:
        """What is still missing, once more; `closes` is told where it was the last time. `known` as for an answer."""
        return self._once_more("reminder", tickets, to, mailbox, known, closes=day(closes, tickets[0].language) if closes else "")

    def given_up(self, tickets: Sequence[Ticket], *, since: date, to: Address, mailbox: Mailbox, known: bool) -> Words:
        """Nothing was heard since then, and the tickets are closed until the member writes again."""
        return self._once_more("given_up", tickets, to, mailbox, known, since=day(since, tickets[0].language))

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

    def handed_over(self, ticket: Ticket, *, mailbox: Mailbox, archive: bytes) -> Words:
        """The member gets all that is held about them."""
        file = File(name="auskunft.zip", media_type="application/zip", content=archive)
        return replace(self._about(ticket, "access", mailbox, file=file.name), files=(file,))

    def erased(self, ticket: Ticket, *, mailbox: Mailbox) -> Words:
        """The member is told that all that is held about them goes."""
        return self._about(ticket, "erased", mailbox)

    def for_staff(
        self,
        ticket: Ticket,
        *,
        events: tuple[Event, ...],
        original: str,
        attachments: tuple[Attachment, ...],
        doubts: tuple[str, ...],
        member: Staff,
    ) -> Words:
        """All there is to know about a ticket, for one member of staff; attached is what is ready, and the member's files."""
        request = ticket.request
        ready, trouble = self._ready(ticket)
        enclosures = enclosed(attachments)
        words = self._to_staff(
            "ticket",
            ticket,
            group=flat(str(request.fields.get("group", ""))),
            who=_who(ticket),
            glance=glance(ticket, member, self._catalogue),
            doubts=(*doubts, *trouble),
            ready=[Code(name=file.name, text=file.content.decode()) for file in ready if is_command(file)],
            files=[file.name for file in ready],
            facts=other_facts(ticket, self._catalogue),
            lists=person_lists(ticket, self._catalogue),
            missing=missing_labels(request, self._catalogue, STAFF_LANGUAGE),
            actions=actions(ticket, member, self._catalogue),
            because=[in_german(each, self._catalogue.service(request.service), self._catalogue) for each in request.because],
            history=history(ticket, events, self._catalogue),
            original=Quote(text=original) if original.strip() else None,
            attachments=[enclosure(each) for each in enclosures],
            kept_back=any(each.kept_back for each in enclosures),
        )
        return replace(words, files=(*ready, *(each.file for each in enclosures if not each.kept_back)))

    def hand_over(self, ticket: Ticket) -> tuple[File, ...]:
        """
        What is ready to be set up for that ticket.

        Raises:
            MailbotError: there is nothing, and why; TemplateError: a template of it is broken.
        """
        if against := hindrance(ticket, self._catalogue):
            raise MailbotError(f"nothing is ready for {ticket.key}: {against}")
        return hand_over(ticket, self._catalogue, self._templates)

    def _ready(self, ticket: Ticket) -> tuple[tuple[File, ...], tuple[str, ...]]:
        """The same for the mail to staff, and what went wrong: they hear of the ticket in any case."""
        against = hindrance(ticket, self._catalogue)
        if ticket.state is not State.OPEN or against not in (None, Hindrance.STRANGE):
            return (), ()
        if against:
            return (), (STRANGE,)
        try:
            return hand_over(ticket, self._catalogue, self._templates), ()
        except TemplateError as error:
            return (), (f"{NOT_READY} {flat(str(error))}",)

    def transcript(self, ticket: Ticket | None, *, rows: tuple[Done, ...]) -> Words:
        """To staff: what stood in their mail, and what was done about it; None: it was about no ticket, or several."""
        table = transcript(rows)
        if ticket is None:
            return self._write("staff/transcript.txt", STAFF_LANGUAGE, key="", mailbox=self._catalogue.mailboxes[0], rows=table)
        return self._to_staff("transcript", ticket, rows=table)

    def proposed(self, tickets: tuple[Ticket, ...], *, answer: Words, rows: tuple[Done, ...], doubts: tuple[str, ...]) -> Words:
        """
        To the member of staff who passed a mail on: may the requester of these tickets, all of one mail, get that answer?

        Args:
            rows: what stood above the mail, and what was done about it.
        """
        first = tickets[0]
        return self._to_staff(
            "proposed",
            first,
            keys=", ".join(ticket.key for ticket in tickets),
            who=_who(first),
            requester=named(first.requester, first.subject),
            doubts=doubts,
            actions=choices(first, self._catalogue),
            rows=transcript(rows) if rows else None,
            requests=[understood(ticket, self._catalogue) for ticket in tickets],
            answer=Quote(text=f"Betreff: {answer.subject}\n\n{answer.text}"),
        )

    def draft(self, ticket: Ticket, *, to: Address, text: str, mailbox: Mailbox, outdated: bool) -> Words:
        """
        To staff: in that mailbox lies a mail to the member for them to send.

        Args:
            text: of the draft, "" where the bot or a person has written another mail instead.
            outdated: an older draft is not to be sent any more.
        """
        # It may go to somebody whose name nothing proves, so that it does not stand there; staff know it from the ticket.
        who = ticket.requester if ticket.requester.email == to.email else to
        return self._to_staff(
            "draft",
            ticket,
            **{"from": mailbox.address},
            what="Frage" if ticket.state is State.ASKING else "Antwort",
            who=flat(who.name) or who.email,
            words=Quote(text=text) if text else None,
            outdated=outdated,
        )

    def trusted(self, service: Service, *, unchanged: int) -> Words:
        """To staff: what the bot writes about that service leaves by itself from now on."""
        label = service.label.in_(STAFF_LANGUAGE)
        return self._write("staff/trusted.txt", STAFF_LANGUAGE, label=label, unchanged=unchanged)

    def answered(self, ticket: Ticket, *, text: str, mailbox: Mailbox, outdated: bool = False) -> Words:
        """To staff: somebody has written to the member from that mailbox, past the bot. `outdated`: a draft lies there."""
        return self._to_staff(
            "answered",
            ticket,
            **{"from": mailbox.address},
            who=flat(ticket.requester.name) or ticket.requester.email or "dem Mitglied",
            words=Quote(text=text),
            outdated=outdated,
        )

    def digest(self, digest: Digest, member: Staff | None = None) -> Words:
        """The daily overview; for a member of staff with what is theirs at its top."""
        return self._write("staff/digest.txt", STAFF_LANGUAGE, **digest_sections(digest, member, self._catalogue))

    def access(self, access: Access) -> Words:
        """What is handed to a person who asks for their data."""
        catalogue = self._catalogue
        tickets = [
            {"key": each.ticket.key, "label": self._label(each.ticket, STAFF_LANGUAGE), "own": each.own}
            | dict(zip(("facts", "history"), accesses.overview(each, catalogue), strict=True))
            for each in access.tickets
        ]
        return self._write(
            "privacy/access.txt",
            STAFF_LANGUAGE,
            address=access.address,
            names=flat(", ".join(access.names)),
            day=day(access.day, STAFF_LANGUAGE),
            numbers=accesses.numbers(access),
            tickets=tickets,
            mails=accesses.mails(access),
            named=[day(each, STAFF_LANGUAGE) for each in access.named],
            times=accesses.times(catalogue),
        )

    def urgent(self, urgents: Sequence[Urgent], member: Staff) -> Words:
        """To a member of staff: what waits for an answer, each ticket with what was done about it so far."""
        return self._write(
            "staff/reminder.txt",
            STAFF_LANGUAGE,
            key=urgents[0].ticket.key,
            who=urgents[0].row.who,
            label=urgents[0].row.service,
            count=len(urgents),
            mailbox=self._catalogue.mailbox(urgents[0].ticket.mailbox),
            **urgent_sections(urgents, self._catalogue, member),
        )

    def report(self, report: Report) -> Words:
        """The monthly report for staff."""
        sections = month_sections(report, self._catalogue, self._sentence)
        return self._write("staff/report.txt", STAFF_LANGUAGE, **sections)

    def _sentence(self, offer: Offer) -> str:
        """What the web page says of an offer."""
        return self._templates.read(f"page/{STAFF_LANGUAGE}/sentence.txt", read_line, offer=offer)

    def page(self, language: str) -> Words:
        """For the association's web page: what members should send, service by service."""
        return self._templates.fragment(f"page/{language}/page.txt", language, offers=offers(self._catalogue, language))

    def away(self, member: Staff, *, until: date, rows: tuple[Row, ...], own: bool, alone: bool) -> Words:
        """To staff: a member is away, and what happens to their tickets. `own`: to themselves; `alone`: nobody else is there."""
        return self._write(
            "staff/away.txt",
            STAFF_LANGUAGE,
            name=member.name,
            until=day(until, STAFF_LANGUAGE),
            count=len(rows),
            rows=entries(rows, self._catalogue, own=own),
            own=own,
            alone=alone,
        )

    def taken(self, turns: tuple[Turn, ...], *, by: Staff, member: Staff) -> Words:
        """To a member of staff: a colleague has taken these tickets, given them on, or ended them."""
        first, catalogue = turns[0].ticket, self._catalogue
        rows = tuple(
            (each.ticket.key, f"{self._label(each.ticket, STAFF_LANGUAGE)} – {_who(each.ticket)}", each.told) for each in turns
        )
        theirs = tuple(each.ticket for each in turns if each.ticket.assignee != member.id)
        return self._write(
            "staff/taken.txt",
            STAFF_LANGUAGE,
            key=first.key if len(turns) == 1 else "",
            by=by.name,
            told=turns[0].told,
            count=len(turns),
            label=self._label(first, STAFF_LANGUAGE),
            who=_who(first),
            turns=Table(head=("Vorgang", "Worum es geht", "Geschehen"), rows=rows),
            actions=take_over(theirs, catalogue) if theirs else None,
            mailbox=catalogue.mailbox(first.mailbox),
        )

    def out_of_reach(self, mailbox: Mailbox, *, since: datetime, trouble: str) -> Words:
        """To staff: the mailbox cannot be read since then, and why."""
        return self._about_mailbox("out_of_reach", mailbox, since=self._moment(since), trouble=flat(trouble))

    def back_again(self, mailbox: Mailbox, *, since: datetime, until: datetime) -> Words:
        """To staff: the mailbox, which could not be read between those two moments, can be read again."""
        return self._about_mailbox("back_again", mailbox, since=self._moment(since), until=self._moment(until))

    def _about_mailbox(self, template: str, mailbox: Mailbox, **values: str) -> Words:
        return self._write(f"staff/{template}.txt", STAFF_LANGUAGE, mailbox=mailbox, **values)

    def _moment(self, value: datetime) -> str:
        return moment(value, self._catalogue.hours.timezone)

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

    def _to_staff(self, template: str, ticket: Ticket, **values: Any) -> Words:
        mailbox, label = self._catalogue.mailbox(ticket.mailbox), self._label(ticket, STAFF_LANGUAGE)
        return self._write(f"staff/{template}.txt", STAFF_LANGUAGE, key=ticket.key, label=label, mailbox=mailbox, **values)

    def _write(self, template: str, language: str, **values: Any) -> Words:
        shared = {"organisation": self._catalogue.organisation, "website": website(self._catalogue)}
        return self._templates.write(template, language, **shared, **values)

    def _called(self, to: Address, persons: Iterable[Person], language: str) -> str:
        """The name to greet by: whoever says Sie does not stop at the given name."""
        formal = language == "de" and self._catalogue.organisation.address_as == "sie"
        return whole_name(to, persons) if formal else given_name(to, persons)

    def _label(self, ticket: Ticket, language: str) -> str:
        return self._catalogue.service(ticket.request.service).label.in_(language)


def _who(ticket: Ticket) -> str:
    return flat(ticket.requester.name) or ticket.requester.email or "jemand ohne Adresse"
