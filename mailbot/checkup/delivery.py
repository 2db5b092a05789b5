"""Can the mail server on this machine deliver, where a mailbox is not read by IMAP?"""

from __future__ import annotations

import socket

from mailbot.catalogue import Mailbox
from mailbot.checkup.finding import Finding, Said, fine, wrong
from mailbot.listener import Listener
from mailbot.service.lmtp import GREETING

PATIENCE = 2.0
"""Seconds for the greeting of whoever listens."""


def door(where: Listener, box: Mailbox) -> Finding:
    """Whether a bot listens there, or could."""
    what = name_of(box)
    if (heard := _greeting(where)) is not None:
        return _somebody_listens(what, where, is_bot=heard.rstrip().endswith(GREETING.encode()))
    try:
        socket.create_server((where.host, where.port), family=where.family).close()
    except OSError as error:
        return wrong(
            what,
            de=f"Unter {where} darf der Bot nicht warten ({error.strerror}); nimm einen anderen Port, über 1023",
            en=f"nobody can listen at {where} ({error.strerror}); choose another port, above 1023",
        )
    return fine(
        what,
        de=f"Mails an {box.address} werden unter {where} zugestellt, sobald der Bot läuft",
        en=f"mails to {box.address} are delivered at {where} as soon as the bot runs",
    )


def name_of(box: Mailbox) -> Said:
    """What findings about it are called."""
    return Said(de=f"Postfach {box.id}", en=f"lmtp {box.id}")


def _greeting(where: Listener) -> bytes | None:
    """What somebody says who listens there; None: nobody does."""
    try:
        with socket.create_connection((where.host, where.port), timeout=PATIENCE) as wire:
            return wire.recv(1000)
    except TimeoutError:
        return b""
    except OSError:
        return None


def _somebody_listens(what: Said, where: Listener, *, is_bot: bool) -> Finding:
    if is_bot:
        return fine(what, de=f"Unter {where} wartet ein Bot auf Mails", en=f"a bot waits for mails at {where}")
    return wrong(
        what,
        de=f"Unter {where} wartet schon ein anderes Programm; nimm einen anderen Port",
        en=f"another program listens at {where}; choose another port",
    )
