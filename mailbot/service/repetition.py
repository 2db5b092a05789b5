"""What was said before the database was restored, and must not be said again: see service/recollection.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from mailbot.mail.letter import Letter
from mailbot.mail.thread import Role, thread_of, was_sent_to
from mailbot.store import inbound, restorations, tickets
from mailbot.store.restorations import Recollection

SLACK = timedelta(minutes=5)
"""So far the clocks of the mail server and of ours may be apart."""


def number_of(key: str) -> int:
    """1042 of "KV-1042"."""
    return int(key.rpartition("-")[2])


def number_given(connection: Connection, message_id: str, keys: Sequence[bytes]) -> int | None:
    """The lowest number under which that mail was answered before and that no ticket has now."""
    threads = (thread_of(each.message_id, keys) for each in restorations.answering(connection, message_id))
    given = {thread.key for thread in threads if thread is not None}
    return min((number_of(key) for key in given if tickets.conversation_of(connection, key) is None), default=None)


def said_before(connection: Connection, cause: int, *, key: str, letter: Letter, keys: Sequence[bytes]) -> Recollection | None:
    """
    The mail by which a letter was sent already before the database was restored; it stands for that one alone.

    The same recipients, and an answer to the same mail of a member; a letter to staff continues others instead, so of
    those only the ticket tells.

    Args:
        cause: the inbound mail that the letter follows from. What left before that came is something else.
    """
    ours = thread_of(letter.message_id, keys)
    assert ours is not None
    answers = letter.in_reply_to or ""
    known = restorations.answering(connection, answers) if ours.role is Role.MEMBER else restorations.about(connection, key)
    if not known:
        return None
    came = inbound.came_at(connection, cause) - SLACK
    same = (each for each in known if each.sent_at >= came and _is_the_same(each.message_id, ours.role, letter, keys))
    found = next(same, None)
    if found is not None:
        restorations.take(connection, found.message_id)
    return found


def _is_the_same(message_id: str, role: Role, letter: Letter, keys: Sequence[bytes]) -> bool:
    thread = thread_of(message_id, keys)
    (to,) = letter.to
    copies = [each.email for each in letter.cc]
    return thread is not None and thread.role is role and was_sent_to(message_id, to.email, keys, copies=copies)
