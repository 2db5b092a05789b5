"""
The parts of a running bot, each a thread that lives again after every error.

Where bots share a database each part holds a lease (service/heart.py): what it has in hand is its own, until it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from threading import Event, Thread
from time import monotonic

import structlog

from mailbot.catalogue import Mailbox
from mailbot.errors import MailbotError, SettingsError, StoreError
from mailbot.listener import Door
from mailbot.login import Login
from mailbot.mail.imap import Folder
from mailbot.service import instruments
from mailbot.service.bells import Bell, Bells, wake
from mailbot.service.heart import MAILBOX, Heart
from mailbot.service.inbox import file, inbox, note_trouble
from mailbot.service.lookout import MINUTE, Lookout
from mailbot.service.office import Office
from mailbot.service.receiver import Since, hand_over, receive
from mailbot.service.sender import PATIENCE, deliver
from mailbot.service.sentbox import look_into_sent
from mailbot.service.worker import work

log = structlog.get_logger()

IDLE = 1.0
"""Seconds between two looks of a worker or sender that nobody wakes: other bots may have left work."""

POLL = 60.0
"""Seconds after which a folder is looked at, whatever IDLE says or does not say."""

OPEN = 60
"""Turns, of IDLE each, after which a bot that mails are delivered to notes once more that it is there."""

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds before the second, third … attempt to reach a server; the last one goes on for ever."""

DATABASE_PAUSE = 5.0
"""Seconds at most before the next attempt to reach the database: it is ours, and nobody counts our logins."""

STANDBY = 2.0
"""Seconds between two looks whether a mailbox that another bot attends to has become free."""


def part(name: str, live: Callable[[], None], bells: Bells) -> Thread:
    """A thread that lives again after every error, with growing pauses between two lives."""

    def go_on() -> None:
        failures = 0
        while not bells.stop.is_set():
            bells.turn()
            began = monotonic()
            error = end_of(name, live)
            if error is None:
                failures = 0
                continue
            # Servers end a connection that is fine every now and then: no reason to wait longer each time.
            failures = 1 if monotonic() - began > PAUSES[-1] else failures + 1
            pause = PAUSES[min(failures, len(PAUSES)) - 1]
            if isinstance(error, StoreError):
                pause = min(pause, DATABASE_PAUSE)
            bells.turn(pause)
            bells.stop.wait(pause)

    return Thread(target=go_on, name=name, daemon=True)


def end_of(name: str, live: Callable[[], object]) -> Exception | None:
    """What a life has ended by, if not by itself."""
    try:
        live()
    except MailbotError as error:
        instruments.failed(name)
        log.error("in trouble", part=name, error=str(error))
        return error
    except Exception as error:
        instruments.failed(name)
        log.exception("in trouble", part=name)
        return error
    return None


def mailboxes(office: Office, bells: Bells, heart: Heart, since: Since | None, receivers: list[Thread]) -> Callable[[], None]:
    """Each mailbox gets a receiver as soon as rules.yaml has it; `receivers` are those that were started."""

    def receiver(id: str, way_in: Login | Door) -> Callable[[], None]:
        if isinstance(way_in, Door):
            return _door(office, id, bells, way_in)
        return _receiver(office, id, bells, heart, since)

    def live() -> None:
        for box in office.catalogue.mailboxes:
            if box.id in bells.to_file:
                continue
            way_in = _way_in(office, box)
            bells.to_file[box.id] = Event()
            if way_in is not None:
                receivers.append(part(f"receiver {box.id}", receiver(box.id, way_in), bells))
                receivers[-1].start()
        bells.stop.wait(IDLE)

    return live


def _way_in(office: Office, box: Mailbox) -> Login | Door | None:
    try:
        return office.settings.way_in(box.id)
    except SettingsError as error:
        log.error("a new mailbox cannot be read; set its login and start the bot anew", mailbox=box.id, error=str(error))
        note_trouble(office, box, error)
        return None


def _door(office: Office, id: str, bells: Bells, where: Door) -> Callable[[], None]:
    """Take what is delivered, until the mailbox changes. Each bot has its own door, for the mail server beside it."""

    # Few want it, and it takes a while to load.
    from mailbot.service.lmtp import delivered_at, note_open

    told = Event()

    def live() -> None:
        box = _in_force(office, id)
        if box is None:
            bells.stop.wait(IDLE)
            return
        with delivered_at(where, office, box, bells) as ours:
            if not ours:
                _wait_for_other(id, where, bells, told)
                return
            told.clear()
            for turn in count():
                if bells.stop.wait(IDLE) or _in_force(office, id) != box:
                    return
                bells.turn()
                if turn % OPEN == 0:
                    note_open(office, box)

    return live


