"""
What a command works with that only looks: rules and database, neither servers nor keys, and no text before it is needed.

It begins several times as fast as an office, and waits for nobody who writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from sqlalchemy import Connection

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.errors import CatalogueError
from mailbot.settings import Settings
from mailbot.store import holds
from mailbot.store.database import Database, open_database
from mailbot.store.look import is_there
from mailbot.tickets.holds import with_holds


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRoom:
    """Settings, rules as rules.yaml has them or what is wrong with them, database and clock."""

    settings: Settings
    rules: Catalogue | CatalogueError
    database: Database
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def catalogue(self) -> Catalogue:
        """The rules as rules.yaml has them. Raises CatalogueError: they are wrong."""
        if isinstance(self.rules, CatalogueError):
            raise self.rules
        return self.rules

    @property
    def zone(self) -> tzinfo:
        """Where the office's clock hangs; UTC while the rules are wrong."""
        return UTC if isinstance(self.rules, CatalogueError) else self.rules.hours.timezone

    def in_force(self, connection: Connection) -> Catalogue:
        """The rules with the holds that the database knows."""
        return with_holds(self.catalogue, holds.holds(connection))


@contextmanager
def open_reading_room(settings: Settings) -> Iterator[ReadingRoom]:
    """
    Rules and database of these settings; a database that is not there yet is made.

    Raises MailbotError: the database is not as it must be, or it is not there yet and the rules are wrong.
    """
    rules = _rules_or_mistake(settings)
    database = open_database(settings.database)
    try:
        yield ReadingRoom(settings=settings, rules=rules, database=database)
    finally:
        database.close()


def _rules_or_mistake(settings: Settings) -> Catalogue | CatalogueError:
    try:
        return load_catalogue(settings.rules)
    except CatalogueError as error:
        # What the bot has written down can be read whatever is wrong with the rules; where it has never run nothing is made.
        if not is_there(settings.database):
            raise
        return error
