"""The bot as a whole: once through everything, or until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread, current_thread
from time import monotonic

import structlog

from mailbot.catalogue import Mailbox
from mailbot.errors import DeliveryError, MailbotError, MailboxError, SettingsError
from mailbot.mail.imap import Folder
from mailbot.service import instruments, sender, worker
from mailbot.service.clock import wind_up
from mailbot.service.drafts import file_drafts
from mailbot.service.erasing import erase_what_was_asked
from mailbot.service.manager import Manager
from mailbot.service.office import Office
from mailbot.service.pulse import Pulse
from mailbot.service.receiver import Since, file_away, hand_over, receive
from mailbot.service.sender import deliver, file_copies
from mailbot.service.sentbox import look_into_sent
from mailbot.service.shadow import settle
from mailbot.service.worker import work
from mailbot.settings import strangers
from mailbot.store import mailboxes

log = structlog.get_logger()

IDLE = 1.0
"""Seconds between two looks of a worker or sender that nobody wakes: other bots may have left work."""

POLL = 60.0
"""Seconds after which a folder is looked at, whatever IDLE says or does not say."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds before the second, third … attempt to reach a server; the last one goes on for ever."""

PATIENCE = {"worker": worker.LEASE, "sender": sender.LEASE}
"""How long one turn of a part may take, as the books have it; after that it counts as stuck."""

LONG = timedelta(hours=1)
"""The same for every other part: a receiver may have a big folder to take in."""

FAREWELL = 8.0
"""Seconds that a stop waits for parts whose work may be cut off and done again."""


def tell_strangers(office: Office) -> None:
    """Warn of settings that mean nothing; most are misspelt ones that were meant to."""
    for sentence in strangers([box.id for box in office.catalogue.mailboxes]):
        log.warning("unknown setting", what=sentence)


def run_once(office: Office, *, since: Since | None = None) -> None:
    """
    Take in all mail that is there now, process it, send what is due; erase whom staff have ordered to.

    Raises MailboxError or DeliveryError at the end for a server that could not be reached; all that could be
    done without it has been done.
    """
    settle(office)
    errors: list[MailbotError] = []
    for box in office.catalogue.mailboxes:
        with _collected(errors), _inbox(office, box) as folder:
            receive(office, box, folder, since=since)
    # After every inbox: what was answered from one mailbox may have come to another.
    for box in office.catalogue.mailboxes:
        with _collected(errors), _inbox(office, box) as folder:
            look_into_sent(office, box, folder, since=since)
        hand_over(office, box)
    while work(office):
        pass
    if not office.catalogue.in_shadow:
        with _collected(errors):
            while deliver(office):
                pass
        for box in office.catalogue.mailboxes:
            with _collected(errors), _inbox(office, box) as folder:
                _file(office, box, folder)
    erase_what_was_asked(office)
    if errors:
        raise errors[0]


@contextmanager
def _collected(errors: list[MailbotError]) -> Iterator[None]:
    try:
        yield
    except (MailboxError, DeliveryError) as error:
        log.error("not reached", error=str(error))
        errors.append(error)


@contextmanager
def _inbox(office: Office, box: Mailbox) -> Iterator[Folder]:
    """The mailbox's folder; what is wrong with the server is noted for `status` and the digest."""
    try:
        readonly = box.after == "leave" or office.catalogue.in_shadow
        with office.open_folder(office.settings.mailbox(box.id), box.folder, readonly=readonly) as folder:
            yield folder
    except MailboxError as error:
        _note_trouble(office, box, error)
        raise


def _file(office: Office, box: Mailbox, folder: Folder) -> None:
    """What was done shows in the mailbox: handled mails, drafts, copies. In shadow it stays as it is."""
    if office.catalogue.in_shadow:
        return
    file_away(office, box, folder)
    file_drafts(office, box, folder)
    file_copies(office, box, folder)


def _note_trouble(office: Office, box: Mailbox, error: MailbotError) -> None:
    with office.database.write() as connection:
        mailboxes.in_trouble(connection, box.id, str(error), now=office.clock())


@dataclass(frozen=True, slots=True)
class Bells:
    """How the parts of a running bot wake each other, how all are told to stop, and how each says that it lives."""

    stop: Event = field(default_factory=Event)
    pulse: Pulse = field(default_factory=Pulse)
    arrived: Event = field(default_factory=Event)  # for the worker
    written: Event = field(default_factory=Event)  # for the sender
    to_file: dict[str, Event] = field(default_factory=dict)  # for the receiver of each mailbox

    def ring_out(self) -> None:
        """Tell all to stop after what they have in hand."""
        self.stop.set()
        for bell in (self.arrived, self.written, *self.to_file.values()):
            bell.set()

    def turn(self, pause: float = 0.0) -> None:
        """The part that calls begins a turn, after a pause of so many seconds."""
        self.pulse.beat(current_thread().name, within=pause + PATIENCE.get(current_thread().name, LONG).total_seconds())


def run(office: Office, *, since: Since | None = None, bells: Bells | None = None, manager: Manager | None = None) -> None:
    """
    Receive, process, send and keep the clock until `bells.ring_out()`; each part finishes what it has in hand.

    A server that is away is tried again with growing pauses; nothing ends this but the bell. The service `manager` hears
    that all is well as long as every part makes its turns.
    """
    bells, manager = bells or Bells(), manager or Manager()
    for box in office.catalogue.mailboxes:
        office.settings.mailbox(box.id)
    if not office.catalogue.in_shadow:
        office.settings.outgoing()
    settle(office)
    clock = wind_up(office)
    receivers: list[Thread] = []
    parts = [
        _part("mailboxes", _mailboxes(office, bells, since, receivers), bells),
        _part("worker", _worker(office, bells), bells),
        _part("sender", _sender(office, bells), bells),
        _part("clock", _clock(clock.run_pending, bells), bells),
    ]
    log.info("running", mailboxes=len(office.catalogue.mailboxes))
    for part in parts:
        part.start()
    watch = Thread(target=_watch, args=(bells, manager, f"reading {len(office.catalogue.mailboxes)} mailboxes"), name="watch")
    watch.start()
    watch.join()
    _take_leave(parts, receivers)
    log.info("stopped")


