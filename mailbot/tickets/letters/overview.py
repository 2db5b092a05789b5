"""Overviews and notices for staff, and what is written for the web page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from mailbot.catalogue import Service, Staff
from mailbot.tickets.blocks import read_line
from mailbot.tickets.digest import Digest, Row
from mailbot.tickets.escalation import Urgent
from mailbot.tickets.letters.pen import Pen
from mailbot.tickets.month import month_sections
from mailbot.tickets.offers import Offer, offers
from mailbot.tickets.overview import AT_MOST, NOBODY, digest_sections, entries, urgent_sections
from mailbot.tickets.rendering import Words
from mailbot.tickets.report import Report
from mailbot.tickets.views import STAFF_LANGUAGE
from mailbot.tickets.wording import day


class Overview(Pen):
    """What is about no single ticket."""

    def digest(self, digest: Digest, member: Staff | None = None, *, at_most: int | None = AT_MOST) -> Words:
        """
        The daily overview; for a member of staff with what is theirs at its top.

        `at_most`: so many tickets of each section are named, the most pressing; None: all.
        """
        sections = digest_sections(digest, member, self._catalogue, at_most=at_most)
        return self._write("staff/digest.txt", STAFF_LANGUAGE, **sections)

    def digest_as_text(self, digest: Digest, member: Staff | None = None, *, at_most: int | None = AT_MOST) -> str:
        """Its text part alone: with thousands of tickets the HTML takes most of the time."""
        return self._write_text("staff/digest.txt", **digest_sections(digest, member, self._catalogue, at_most=at_most))

    def urgent(self, urgents: Sequence[Urgent], member: Staff, *, away: Mapping[str, date] = NOBODY) -> Words:
        """
        To a member of staff: what waits for an answer, each ticket with what was done about it so far.

        `away`: who of the staff is not here, id to the last day.
        """
        return self._write(
            "staff/reminder.txt",
            STAFF_LANGUAGE,
            key=urgents[0].ticket.key,
            who=urgents[0].row.who,
            label=urgents[0].row.service,
            count=len(urgents),
            mailbox=self._catalogue.mailbox(urgents[0].ticket.mailbox),
            number=urgents[0].ticket.key.rpartition("-")[2],
            **urgent_sections(urgents, self._catalogue, member, away),
        )

    def report(self, report: Report) -> Words:
        """The monthly report for staff."""
        sections = month_sections(report, self._catalogue, self._sentence)
        return self._write("staff/report.txt", STAFF_LANGUAGE, **sections)

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

    def trusted(self, service: Service, *, unchanged: int) -> Words:
        """To staff: what the bot writes about that service leaves by itself from now on."""
        label = service.label.in_(STAFF_LANGUAGE)
        return self._write("staff/trusted.txt", STAFF_LANGUAGE, label=label, unchanged=unchanged)

    def _sentence(self, offer: Offer) -> str:
        """What the web page says of an offer."""
        return self._templates.read(f"page/{STAFF_LANGUAGE}/sentence.txt", read_line, offer=offer)
