"""Letters to staff about a ticket, or about several."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mailbot.catalogue import Mailbox, Staff
from mailbot.errors import MailbotError, TemplateError
from mailbot.mail.letter import File
from mailbot.mail.message import Address, Attachment
from mailbot.tickets.actions import actions, choices, take_over
from mailbot.tickets.announcing import Turn
from mailbot.tickets.blocks import Code, Quote, Table, flat
from mailbot.tickets.enclosing import enclosed
from mailbot.tickets.handover import Hindrance, hand_over, hindrance, is_command
from mailbot.tickets.letters.pen import ARCHIVE, Pen
from mailbot.tickets.orders.order import Row as Done
from mailbot.tickets.orders.result import Result
from mailbot.tickets.reasons import in_german
from mailbot.tickets.rendering import Words
from mailbot.tickets.ticket import Event, State, Ticket
from mailbot.tickets.views import (
    STAFF_LANGUAGE,
    enclosure,
    glance,
    history,
    named,
    other_facts,
    person_lists,
    transcript,
    understood,
)
from mailbot.tickets.wording import missing_labels

STRANGE = "Zum Einrichten ist nichts vorbereitet: Eine Adresse ist so ungewöhnlich, dass ein Mensch sie zuerst ansehen sollte."
NOT_READY = "Zum Einrichten ist nichts vorbereitet, die Vorlage ist fehlerhaft:"


class AboutTicket(Pen):
    """What staff get about tickets."""

    def for_staff(
        self,
        ticket: Ticket,
        *,
        events: tuple[Event, ...],
        news: str = "",
        original: str,
        attachments: tuple[Attachment, ...],
        doubts: tuple[str, ...],
        member: Staff,
    ) -> Words:
        """
        All there is to know about a ticket, for one member of staff; attached are ready tables, and the member's files.

        `news`: why they get it now, in a few words.
        """
        request = ticket.request
        ready, trouble = self._ready(ticket)
        tables = [file for file in ready if not is_command(file)]
        enclosures = enclosed(attachments)
        words = self._to_staff(
            "ticket",
            ticket,
            group=flat(str(request.fields.get("group", ""))),
            who=_who(ticket),
            news=news,
            glance=glance(ticket, member, self._catalogue),
            doubts=(*doubts, *trouble),
            ready=[Code(name=file.name, text=file.content.decode()) for file in ready if is_command(file)],
            tables=[file.name for file in tables],
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
        return replace(words, files=(*tables, *(each.file for each in enclosures if not each.kept_back)))

    def hand_over(self, ticket: Ticket) -> tuple[File, ...]:
        """
        What is ready to be set up for that ticket.

        Raises:
            MailbotError: there is nothing, and why; TemplateError: a template of it is broken.
        """
        if against := hindrance(ticket, self._catalogue):
            raise MailbotError(f"nothing is ready for {ticket.key}: {against}")
        return hand_over(ticket, self._catalogue, self._templates)

    def transcript(self, ticket: Ticket | None, *, rows: tuple[Done, ...], result: Result) -> Words:
        """To staff: what stood in their mail, and what was done about it; None: it was about no ticket, or several."""
        values: dict[str, Any] = {"rows": transcript(rows), "result": result.value}
        if ticket is None:
            return self._write("staff/transcript.txt", STAFF_LANGUAGE, key="", mailbox=self._catalogue.mailboxes[0], **values)
        return self._to_staff("transcript", ticket, **values)

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

    def to_look_into(self, ticket: Ticket, *, archive: bytes) -> Words:
        """To staff: what the requester would be handed of their data."""
        file = File(name=ARCHIVE, media_type="application/zip", content=archive)
        words = self._to_staff("access", ticket, file=file.name, requester=named(ticket.requester, ticket.subject))
        return replace(words, files=(file,))

    def kept(self, ticket: Ticket) -> Words:
        """To staff: the requester, who should be erased, has written again, and is not."""
        return self._to_staff("kept", ticket, requester=named(ticket.requester, ticket.subject))

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

    def _to_staff(self, template: str, ticket: Ticket, **values: Any) -> Words:
        mailbox, label = self._catalogue.mailbox(ticket.mailbox), self._label(ticket, STAFF_LANGUAGE)
        return self._write(f"staff/{template}.txt", STAFF_LANGUAGE, key=ticket.key, label=label, mailbox=mailbox, **values)


def _who(ticket: Ticket) -> str:
    return flat(ticket.requester.name) or ticket.requester.email or "jemand ohne Adresse"
