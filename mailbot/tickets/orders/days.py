"""
Days as staff write them behind an order: "bis 12.8.", "3 Tage", "morgen", "until 12 August", "Montag".

Days are calendar days, as people mean them. What follows the day is the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from mailbot.tickets.calendar import add_month
from mailbot.tickets.orders.order import Refused
from mailbot.tickets.wording import day as in_words
from mailbot.understanding.lexicon import words
from mailbot.understanding.values import dates_in, in_digits

AT_MOST = timedelta(days=2 * 366)
"""So far ahead nobody plans; it is a slip of the pen."""

THIS_YEAR = timedelta(days=270)
"""A day without a year that is farther ahead is one that has just gone by."""

NO_DAY = "welcher Tag? Zum Beispiel: bis 12.8., 3 Tage, 2 Wochen, morgen, Montag"
OVER = "der {} liegt nicht in der Zukunft"
TOO_FAR = "der {} ist weiter als zwei Jahre weg"
SEVERAL = "das nennt mehrere Tage; gebraucht wird der letzte allein"

_NEAR = {"heute": 0, "today": 0, "morgen": 1, "tomorrow": 1, "übermorgen": 2}
_UNITS = {"tag": "days", "day": "days", "woche": "weeks", "week": "weeks", "monat": "months", "month": "months"}
_UNIT = re.compile(r"(tag|day|woche|week|monat|month)(?:e|en|n|s)?", re.IGNORECASE)
_LEADING = re.compile(
    r"(?:(?:bis|zum|zur|auf|am|für|in|noch|until|till|to|for|on|the|next|nächste[nrs]?|kommende[nrs]?)\b\s*)+", re.I
)
_COUNT = re.compile(r"(\d{1,3})|(zwei|two)|(?:eine?[mnrs]?|an?|one)", re.IGNORECASE)
_NUMERAL = re.compile(r"\d[\d./-]*(?:st|nd|rd|th)?[.,:;]?", re.IGNORECASE)


def day_ahead(text: str, *, today: date) -> tuple[date, str]:
    """
    The day that a text begins with, and what follows it.

    Args:
        today: where the association works.

    Raises Refused: no day, several, one that is over (or today), or one that is years away.
    """
    told = text.strip()
    told = told[match.end() :] if (match := _LEADING.match(told)) else told
    said = in_digits(" ".join(told.split()[:2])).split() + told.split()[2:]
    length = next((n for n, word in enumerate(said) if not _is_of_a_day(word)), len(said))
    day = _day(said[:length], today)
    if day <= today:
        raise Refused(OVER.format(in_words(day, "de")))
    if day - today > AT_MOST:
        raise Refused(TOO_FAR.format(in_words(day, "de")))
    return day, " ".join(said[length:]).lstrip("-–—:, ")


def _is_of_a_day(word: str) -> bool:
    bare = word.strip(".,:;!").lower()
    return bool(_NUMERAL.fullmatch(word) or _COUNT.fullmatch(bare) or _UNIT.fullmatch(bare)) or bare in _known()


def _known() -> set[str]:
    return {*_NEAR, *words()["months"], *words()["weekdays"], "bis", "of"}


def _day(said: Sequence[str], today: date) -> date:
    bare = [word.strip(".,:;!").lower() for word in said]
    match bare:
        case []:
            raise Refused(NO_DAY)
        case [near] if near in _NEAR:
            return today + timedelta(days=_NEAR[near])
        case [name] if name in words()["weekdays"]:
            return today + timedelta(days=(words()["weekdays"][name] - today.weekday() - 1) % 7 + 1)
        case [number, unit] if (count := _COUNT.fullmatch(number)) and (found := _UNIT.fullmatch(unit)):
            return _after(today, int(count[1]) if count[1] else 2 if count[2] else 1, _UNITS[found[1].lower()])
    text = re.sub(r"^(\d{1,2}\.\d{1,2})$", r"\1.", " ".join(said).rstrip(",:;!"))
    days = dates_in(text, today)
    if not days:
        raise Refused(NO_DAY)
    if len(days) > 1:
        raise Refused(SEVERAL)
    (day,) = days
    if day - today > THIS_YEAR and not re.search(r"\d{4}|\.\s?\d\d?\.\s?\d\d", text):
        raise Refused(OVER.format(in_words(_a_year_before(day), "de")))
    return day


def _after(today: date, count: int, unit: str) -> date:
    return add_month(today, count) if unit == "months" else today + timedelta(**{unit: count})


def _a_year_before(day: date) -> date:
    return add_month(day, -12)