def _watch(bells: Bells, manager: Manager, status: str) -> None:
    """Tell the manager that the bot lives, as long as no part is stuck, until the bell."""
    manager.ready(status)
    while not bells.stop.wait(manager.interval):
        if stuck := ", ".join(bells.pulse.stuck()):
            log.error("stuck", parts=stuck)
            manager.stuck(f"stuck: {stuck}")
        else:
            manager.alive()
    manager.stopping()


def _take_leave(parts: Sequence[Thread], receivers: Sequence[Thread]) -> None:
    """
    Wait for all, but not for ever: what a server keeps waiting is left as a crash would leave it, and done again next time.

    Only the sender is waited for in any case: of a mail that is half handed over nobody could tell whether it arrived.
    """
    end = monotonic() + FAREWELL
    for part in (*parts, *receivers):
        part.join(None if part.name == "sender" else max(end - monotonic(), 0.0))
    if left := [part.name for part in (*parts, *receivers) if part.is_alive()]:
        log.warning("not waited for", parts=", ".join(left))


def _part(name: str, live: Callable[[], None], bells: Bells) -> Thread:
    """A thread that lives again after every error, with growing pauses between two lives."""

    def go_on() -> None:
        failures = 0
        while not bells.stop.is_set():
            bells.turn()
            began = monotonic()
            if _lives(name, live):
                failures = 0
                continue
            # Servers end a connection that is fine every now and then: no reason to wait longer each time.
            failures = 1 if monotonic() - began > PAUSES[-1] else failures + 1
            pause = PAUSES[min(failures, len(PAUSES)) - 1]
            bells.turn(pause)
            bells.stop.wait(pause)

    return Thread(target=go_on, name=name, daemon=True)


def _lives(name: str, live: Callable[[], None]) -> bool:
    try:
        live()
    except MailbotError as error:
        instruments.failed(name)
        log.error("in trouble", part=name, error=str(error))
        return False
    except Exception:
        instruments.failed(name)
        log.exception("in trouble", part=name)
        return False
    return True


def _mailboxes(office: Office, bells: Bells, since: Since | None, receivers: list[Thread]) -> Callable[[], None]:
    """Each mailbox gets a receiver as soon as rules.yaml has it; `receivers` are those that were started."""

    def live() -> None:
        for box in office.catalogue.mailboxes:
            if box.id in bells.to_file:
                continue
            readable = _has_login(office, box)
            bells.to_file[box.id] = Event()
            if readable:
                receivers.append(_part(f"receiver {box.id}", _receiver(office, box.id, bells, since), bells))
                receivers[-1].start()
        bells.stop.wait(IDLE)

    return live


def _has_login(office: Office, box: Mailbox) -> bool:
    try:
        office.settings.mailbox(box.id)
    except SettingsError as error:
        log.error("a new mailbox cannot be read; set its login and start the bot anew", mailbox=box.id, error=str(error))
        _note_trouble(office, box, error)
        return False
    return True


def _receiver(office: Office, id: str, bells: Bells, since: Since | None) -> Callable[[], None]:
    """Until the connection ends or the mailbox changes: take in, file what others have done, wait for news."""
    pending = [since]
    bell = bells.to_file[id]

    def live() -> None:
        box = _in_force(office, id)
        if box is None:
            bells.stop.wait(IDLE)
            return
        with _inbox(office, box) as folder:
            while not bells.stop.is_set() and _in_force(office, id) == box:
                bells.turn()
                if _take_in(office, box, folder, pending[0]):
                    bells.arrived.set()
                pending[0] = None
                bell.clear()
                _file(office, box, folder)
                folder.wait(POLL, lambda: bell.is_set() or bells.stop.is_set())

    return live


def _take_in(office: Office, box: Mailbox, folder: Folder, since: Since | None) -> int:
    """What has come, and what people have written meanwhile: nobody works on the one before the other is known."""
    try:
        return receive(office, box, folder, since=since) + look_into_sent(office, box, folder, since=since)
    finally:
        hand_over(office, box)


def _in_force(office: Office, id: str) -> Mailbox | None:
    """The mailbox as rules.yaml has it now; None when it has left."""
    return next((box for box in office.catalogue.mailboxes if box.id == id), None)


def _worker(office: Office, bells: Bells) -> Callable[[], None]:
    def live() -> None:
        bells.arrived.clear()
        while work(office):
            bells.turn()
            bells.written.set()
            if bells.stop.is_set():
                return
        bells.arrived.wait(IDLE)

    return live


def _sender(office: Office, bells: Bells) -> Callable[[], None]:
    def live() -> None:
        bells.written.clear()
        while not office.catalogue.in_shadow and deliver(office, until=bells.stop.is_set):
            bells.turn()
            for bell in tuple(bells.to_file.values()):
                bell.set()
            if bells.stop.is_set():
                return
        bells.written.wait(IDLE)

    return live


def _clock(run_pending: Callable[[], None], bells: Bells) -> Callable[[], None]:
    def live() -> None:
        run_pending()
        bells.stop.wait(IDLE)

    return live
