"""A Message-ID of ours proves who answers it, as long as nobody else can have read it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from mailbot.mail.fields import recipients_of
from mailbot.mail.message import Mail
from mailbot.mail.thread import thread_of, was_sent_to
from mailbot.store import outbound


def proves(connection: Connection, message_id: str, author: str, secrets: Sequence[bytes], *, mail: int | None = None) -> bool:
    """
    Whether who answers our mail of that id is `author`, for nobody else has ever got it.

    Args:
        mail: id of the inbound mail that answers it, where it is worked on already; None: it is being worked on.
    """
    if not was_sent_to(message_id, author, secrets):
        return False
    ours = outbound.by_message_id(connection, message_id)
    if ours is None or ours.shown_by is None:
        return ours is not None
    return mail is not None and mail <= ours.shown_by


def note_shown(connection: Connection, mail: Mail, id: int, *, secrets: Sequence[bytes], our_people: Collection[str]) -> None:
    """
    A mail shows the ids that it answers to all whom it goes to: from then on these prove nobody.

    So does a draft of ours that a person has sent to more people with its own.
    """
    named = dict.fromkeys((mail.message_id, *mail.in_reply_to, *mail.references))
    readers = set(recipients_of(mail)).difference(our_people)
    for message_id in named if readers else ():
        if thread_of(message_id, secrets) and not all(was_sent_to(message_id, each, secrets) for each in readers):
            outbound.shown(connection, message_id, by=id)
