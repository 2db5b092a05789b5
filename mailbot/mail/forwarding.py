"""Whose mails a mail passes on: of a chain the one that somebody else wrote, never a guess at who that may be."""

from __future__ import annotations

from collections.abc import Collection

from mailbot.mail.body import MAX_PASSED_ON, split
from mailbot.mail.message import Forwarded, Mail
from mailbot.mail.subject import ANSWERING, FORWARDING


def passed_on(mail: Mail, *, ours: Collection[str]) -> tuple[Mail | None, ...]:
    """
    The mails that this one passes on, in its text or attached, each as if it had come from its author.

    Of a chain (we pass on what a colleague has passed on to us) it is the outermost one that none of us wrote. To one
    that stands in the text belongs whatever is attached; one that is attached has files of its own.

    Args:
        ours: addresses, in lower case, whose mails are looked through for what they pass on.

    Returns:
        One for each mail that is passed on, None in place of one of which nothing says with an address who wrote it.
        Empty for a mail that passes none on, or that answers one in which a forwarded mail is quoted.
    """
    if ANSWERING.match(mail.subject):
        return ()
    return tuple(_by_another(each, ours) for each in _within(mail, ours))


def passes_something_on(mail: Mail) -> bool:
    """Whether its words stand above a mail that it passes on. Some programs attach to an answer what it answers."""
    inner = mail.body.forwarded
    if FORWARDING.match(mail.subject) or (inner is not None and inner.text):
        return True
    return bool(mail.attached) and not ANSWERING.match(mail.subject)


def _by_another(mail: Mail, ours: Collection[str]) -> Mail | None:
    for _ in range(MAX_PASSED_ON):
        if mail.sender.email not in ours:
            return mail if mail.sender.email else None
        deeper = _within(mail, ours)
        if len(deeper) != 1:
            return None
        (mail,) = deeper
    return None


def _within(mail: Mail, ours: Collection[str]) -> tuple[Mail, ...]:
    """The mails directly within this one."""
    inner = mail.body.forwarded
    return mail.attached if inner is None or not inner.text else (_in_text(mail, inner, ours),)


def _in_text(mail: Mail, inner: Forwarded, ours: Collection[str]) -> Mail:
    """The mail that stands in the text of this one, by what its shown header says; its day is taken from the outer one."""
    subject = inner.subject or FORWARDING.sub("", mail.subject).strip()
    # Below the words of one of us every earlier mail is looked at, also one that they answered; a member's quotes stay quotes.
    read_as = f"WG: {subject}" if inner.author.email in ours else subject
    return Mail(
        sender=inner.author,
        subject=subject,
        date=mail.date,
        body=split(inner.text, subject=read_as, author=inner.author.name),
        attachments=mail.attachments,
        attached=mail.attached,
        media_types=mail.media_types,
    )