def _wait_for_other(id: str, where: Door, bells: Bells, told: Event) -> None:
    """What is delivered there is taken all the same, so nothing is wrong; that nobody listens here is told once."""
    if not told.is_set():
        sentence = "another bot on this host and database takes what is delivered; waiting for its end"
        log.warning(sentence, mailbox=id, at=str(where))
        told.set()
    bells.stop.wait(STANDBY)


def _receiver(office: Office, id: str, bells: Bells, heart: Heart, since: Since | None) -> Callable[[], None]:
    """Until the connection ends or the mailbox changes; while another bot reads it, wait for that one's end."""
    pending = [since]
    bell = bells.to_file[id]

    def live() -> None:
        box = _in_force(office, id)
        if box is None:
            bells.stop.wait(IDLE)
            return
        with heart.lease(MAILBOX.format(id)) as lease:
            if lease is not None:
                _attend(replace(office, lease=lease), box, bells, pending)
        if lease is not None:
            wake(office.database, bells, Bell.TO_FILE)  # who waits for the mailbox may have it
        elif bell.wait(STANDBY):
            bell.clear()

    return live


def _attend(office: Office, box: Mailbox, bells: Bells, pending: list[Since | None]) -> None:
    """Take in, file what others have done, wait for news, as long as the mailbox is ours; `pending` counts once."""
    bell = bells.to_file[box.id]

    def stops() -> bool:
        return bells.stop.is_set() or not office.lease.lasts()

    with inbox(office, box) as folder:
        while not stops() and _in_force(office, box.id) == box:
            bells.turn()
            if _take_in(office, box, folder, pending[0]):
                wake(office.database, bells, Bell.ARRIVED)
            pending[0] = None
            bell.clear()
            file(office, box, folder)
            folder.wait(POLL, lambda: bell.is_set() or stops())


def _take_in(office: Office, box: Mailbox, folder: Folder, since: Since | None) -> int:
    """What has come, and what people have written meanwhile: nobody works on the one before the other is known."""
    try:
        return receive(office, box, folder, since=since) + look_into_sent(office, box, folder, since=since)
    finally:
        hand_over(office, box)


def _in_force(office: Office, id: str) -> Mailbox | None:
    """The mailbox as rules.yaml has it now; None when it has left."""
    return next((box for box in office.catalogue.mailboxes if box.id == id), None)


def worker(office: Office, bells: Bells, heart: Heart) -> Callable[[], None]:
    """From mails that came in to what follows from them."""

    def step(office: Office) -> bool:
        worked = work(office)
        if worked:
            wake(office.database, bells, Bell.WRITTEN)
        return worked

    return _busy("worker", step, office, bells.arrived, bells, heart)


def sender(office: Office, bells: Bells, heart: Heart) -> Callable[[], None]:
    """From the outbox to SMTP; in shadow it rests."""

    def ends() -> bool:
        bells.turn()  # each mail is one: however many leave at a stretch, the sender is not stuck
        return bells.stop.is_set()

    def step(office: Office) -> bool:
        delivered = not office.catalogue.in_shadow and deliver(office, until=ends, patience=PATIENCE) > 0
        if delivered:
            wake(office.database, bells, Bell.TO_FILE)
        return delivered

    return _busy("sender", step, office, bells.written, bells, heart)


def _busy(
    name: str, step: Callable[[Office], bool], office: Office, bell: Event, bells: Bells, heart: Heart
) -> Callable[[], None]:
    """Step by step while there is work, under a lease of its own; then wait for the bell."""

    def live() -> None:
        with heart.own_lease(name) as lease:
            mine = replace(office, lease=lease)
            while lease.lasts() and not bells.stop.is_set():
                bells.turn()
                bell.clear()
                if not step(mine):
                    bell.wait(IDLE)

    return live


def clock(run_pending: Callable[[], None], bells: Bells) -> Callable[[], None]:
    """The jobs of the clock."""

    def live() -> None:
        run_pending()
        bells.stop.wait(IDLE)

    return live


def lookout(lookout: Lookout, bells: Bells) -> Callable[[], None]:
    """What looks after the others."""

    def live() -> None:
        # Not at once: after a start the others have their turn first.
        if not bells.stop.wait(MINUTE):
            lookout.look()

    return live
