"""
Everything that can go wrong and that a person can mend, as one family.

    MailbotError
    ├── SettingsError       environment or .env
    ├── CatalogueError      rules.yaml, every complaint at once
    ├── TemplateError       templates/
    ├── StoreError          the database
    │   ├── Deadlock        two of us waited for each other
    │   └── KeptWaiting     it is we who said nothing to it for too long
    ├── MailboxError        IMAP, LMTP; `again` says whether trying again makes sense
    ├── DeliveryError       SMTP; likewise
    ├── TokenError          the endpoint of OAuth 2; likewise
    └── NotFound            a ticket, mail or service that does not exist

The text of each is one clear sentence: what, where, and what to do. Foreign errors (imapclient,
smtplib, SQLAlchemy, pydantic, Jinja2) are translated at the module that calls them.
"""


class MailbotError(Exception):
    """Something a person can mend. Ends a command with its sentence on stderr and status 1."""


class SettingsError(MailbotError):
    """A wrong or missing setting in the environment or .env."""


class CatalogueError(MailbotError):
    """Complaints about rules.yaml, one `file:line: sentence` a line."""


class TemplateError(MailbotError):
    """A template that is missing, broken, or does not render."""


class StoreError(MailbotError):
    """The database cannot be reached, is locked, full, or of another version."""


class Deadlock(StoreError):
    """Two transactions waited for each other, and the database has ended this one."""


class KeptWaiting(StoreError):
    """The database has ended a transaction in which this process said nothing for too long: it computed, or stood still."""


class NotFound(MailbotError):
    """A key or name that stands for nothing."""


class WireError(MailbotError):
    """A mail server did not do what was asked; `again` tells whether trying again makes sense."""

    def __init__(self, sentence: str, *, again: bool) -> None:
        super().__init__(sentence)
        self.again = again


class MailboxError(WireError):
    """IMAP: connection, login, folder; LMTP: nobody can listen where mails are to be delivered."""


class DeliveryError(WireError):
    """SMTP: connection, login, refusal of a mail; `perhaps` tells that the mail may have been taken nevertheless."""

    def __init__(self, sentence: str, *, again: bool, perhaps: bool = False) -> None:
        super().__init__(sentence, again=again)
        self.perhaps = perhaps


class TokenError(WireError):
    """OAuth 2: no access token is to be had."""
