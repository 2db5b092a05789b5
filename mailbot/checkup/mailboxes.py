"""A mailbox as it stands: login, folders and their uses, what its server can do, and who has looked at the senders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.checkup.finding import Finding, Said, fine, tip
from mailbot.checkup.senders import LOOKED_AT, checked_by, senders, signatures
from mailbot.login import Login
from mailbot.mail.imap import DRAFTS, open_folder
from mailbot.mail.oauth import Tokens
from mailbot.service.sentbox import sent_folder

HEAD = ("FROM", "AUTHENTICATION-RESULTS", "DKIM-SIGNATURE")
ABILITIES = ("IDLE", "MOVE", "UIDPLUS", "SPECIAL-USE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    What was seen in a mailbox.

    `newest` is when its newest mail came, by the server's clock; `checked_by` the servers that have written the topmost
    Authentication-Results, the most frequent first; `signed` domain and selector of the signatures below mails.
    """

    mails: int
    abilities: frozenset[str]
    sent: str | None
    drafts: str | None
    marked: frozenset[str]  # folders whose special use the server tells (RFC 6154)
    newest: datetime | None = None
    checked_by: tuple[str, ...] = ()
    signed: frozenset[tuple[str, str]] = frozenset()


def look_into(login: Login, box: Mailbox, tokens: Tokens | None = None) -> Look:
    """Raises MailboxError."""
    with open_folder(login, box.folder, readonly=True, tokens=tokens) as folder:
        uids = folder.uids()
        heads = tuple(folder.heads(uids[-LOOKED_AT:], HEAD))
        return Look(
            mails=len(uids),
            abilities=folder.capabilities & frozenset(ABILITIES),
            sent=sent_folder(folder, box),
            drafts=folder.known_special(DRAFTS),
            marked=folder.marked,
            newest=max((head.received for head in heads), default=None),
            checked_by=checked_by(head.raw for head in heads),
            signed=signatures(head.raw for head in heads),
        )


def mailbox(login: Login, box: Mailbox, look: Look, catalogue: Catalogue) -> Iterator[Finding]:
    """What that means."""
    what = name_of(box)
    abilities = ", ".join(ability for ability in ABILITIES if ability in look.abilities)
    none_of = ", ".join(ABILITIES)
    sent, drafts = _named(look.sent, box.sent or "Sent", look), _named(look.drafts, "Drafts", look)
    yield fine(
        what,
        de=f"{login.user} bei {login.host}: {box.folder} mit {look.mails} Mails; der Server kann "
        f"{abilities or f'nichts von {none_of}'}; "
        f"Gesendetes liegt in {sent.de}, Entwürfe in {drafts.de}",
        en=f"{login.user} at {login.host}: {box.folder} with {look.mails} mails, "
        f"{abilities or f'none of {none_of}'}; "
        f"sent mails in {sent.en}, drafts in {drafts.en}",
    )
    if "IDLE" not in look.abilities:
        yield tip(
            what,
            de="Der Server meldet neue Mails nicht von selbst (IDLE); der Bot sieht alle zehn Sekunden nach",
            en="the server does not tell of new mails by itself (IDLE); the bot looks every ten seconds",
        )
    if box.after == "move" and not look.abilities & {"MOVE", "UIDPLUS"}:
        yield tip(
            what,
            de="Der Server kann Mails nicht verschieben (MOVE, UIDPLUS). Mit „after: move“ werden sie kopiert und als gelöscht "
            "markiert; besser ist „after: leave“",
            en="the server cannot move mails (MOVE, UIDPLUS); with 'after: move' they are copied and marked as deleted, "
            "'after: leave' is better",
        )
    yield senders(box, catalogue, mails=look.mails, checked_by=look.checked_by)


def name_of(box: Mailbox) -> Said:
    """What findings about it are called."""
    return Said(de=f"Postfach {box.id}", en=f"imap {box.id}")


def _named(name: str | None, to_be_made: str, look: Look) -> Said:
    if name is None:
        return Said(de=f"{to_be_made} (wird bei Bedarf angelegt)", en=f"{to_be_made} (not there yet, is made when needed)")
    if name in look.marked:
        return Said(de=name, en=name)
    return Said(de=f"{name} (dem Namen nach)", en=f"{name} (by its name)")
