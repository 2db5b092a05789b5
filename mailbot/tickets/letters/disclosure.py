"""What a person is handed of their data, as a page to read."""

from __future__ import annotations

from mailbot.tickets import access as accesses
from mailbot.tickets.access import Access
from mailbot.tickets.blocks import flat
from mailbot.tickets.letters.pen import Pen
from mailbot.tickets.rendering import Words
from mailbot.tickets.views import STAFF_LANGUAGE
from mailbot.tickets.wording import day


class Disclosure(Pen):
    """Of a person's data."""

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
            unsaid=access.unsaid,
        )
