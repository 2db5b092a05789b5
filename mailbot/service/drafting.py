"""Whether a mail to a member is a draft, and what becomes of the drafts before it. Within the transaction that writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, Mailbox
from mailbot.store import drafts, histories, tickets
from mailbot.tickets.drafts import is_drafted
from mailbot.tickets.ticket import BOT, Event

OUTDATED = "a newer mail has taken its place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """The rules about drafts, for what is written at `now`."""

    connection: Connection
    catalogue: Catalogue
    now: datetime

    def is_drafted(self, keys: Sequence[str], mailbox: Mailbox) -> bool:
        """Whether an automatic mail about these tickets waits for a person: one service that wants it is enough."""
        # What the database knows is asked only for services whose mails may be drafts at all.
        wanted = {each.id for each in self.catalogue.services if is_drafted(self.catalogue, each.id, mailbox.id, unchanged=0)}
        services = {tickets.get(self.connection, key).request.service for key in keys} if wanted else set[str]()
        return any(self._is_drafted(service, mailbox) for service in services & wanted)

    def _is_drafted(self, service: str, mailbox: Mailbox) -> bool:
        unchanged = drafts.sent_unchanged(self.connection, service)
        return is_drafted(self.catalogue, service, mailbox.id, unchanged=unchanged)

    def outdate(self, key: str, recipients: Sequence[str] | None = None) -> bool:
        """
        What still waits in Drafts for the conversation of that ticket is not to be sent any more; whether there was any.

        `recipients`: only what goes to one of these.
        """
        outdated = drafts.outdate(self.connection, key, recipients, before=self.now, error=OUTDATED)
        for mail in outdated:
            text = f"Der Entwurf an {mail.recipient} gilt nicht mehr"
            histories.note(self.connection, mail.ticket or key, Event(at=self.now, kind="dropped", by=BOT, text=text))
        return bool(outdated)


def told_of(mailbox: Mailbox, *, draft: bool, outdated: bool) -> str:
    """What staff must know about drafts, in their language."""
    new = f"Die Mail an das Mitglied liegt als Entwurf im Postfach {mailbox.address}: bitte ansehen und abschicken."
    old = f"Ein älterer Entwurf im Postfach {mailbox.address} gilt nicht mehr: bitte löschen."
    return " ".join([new] * draft + [old] * outdated)
