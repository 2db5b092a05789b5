"""
Mails that a person is to send: from the outbox into the Drafts folder, and known again in Sent.

No limit holds them back: a person decides about each, and what is never sent makes no loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from mailbot.catalogue import Mailbox
from mailbot.mail.imap import DRAFTS, Folder
from mailbot.mail.markup import html_to_text
from mailbot.mail.message import Kind, Mail
from mailbot.mail.read import read
from mailbot.mail.structure import structure
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.store import drafts, histories, outbound, ticket_mails, tickets
from mailbot.store.inbound import Inbound
from mailbot.store.outbound import Outbound
from mailbot.tickets.blocks import printable
from mailbot.tickets.drafts import Fate, fate, is_drafted, trusted_after
from mailbot.tickets.ticket import BOT, Event

log = structlog.get_logger()

LEASE = timedelta(minutes=5)
"""How long one may take to be filed: who has no lease counts as dead after that."""


def file_drafts(office: Office, box: Mailbox, folder: Folder) -> None:
    """Put each mail of this mailbox that a person is to send into its Drafts folder, once."""
    while office.lease.lasts() and (claimed := _claim(office, box)) is not None:
        mail, raw = claimed
        name = folder.special(DRAFTS, "Drafts")
        # After a crash it may lie there already.
        if not folder.has(name, mail.message_id):
            folder.append(name, raw, draft=True)
        with office.database.write() as connection:
            drafts.filed(connection, mail.id, now=office.clock())
            if mail.ticket is not None:
                text = f"Entwurf an {mail.recipient} liegt im Ordner „{name}“"
                histories.note(connection, mail.ticket, Event(at=office.clock(), kind="drafted", by=BOT, text=text))
        log.info("drafted", mail=mail.id, ticket=mail.ticket)


def _claim(office: Office, box: Mailbox) -> tuple[Outbound, bytes] | None:
    with office.database.write() as connection:
        return drafts.claim(connection, box.id, now=office.clock(), lease=LEASE, by=office.lease.id)


def sent_as_draft(connection: Connection, mail: Mail, recipients: Sequence[str]) -> tuple[Outbound, Fate] | None:
    """
    The draft that a mail in Sent was, and what has become of it; None for a mail that a person wrote anew.

    Thunderbird gives a draft a new Message-ID each time it is saved and drops headers that it does not know, but keeps
    In-Reply-To and References; Exchange may overwrite the Message-ID when it sends ([MS-OXCMAIL], 2.1.3.2.11), others
    keep it. So: by Message-ID, else by what is answered, else by the ticket's key, the latter two to the same recipient.
    """
    same = outbound.by_message_id(connection, mail.message_id)
    if same is not None and same.state in drafts.BY_A_PERSON:
        found = _fate(connection, same, mail)
        return same, Fate.CHANGED if found is Fate.REPLACED else found
    for draft in _akin(connection, mail, recipients):
        found = _fate(connection, draft, mail)
        if found is not Fate.REPLACED:
            return draft, found
    return None


def _akin(connection: Connection, mail: Mail, recipients: Sequence[str]) -> list[Outbound]:
    """The drafts to these recipients that the mail may have been, the likeliest first."""
    answered = {*mail.in_reply_to, *mail.references}
    waiting = drafts.for_recipients(connection, recipients)
    same = [draft for draft in waiting if answered & set(read(outbound.raw_of(connection, draft.id)).in_reply_to)]
    named = [draft for draft in waiting if draft not in same and f"[{draft.ticket}]".lower() in mail.subject.lower()]
    return [*same, *named]


def _fate(connection: Connection, draft: Outbound, mail: Mail) -> Fate:
    raw = outbound.raw_of(connection, draft.id)
    return fate((*_texts(read(raw)), _html(raw)), _texts(mail))


def _texts(mail: Mail) -> tuple[str, str]:
    return own_words(mail), mail.text


def own_words(mail: Mail) -> str:
    """What the author of a mail says in it, without quotes and signature."""
    return "\n".join(printable(line.text) for line in mail.body.of(Kind.OWN)).strip()


def _html(raw: bytes) -> str:
    """What a mail program that writes HTML makes its text of."""
    parts = [part for part in structure(raw).walk() if part.get_content_type() == "text/html"]
    return "\n".join(html_to_text(bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")) for part in parts)


def note_sent(post: Post, row: Inbound, mail: Mail, draft: Outbound, found: Fate) -> None:
    """Write down that a person has sent a draft, and tell staff when the bot is trusted for that."""
    assert draft.ticket is not None
    ticket = tickets.lock(post.connection, draft.ticket)
    service = ticket.request.service
    drafted_so_far = _is_drafted(post, service, draft)
    drafts.sent(post.connection, draft.id, at=row.received, unchanged=found is Fate.UNCHANGED)
    ticket_mails.add(post.connection, ticket.key, row.id)
    how = "unverändert" if found is Fate.UNCHANGED else f"geändert:\n{own_words(mail)}"
    post.note(ticket.key, "sent", f"Entwurf an {draft.recipient} abgeschickt, {how}")
    if drafted_so_far and not _is_drafted(post, service, draft):
        words = post.writer.trusted(post.catalogue.service(service), unchanged=trusted_after(post.catalogue, service) or 0)
        for member in post.present():
            post.notice(member, words, mailbox=post.catalogue.mailbox(draft.mailbox))


def _is_drafted(post: Post, service: str, draft: Outbound) -> bool:
    number = drafts.sent_unchanged(post.connection, service)
    return is_drafted(post.catalogue, service, draft.mailbox, unchanged=number)
