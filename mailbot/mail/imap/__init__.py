"""A folder on an IMAP server (RFC 9051, 3501), as far as the bot needs it. The errors of imapclient end in this package."""

from mailbot.mail.imap.folder import Arrived, Filed, Folder, Standing, open_folder, portions
from mailbot.mail.imap.names import DRAFTS, SENT

__all__ = ["DRAFTS", "SENT", "Arrived", "Filed", "Folder", "Standing", "open_folder", "portions"]
