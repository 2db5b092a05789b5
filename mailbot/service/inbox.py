"""A mailbox as the bot works in it: its folder, what shows there of what was done, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mailbot.catalogue import Mailbox
from mailbot.errors import MailbotError, MailboxError
from mailbot.mail.imap import Folder
from mailbot.service.drafts import file_drafts
from mailbot.service.office import Office
from mailbot.service.receiver import file_away
from mailbot.service.sender import file_copies
from mailbot.store import mailboxes


@contextmanager
def inbox(office: Office, box: Mailbox) -> Iterator[Folder]:
    """The mailbox's folder; what is wrong with the server is noted for `status` and the digest."""
    try:
        readonly = box.after == "leave" or office.catalogue.in_shadow
        with office.open_folder(office.settings.mailbox(box.id), box.folder, readonly=readonly) as folder:
            yield folder
    except MailboxError as error:
        note_trouble(office, box, error)
        raise


def file(office: Office, box: Mailbox, folder: Folder) -> None:
    """What was done shows in the mailbox: handled mails, drafts, copies. In shadow it stays as it is."""
    if office.catalogue.in_shadow:
        return
    file_away(office, box, folder)
    file_drafts(office, box, folder)
    file_copies(office, box, folder)


def note_trouble(office: Office, box: Mailbox, error: MailbotError) -> None:
    """What is wrong with a mailbox, for `status` and the digest; since when stays what it was."""
    with office.database.write() as connection:
        mailboxes.in_trouble(connection, box.id, str(error), now=office.clock())
