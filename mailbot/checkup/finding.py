"""What a look has found: fine, not as good as it could be, or wrong; in German and in English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailbot.checkup.german import in_german
from mailbot.errors import MailbotError


class Grade(StrEnum):
    """How it stands."""

    OK = "ok"
    TIP = "tip"  # the bot runs, and something could be better
    WRONG = "no"  # the bot does not run, or not as it should


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text in the languages that operators read."""

    de: str
    en: str

    def in_(self, language: str) -> str:
        """The text in that language."""
        return self.de if language == "de" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, how it stands, and what that means; `text` of what is not ok says what to do."""

    what: Said
    grade: Grade
    text: Said


def fine(what: Said, *, de: str, en: str) -> Finding:
    """As it should be."""
    return Finding(what=what, grade=Grade.OK, text=Said(de=de, en=en))


def tip(what: Said, *, de: str, en: str) -> Finding:
    """The bot runs, and something could be better."""
    return Finding(what=what, grade=Grade.TIP, text=Said(de=de, en=en))


def wrong(what: Said, *, de: str, en: str) -> Finding:
    """To be mended first."""
    return Finding(what=what, grade=Grade.WRONG, text=Said(de=de, en=en))


def refused(what: Said, error: MailbotError) -> Finding:
    """What was tried ended so."""
    return wrong(what, de=in_german(str(error)), en=str(error))
