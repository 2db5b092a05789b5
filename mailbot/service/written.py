"""
What people wrote from the mailboxes and nobody has worked on yet.

Each mail of a member asks whether one of these answers it, so what they answer is kept in mind, and each is read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection

from mailbot.errors import NotFound
from mailbot.mail.fields import recipients_of
from mailbot.mail.message import Mail
from mailbot.mail.read import read
from mailbot.store import inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """Message-IDs of what it answers, and the addresses that it goes to."""

    answered: frozenset[str]
    recipients: frozenset[str]


class Written:
    """What is known of them in this process, for all its threads; what is not pending any more is forgotten."""

    def __init__(self) -> None:
        # By id and SHA-256: SQLite may give the number of a mail that was forgotten to the next one.
        self._known: Mapping[tuple[int, str], _Answer] = MappingProxyType({})

    def answers(self, connection: Connection, mail: Mail) -> bool:
        """Whether a person has answered that very mail of a member already, in one of these."""
        if not mail.message_id:
            return False
        return any(
            mail.message_id in each.answered and mail.sender.email in each.recipients for each in self._pending(connection)
        )

    def _pending(self, connection: Connection) -> tuple[_Answer, ...]:
        known, pending = self._known, dict[tuple[int, str], _Answer]()
        for each in inbound.pending_by_hand(connection):
            with suppress(NotFound):  # another worker has just forgotten it
                pending[each] = known.get(each) or _read(connection, each[0])
        self._known = MappingProxyType(pending)
        return tuple(pending.values())


def _read(connection: Connection, id: int) -> _Answer:
    mail = read(inbound.get(connection, id)[1])
    return _Answer(answered=frozenset((*mail.in_reply_to, *mail.references)), recipients=frozenset(recipients_of(mail)))
