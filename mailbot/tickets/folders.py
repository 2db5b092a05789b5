"""What rules.yaml cannot ask of a mailbox without folders. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mailbot.catalogue import Catalogue
from mailbot.tickets.drafts import is_drafted


def want_of_folders(catalogue: Catalogue, delivered: Collection[str]) -> Iterator[str]:
    """A sentence for each wish of a mailbox in vain; `delivered` are the ids of those that mails are delivered to by LMTP."""
    for box in catalogue.mailboxes:
        if box.id not in delivered:
            continue
        none = f"mails are delivered to the mailbox '{box.id}' (MAILBOT_LMTP_{box.id.upper()}), it has no folder"
        if box.after == "move":
            yield f"{none} to move handled mails to; leave 'after: move' away"
        if any(is_drafted(catalogue, service.id, box.id, unchanged=0) for service in catalogue.services):
            yield f"{none} for drafts; let its mails leave ('mode: live', 'replies: send')"
