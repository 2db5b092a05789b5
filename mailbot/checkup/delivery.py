"""Can the mail server on this machine deliver, where a mailbox is not read by IMAP?"""

from __future__ import annotations

from mailbot.catalogue import Mailbox
from mailbot.checkup.finding import Finding, Said, fine, wrong
from mailbot.listener import Door
from mailbot.service.lmtp import GREETING, greets, heard_at

_GERMAN = {"port": "Port", "path": "Pfad"}
_INSTEAD = {
    "port": Said(de="nimm einen anderen Port, über 1023", en="choose another port, above 1023"),
    "path": Said(de="der Ordner muss da sein und dem Bot gehören", en="the folder must be there and belong to the bot"),
}


def door(where: Door, box: Mailbox) -> Finding:
    """Whether a bot listens there, or could."""
    what = name_of(box)
    if (heard := heard_at(where)) is not None:
        return _somebody_listens(what, where, is_bot=greets(heard, GREETING.format(box.id)))
    try:
        where.try_out()
    except OSError as error:
        return wrong(
            what,
            de=f"Unter {where} darf der Bot nicht warten ({error.strerror or error}); {_INSTEAD[where.kind].de}",
            en=f"nobody can listen at {where} ({error.strerror or error}); {_INSTEAD[where.kind].en}",
        )
    return fine(
        what,
        de=f"Mails an {box.address} werden unter {where} zugestellt, sobald der Bot läuft",
        en=f"mails to {box.address} are delivered at {where} as soon as the bot runs",
    )


def name_of(box: Mailbox) -> Said:
    """What findings about it are called."""
    return Said(de=f"Postfach {box.id}", en=f"lmtp {box.id}")


def _somebody_listens(what: Said, where: Door, *, is_bot: bool) -> Finding:
    if is_bot:
        return fine(what, de=f"Unter {where} wartet ein Bot auf Mails", en=f"a bot waits for mails at {where}")
    return wrong(
        what,
        de=f"Unter {where} wartet schon ein anderes Programm; nimm einen anderen {_GERMAN[where.kind]}",
        en=f"another program listens at {where}; choose another {where.kind}",
    )
