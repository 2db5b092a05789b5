"""Who has looked at the senders of the mails that are there, and whether rules.yaml believes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.checkup.finding import Finding, Said, fine, tip
from mailbot.mail.proof import server_of
from mailbot.mail.read import read

LOOKED_AT = 30
"""So many of the newest mails tell which server checks senders, and how our own mails are signed."""


def checked_by(heads: Iterable[bytes]) -> tuple[str, ...]:
    """The servers that have written the topmost Authentication-Results, the most frequent first."""
    topmost = (next(iter(read(head).all("Authentication-Results")), "") for head in heads)
    return tuple(server for server, _ in Counter(filter(None, map(server_of, topmost))).most_common())


def signatures(heads: Iterable[bytes]) -> frozenset[tuple[str, str]]:
    """Domain and selector of what the authors' own domains have signed."""
    return frozenset(signature for head in heads for signature in _signatures(head))


def _signatures(head: bytes) -> Iterator[tuple[str, str]]:
    mail = read(head)
    for value in mail.all("DKIM-Signature"):
        tags = {name.strip(): "".join(text.split()) for name, _, text in (tag.partition("=") for tag in value.split(";"))}
        if tags.get("d", "").lower() == mail.sender.email.rpartition("@")[2] and tags.get("s"):
            yield tags["d"].lower(), tags["s"]


def senders(box: Mailbox, catalogue: Catalogue, *, mails: int, checked_by: Sequence[str]) -> Finding:
    """Whose word about senders there is, and whether rules.yaml believes it."""
    what, servers = Said(de=f"Absender {box.id}", en=f"senders {box.id}"), ", ".join(checked_by)
    if not mails:
        return fine(
            what,
            de="Noch liegt hier keine Mail, an der sich zeigt, welcher Server die Absender prüft",
            en="no mail lies here yet that shows which server checks the senders",
        )
    if set(checked_by) & {each.lower() for each in catalogue.authserv_ids}:
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
