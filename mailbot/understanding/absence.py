"""On which day somebody is back, from their absence note: "bin am 12.8. wieder da", "until 11 August". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from mailbot.mail.message import Kind, Mail
from mailbot.understanding.values import dates_in

_BACK = re.compile(r"\b(?:wieder|zurück|zurueck|rückkehr|back|return(?:s|ing)?|available again)\b", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:bis|until|till|through)\b", re.IGNORECASE)
_SENTENCE_ENDS = re.compile(r"(?<=[^\W\d])[.!?]\s|[!?]\s|\n\s*\n")  # not behind the number of a day
_BEHIND = 40
"""Characters behind "bis" in which its day stands."""

_LONGEST = timedelta(days=183)
"""Nobody is away longer; what names a later day means something else, or a day that is over."""


def day_of_return(mail: Mail, today: date) -> date | None:
    """
    The first day on which the author of the note is back, None where it names none after `today`.

    Of several the latest: "vom 1.8. bis 11.8., ab dem 12.8. wieder". A day without a year is the next such day.
    """
    text = "\n".join(line.text for line in mail.body.of(Kind.OWN))
    return max((day for day in _days(text, today) if today < day <= today + _LONGEST), default=None)


def _days(text: str, today: date) -> Iterator[date]:
    for sentence in _SENTENCE_ENDS.split(text):
        for until in _UNTIL.finditer(sentence):
            yield from (day + timedelta(days=1) for day in dates_in(sentence[until.end() : until.end() + _BEHIND], today)[:1])
        if _BACK.search(sentence):
            yield from dates_in(sentence, today)[-1:]
