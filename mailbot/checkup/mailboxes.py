"""A mailbox as it stands: login, folders and their uses, what its server can do, and who has looked at the senders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.checkup.finding import Finding, Said, fine, tip
from mailbot.login import Login
from mailbot.mail.imap import open_folder
from mailbot.mail.oauth import Tokens
from mailbot.mail.proof import server_of
from mailbot.mail.read import read
from mailbot.service.drafts import DRAFTS
from mailbot.service.sentbox import sent_folder

LOOKED_AT = 30
"""So many of the newest mails tell which server checks senders, and how our own mails are signed."""

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
            checked_by=_checked_by([head.raw for head in heads]),
            signed=frozenset(signature for head in heads for signature in _signatures(head.raw)),
        )


def _checked_by(heads: list[bytes]) -> tuple[str, ...]:
    topmost = (next(iter(read(head).all("Authentication-Results")), "") for head in heads)
    return tuple(server for server, _ in Counter(filter(None, map(server_of, topmost))).most_common())


def _signatures(head: bytes) -> Iterator[tuple[str, str]]:
    """Domain and selector of what the author's own domain has signed."""
    mail = read(head)
    for value in mail.all("DKIM-Signature"):
        tags = {name.strip(): "".join(text.split()) for name, _, text in (tag.partition("=") for tag in value.split(";"))}
        if tags.get("d", "").lower() == mail.sender.email.rpartition("@")[2] and tags.get("s"):
            yield tags["d"].lower(), tags["s"]


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
    yield _senders(box, look, catalogue)


def name_of(box: Mailbox) -> Said:
    """What findings about it are called."""
    return Said(de=f"Postfach {box.id}", en=f"imap {box.id}")


def _named(name: str | None, to_be_made: str, look: Look) -> Said:
    if name is None:
        return Said(de=f"{to_be_made} (wird bei Bedarf angelegt)", en=f"{to_be_made} (not there yet, is made when needed)")
    if name in look.marked:
        return Said(de=name, en=name)
    return Said(de=f"{name} (dem Namen nach)", en=f"{name} (by its name)")


def _senders(box: Mailbox, look: Look, catalogue: Catalogue) -> Finding:
    """Whose word about senders there is, and whether rules.yaml believes it."""
    what, servers = Said(de=f"Absender {box.id}", en=f"senders {box.id}"), ", ".join(look.checked_by)
    if not look.mails:
        return fine(
            what,
            de="Noch liegt hier keine Mail, an der sich zeigt, welcher Server die Absender prüft",
            en="no mail lies here yet that shows which server checks the senders",
        )
    if set(look.checked_by) & {each.lower() for each in catalogue.authserv_ids}:
        return fine(what, de=f"geprüft von {servers}, wie in authserv_ids", en=f"checked by {servers}, as in authserv_ids")
    if servers:
        return tip(
            what,
            de=f"Die neuesten Mails hat {servers} geprüft. Ist das euer eigener Server, dann schreib in rules.yaml: "
            f"authserv_ids: [{servers}]; ohne das gilt kein Absender als bewiesen",
            en=f"the newest mails were checked by {servers}: if that is your own server, write into rules.yaml "
            f"'authserv_ids: [{servers}]'; without it no sender counts as proven",
        )
    return tip(
        what,
        de="Kein Server hat die Absender der neuesten Mails geprüft (Authentication-Results): kein Absender gilt als "
        "bewiesen. Die "
        "Antworten wiederholen dann nichts von dem, was jemand geschrieben hat; Befehle aus dem Team zählen nur als Antwort auf "
        "Mails des Bots. Fragt euren Anbieter danach",
        en="no server has checked the senders of the newest mails (Authentication-Results), so no sender counts as proven: "
        "answers "
        "repeat nothing of what was written, and orders of staff count only as replies to mails of the bot; ask your provider "
        "for it",
    )
