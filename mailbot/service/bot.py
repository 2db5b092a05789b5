"""The bot as a whole: once through everything, or until it is told to stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, repeat
from threading import Thread

import structlog

from mailbot.catalogue import Mailbox
from mailbot.errors import DeliveryError, MailbotError, MailboxError
from mailbot.service import parts
from mailbot.service.bells import Bell, Bells, listen, wake
from mailbot.service.clock import wind_up
from mailbot.service.erasing import erase_what_was_asked
from mailbot.service.farewell import Line, take_leave
from mailbot.service.heart import MAILBOX, Heart, beating
from mailbot.service.inbox import file, inbox
from mailbot.service.lookout import Lookout, rest
from mailbot.service.manager import Manager
from mailbot.service.office import Office
from mailbot.service.parts import PAUSES, end_of, part
from mailbot.service.receiver import Since, hand_over, receive
from mailbot.service.recollection import recollect
from mailbot.service.sender import deliver
from mailbot.service.sentbox import look_into_sent
from mailbot.service.shadow import settle
from mailbot.service.worker import work
from mailbot.settings import strangers

log = structlog.get_logger()


def tell_strangers(office: Office) -> None:
    """Warn of settings that mean nothing; most are misspelt ones that were meant to."""
    for sentence in strangers([box.id for box in office.catalogue.mailboxes]):
        log.warning("unknown setting", what=sentence)


def run_once(office: Office, *, since: Since | None = None) -> None:
    """
    Take in all mail that is there now, process it, send what is due; erase whom staff have ordered to. What is delivered by
    LMTP comes to a running bot alone; of that, what came before is processed.

    Raises MailboxError or DeliveryError at the end for a server that could not be reached; all that could be
    done without it has been done. After a restore all must be reached first, or nothing is done.
    """
    settle(office)
    recollect(office)
    with beating(office.database) as heart, heart.own_lease("once") as lease:
        _once(replace(office, lease=lease), since, heart)


def _once(office: Office, since: Since | None, heart: Heart) -> None:
    errors: list[MailbotError] = []
    for box in office.folders:
        with _collected(errors), inbox(office, box) as folder:
            receive(office, box, folder, since=since)
    # After every inbox: what was answered from one mailbox may have come to another.
    for box in office.folders:
        with _collected(errors), inbox(office, box) as folder:
            look_into_sent(office, box, folder, since=since)
        hand_over(office, box)
    while work(office):
        pass
    if not office.catalogue.in_shadow:
        with _collected(errors):
            while deliver(office):
                pass
        for box in office.folders:
            with _collected(errors):
                _file(office, box, heart)
    erase_what_was_asked(office)
    if errors:
        raise errors[0]


def _file(office: Office, box: Mailbox, heart: Heart) -> None:
    """
    Any number of bots may take in the same mails, but one alone may move and lay down: a running bot that reads the mailbox
    does so for all.
    """
    with heart.lease(MAILBOX.format(box.id), outwait_the_dead=True) as lease:
        if lease is None:
            log.info("left to the bot that reads this mailbox: to file what was done", mailbox=box.id)
            wake(office.database, Bells(), Bell.TO_FILE)
            return
        with inbox(office, box) as folder:
            file(replace(office, lease=lease), box, folder)


@contextmanager
def _collected(errors: list[MailbotError]) -> Iterator[None]:
    try:
        yield
    except (MailboxError, DeliveryError) as error:
        log.error("not reached", error=str(error))
        errors.append(error)


def run(office: Office, *, since: Since | None = None, bells: Bells | None = None, manager: Manager | None = None) -> None:
    """
    Receive, process, send and keep the clock until `bells.ring_out()`; each part finishes what it has in hand.

    A server that is away is tried again with growing pauses; nothing ends this but the bell. The service `manager` hears
    that all is well as long as every part makes its turns.
    """
    bells, manager = bells or Bells(), manager or Manager()
    for box in office.catalogue.mailboxes:
        office.settings.way_in(box.id)
    if not office.catalogue.in_shadow:
        office.settings.outgoing()
    settle(office)
    with beating(office.database) as heart:
        _live(office, since, bells, manager, heart)
    log.info("stopped")


def _live(office: Office, since: Since | None, bells: Bells, manager: Manager, heart: Heart) -> None:
    """All parts at work, from the first to the last."""
    receivers, line = list[Thread](), Line()
    running = [
        part("mailboxes", parts.mailboxes(office, bells, heart, since, receivers), bells),
        part("worker", parts.worker(office, bells, heart), bells),
        part("sender", parts.sender(replace(office, open_smtp=line.through(office.open_smtp)), bells, heart), bells),
        part("clock", parts.clock(wind_up(office).run_pending, bells), bells),
        part("lookout", parts.lookout(Lookout(office), bells), bells),
    ]
    if office.database.is_shared:
        running.append(part("listener", lambda: listen(office.database, bells), bells))
    _after_a_restore(office, bells)
    log.info("running", mailboxes=len(office.catalogue.mailboxes))
    for each in running:
        each.start()
    watch = Thread(target=_watch, args=(bells, manager, f"reading {len(office.catalogue.mailboxes)} mailboxes"), name="watch")
    watch.start()
    watch.join()
    take_leave([*running, *receivers], line)
    rest(office)


def _after_a_restore(office: Office, bells: Bells) -> None:
    """No part begins before all mailboxes have told what was sent since the backup, or the bot is told to stop."""

    def ask() -> None:
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            if end_of("recollection", lambda: recollect(office)) is None or bells.stop.wait(pause):
                return

    # Not here: a signal that rings the bell must not come while this thread waits for it.
    asking = Thread(target=ask, name="recollection")
    asking.start()
    asking.join()


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
