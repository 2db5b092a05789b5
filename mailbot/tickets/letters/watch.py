"""About the bot itself: what is wrong with it, that it is over, and the mail by which it tries its own way."""

from __future__ import annotations

from datetime import datetime

from mailbot.catalogue import Mailbox
from mailbot.tickets.alarms import said_of, said_when_over
from mailbot.tickets.blocks import flat
from mailbot.tickets.letters.pen import Pen
from mailbot.tickets.rendering import Words
from mailbot.tickets.trouble import Kind
from mailbot.tickets.views import STAFF_LANGUAGE
from mailbot.tickets.wording import moment


class Watch(Pen):
    """What the bot says of itself."""

    def alarm(self, kind: Kind, about: str, *, since: datetime, detail: str = "") -> Words:
        """To staff: what is wrong since then. `about` is the id of a mailbox or ""; `detail` what a server or the system said."""
        mailbox = self._catalogue.mailbox(about)
        what = said_of(kind, mailbox.address)
        told = {"since": self._at(since), "detail": flat(detail)}
        return self._write("staff/alarm.txt", STAFF_LANGUAGE, kind=kind.value, what=what, mailbox=mailbox, **told)

    def all_clear(self, kind: Kind, about: str, *, since: datetime, until: datetime) -> Words:
        """To staff: what was wrong between those two moments is well again."""
        what = said_when_over(kind, self._catalogue.mailbox(about).address)
        return self._write("staff/all_clear.txt", STAFF_LANGUAGE, what=what, since=self._at(since), until=self._at(until))

    def canary(self, mailbox: Mailbox, *, at: datetime) -> Words:
        """To the mailbox itself."""
        return self._write("staff/canary.txt", STAFF_LANGUAGE, mailbox=mailbox, moment=self._at(at))

    def _at(self, value: datetime) -> str:
        return moment(value, self._catalogue.hours.timezone)
