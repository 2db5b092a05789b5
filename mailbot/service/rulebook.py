"""The rules and texts in force: a running bot takes up changed files, and keeps the last good ones when they are wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic

import structlog

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.errors import CatalogueError, StoreError, TemplateError
from mailbot.examples import broken_examples
from mailbot.service.files import files_below
from mailbot.tickets import rehearsal
from mailbot.tickets.folders import want_of_folders
from mailbot.tickets.holds import with_holds
from mailbot.tickets.ticket import Ticket
from mailbot.tickets.writer import Writer

log = structlog.get_logger()

GLANCE = 1.0
"""Seconds after which the files are looked at again."""

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one mail is decided and answered by."""

    catalogue: Catalogue
    writer: Writer


class Rulebook:
    """
    Reads rules.yaml and templates/; changed ones are in force only after they were rehearsed.

    Args:
        rehearse: at the start too, which takes seconds: render every template, run the examples.
        delivered: ids of the mailboxes that are delivered to by LMTP.

    Raises CatalogueError or TemplateError when they are wrong at the start; later `trouble` says so.
    """

    def __init__(self, rules: Path, templates: Path, *, rehearse: bool, delivered: Collection[str] = ()) -> None:
        self._path, self._templates, self._delivered = rules, templates, delivered
        self._lock = Lock()
        self._stamp, self._looked = self._look(), monotonic()
        self._rules = self._load(rehearse)
        self._in_force: tuple[Mapping[str, str], Rules] | None = None
        self._unfinished: Callable[[], Iterable[Ticket]] = tuple
        self.trouble: str | None = None

    def mind(self, unfinished: Callable[[], Iterable[Ticket]], *, at_once: bool) -> None:
        """
        From now on refuse changed rules without the service or mailbox of a ticket that somebody waits for.

        Raises CatalogueError: `at_once`, and those in force are so.
        """
        if at_once:
            self._keep_in_mind(self._rules.catalogue, unfinished())
        self._unfinished = unfinished

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in force, as rules.yaml has it."""
        with self._lock:
            self._take_up_changes()
            return self._rules.catalogue

    def current(self, holds: Mapping[str, str]) -> Rules:
        """The rules in force, with these services on hold besides those of rules.yaml."""
        with self._lock:
            self._take_up_changes()
            if self._in_force is None or self._in_force[0] != holds:
                catalogue = with_holds(self._rules.catalogue, holds)
                self._in_force = (dict(holds), Rules(catalogue=catalogue, writer=self._rules.writer.under(catalogue)))
            return self._in_force[1]

    def _take_up_changes(self) -> None:
        if monotonic() - self._looked < GLANCE:
            return
        stamp, self._looked = self._look(), monotonic()
        if stamp == self._stamp:
            return
        try:
            unfinished = self._unfinished()
        except StoreError:
            return  # nobody knows what they may not lack; they are looked at again when the database is back
        self._stamp = stamp
        try:
            changed = self._load(rehearse=True)
            self._keep_in_mind(changed.catalogue, unfinished)
            self._keep_its_shadow(changed.catalogue)
        except (CatalogueError, TemplateError) as error:
            self.trouble = str(error)
            log.error("changed rules are wrong, the last good ones stay in force", complaint=self.trouble)
            return
        self._rules, self.trouble, self._in_force = changed, None, None
        log.info("changed rules are in force")

    def _load(self, rehearse: bool) -> Rules:
        catalogue = load_catalogue(self._path)
        self._refuse(want_of_folders(catalogue, self._delivered))
        writer = Writer(catalogue, self._templates)
        if rehearse:
            rehearsal.rehearse(writer, catalogue)
            self._refuse(broken_examples(catalogue))
        return Rules(catalogue=catalogue, writer=writer)

    def _keep_in_mind(self, catalogue: Catalogue, unfinished: Iterable[Ticket]) -> None:
        self._refuse(_orphans(catalogue, tuple(unfinished)))

    def _refuse(self, complaints: Iterable[object]) -> None:
        if lines := [f"{self._path}: {each}" for each in complaints]:
            raise CatalogueError("\n".join(lines))

    def _keep_its_shadow(self, catalogue: Catalogue) -> None:
        # Half of the bot would still write in shadow what the other half goes on with; service/shadow.py begins and ends it.
        if catalogue.in_shadow != self._rules.catalogue.in_shadow:
            raise CatalogueError(f"{self._path}: 'mode' goes into or out of shadow at a new start only; start the bot anew")

    def _look(self) -> Stamp:
        return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path in self._files() if (stat := path.stat()))

    def _files(self) -> Iterator[Path]:
        yield from (path for path in (self._path, *files_below(self._templates)) if path.is_file())


def _orphans(catalogue: Catalogue, tickets: Sequence[Ticket]) -> Iterator[str]:
    services, boxes = {service.id for service in catalogue.services}, {box.id for box in catalogue.mailboxes}
    needed = [("service", ticket.request.service, ticket.key) for ticket in tickets if ticket.request.service not in services]
    needed += [("mailbox", ticket.mailbox, ticket.key) for ticket in tickets if ticket.mailbox not in boxes]
    for what, id in dict.fromkeys((what, id) for what, id, _ in needed):
        keys = [key for *which, key in needed if which == [what, id]]
        shown = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
        yield f"there is no {what} '{id}', but unfinished tickets need it: {shown}; put it back, or close them and save again"
