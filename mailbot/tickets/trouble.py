"""What can be wrong with the bot, as values: `status`, `/healthz`, metrics and alarms tell the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong, in one word; stands in metrics and `/healthz`, and so never changes."""

    MAILBOX = "mailbox"  # cannot be reached, or nobody reads it
    SENDING = "sending"  # SMTP is away, or mails wait to leave
    PROCESSING = "processing"  # mails wait to be processed
    BOOKS = "books"  # mails of the folder are missing in the database
    QUARANTINE = "quarantine"
    UNDELIVERED = "undelivered"  # refused, come back, or stopped: a person must look
    DISK = "disk"
    RULES = "rules"
    CANARY = "canary"  # did not come back in time
    CLOCK = "clock"  # stands still
    DATABASE = "database"  # cannot be asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """
    One thing that is wrong.

    Args:
        about: the id of the mailbox; "" where it is about the bot as a whole.
        sentence: what is wrong and what to do, in English; it may name addresses, so it goes to operators alone.
        since: when it began, where that is known.
    """

    kind: Kind
    sentence: str
    about: str = ""
    since: datetime | None = None

    @property
    def name(self) -> str:
        """Which trouble it is, and nothing of anybody: "quarantine support"."""
        return f"{self.kind} {self.about}".rstrip()
